/** A CustomResourceDefinition, as far as serving needs it, and what comes of one of its versions. Types only. */
import type { Item } from './objects.ts'
import type { VersionSchema } from './schema/index.ts'

export type Definition = Item & { readonly spec: DefinitionSpec; readonly status?: DefinitionStatus }

interface DefinitionSpec {
  readonly group: string
  readonly scope: 'Cluster' | 'Namespaced'
  readonly names: DefinitionNames
  readonly versions: readonly DefinitionVersion[]
  readonly preserveUnknownFields?: boolean
}

export interface DefinitionNames {
  readonly plural: string
  readonly singular?: string
  readonly kind: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: object }
  readonly subresources?: { readonly status?: object; readonly scale?: Scale }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
}

interface Scale {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

interface DefinitionStatus {
  readonly acceptedNames?: DefinitionNames
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  readonly storedVersions?: readonly string[]
}

/** One version of a custom resource. */
export interface CustomResource {
  readonly definition: string
  readonly version: DefinitionVersion
  readonly schema: VersionSchema
  /** Being deleted: nothing new may come. */
  readonly terminating: boolean
}

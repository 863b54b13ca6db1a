/** A custom resource: where the API server keeps it, what it may hold, and its CustomResourceDefinition. Never talks to an API server. */
import type { Json, JsonSchema, Rule, Schema, Shape } from './schema.ts'

interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: string
  fieldsV1?: Record<string, Json>
  subresource?: string
}

/** What every Kubernetes object has under `metadata`. */
export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  managedFields?: ManagedFieldsEntry[]
}

interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** A column of `kubectl get`. */
export interface Column {
  name: string
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  jsonPath: string
  format?: string
  priority?: number
}

/** What is written down of a resource. */
export interface Definition {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly scope: 'Cluster' | 'Namespaced'
  /** One sentence: what it is for. */
  readonly description?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly spec: Schema
  readonly status?: Schema
  /** As the CRD says it: `{}` is something else than nothing, and only `{ status: {} }` gives status a path of its own. */
  readonly subresources?: { readonly status?: Record<never, never> }
  readonly columns?: readonly Column[]
  /** Fields that a field selector may name, as JSON paths. */
  readonly selectable?: readonly string[]
  /** Rules over the whole object; of metadata they see name and generateName. */
  readonly rules?: readonly Rule[]
  /** Annotations of the CRD itself. */
  readonly annotations?: Readonly<Record<string, string>>
}

type ObjectOf<D extends Definition> = { apiVersion: `${D['group']}/${D['version']}`; kind: D['kind']; metadata: ObjectMeta } & Shape<
  D['status'] extends Schema ? { spec: D['spec']; status: D['status'] } : { spec: D['spec'] }
>

export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1'
  kind: 'CustomResourceDefinition'
  metadata: { name: string; annotations?: Record<string, string> }
  spec: {
    group: string
    names: { kind: string; listKind: string; plural: string; singular: string; shortNames?: string[]; categories?: string[] }
    scope: 'Cluster' | 'Namespaced'
    versions: [
      {
        name: string
        served: true
        storage: true
        schema: { openAPIV3Schema: JsonSchema }
        subresources?: { status?: Record<never, never> }
        additionalPrinterColumns?: Column[]
        selectableFields?: { jsonPath: string }[]
      },
    ]
  }
}

/** A kind of custom resource. `of` carries the type of its objects and never has a value. */
export interface Resource<D extends Definition = Definition, T = ObjectOf<D>> {
  readonly apiVersion: `${D['group']}/${D['version']}`
  readonly kind: D['kind']
  readonly plural: string
  readonly namespaced: boolean
  readonly of?: T
  readonly definition: D
  /** The schema of a whole object, with descriptions. */
  readonly schema: JsonSchema
  /** The CustomResourceDefinition; with descriptions it no longer fits the annotation of a client-side apply. */
  crd(options?: { descriptions?: boolean }): CustomResourceDefinition
}

/** Any of them, as a member of a list. */
export type AnyResource = Resource<Definition, KubeObject>

/** Writes a resource down. The value names its kind; `Of` gives the type of its objects. */
export function resource<const D extends Definition>(definition: D): Resource<D> {
  const { group, version, kind, plural, scope } = definition
  const schema = wholeObject(definition)
  let bare: JsonSchema | undefined
  const withoutWords = () => (bare ??= withoutDescriptions(schema))
  return {
    apiVersion: `${group}/${version}`,
    kind,
    plural,
    namespaced: scope === 'Namespaced',
    definition,
    schema,
    crd: ({ descriptions = false } = {}) => crd(definition, descriptions ? schema : withoutWords()),
  }
}

function wholeObject({ description, spec, status, rules }: Definition): JsonSchema {
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: spec.json,
      ...(status && { status: status.json }),
    },
    ...('required' in spec && { required: ['metadata', 'spec'] }),
    ...(rules && { 'x-kubernetes-validations': [...rules] }),
  }
}

function crd(definition: Definition, openAPIV3Schema: JsonSchema): CustomResourceDefinition {
  const { group, version, kind, plural, scope, shortNames, categories, subresources, columns, selectable, annotations } = definition
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(annotations && { annotations: { ...annotations } }) },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames && { shortNames: [...shortNames] }),
        ...(categories && { categories: [...categories] }),
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          ...(subresources && { subresources }),
          ...(columns && { additionalPrinterColumns: [...columns] }),
          ...(selectable && { selectableFields: selectable.map(jsonPath => ({ jsonPath })) }),
        },
      ],
    },
  }
}

/** The schema without what only people read. Fields may be named `description`, so it looks where schemas are, not at names. */
export function withoutDescriptions({ description: _, ...schema }: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties } = schema
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, withoutDescriptions(field)])),
    }),
    ...(items && { items: withoutDescriptions(items) }),
    ...(additionalProperties && { additionalProperties: withoutDescriptions(additionalProperties) }),
  }
}

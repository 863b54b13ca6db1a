/** Which built-in resources an API server has, as its discovery answers. A list, no logic. */
import data from './gen/resources.json' with { type: 'json' }

export interface BuiltinResource {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  namespaced: boolean
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources: BuiltinSubresource[]
  /** Alpha and beta versions, which a server serves only when told to (`--runtime-config`). */
  preview?: boolean
}

export interface BuiltinSubresource {
  name: string
  kind: string
  verbs: string[]
  /** Of the kind, where it differs from the resource's own: a Scale of autoscaling/v1. */
  group?: string
  version?: string
}

/** Ordered by group, version and plural name. */
export const builtinResources: readonly BuiltinResource[] = data

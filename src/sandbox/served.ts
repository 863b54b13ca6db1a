/** What the server serves: resources by group, version and plural name. Built-in ones never change; those of CRDs come and go. */
import { type BuiltinResource, builtinResources } from '../kube/resources.ts'
import { builtinSchema, type SchemaNode } from '../kube/schema.ts'
import type { CustomResource } from './definition.ts'

/** One resource in one version. */
export interface Served {
  readonly group: string
  readonly version: string
  /** `apps/v1`. */
  readonly apiVersion: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly Subresource[]
  /** Types as server-side apply and strategic merge see them; undefined for a custom resource that keeps everything. */
  readonly schema: SchemaNode | undefined
  /** What its CustomResourceDefinition says; undefined for built-in kinds. */
  readonly custom?: CustomResource
}

export interface Subresource {
  readonly name: string
  readonly kind: string
  readonly verbs: readonly string[]
  readonly group?: string
  readonly version?: string
}

/** Where objects are kept, whatever the version they are asked for in. */
export const storageKey = ({ group, plural }: Pick<Served, 'group' | 'plural'>): string => (group ? `${plural}.${group}` : plural)

/** The kinds built in, those of previews only where they are asked for by `group/version`. */
export function builtins(enable: readonly string[] = []): Served[] {
  return builtinResources.filter(({ preview, group, version }) => !preview || enable.includes(`${group}/${version}`)).map(served)
}

function served({ preview: _, ...resource }: BuiltinResource): Served {
  const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version
  return {
    ...resource,
    apiVersion,
    listKind: `${resource.kind}List`,
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    schema: builtinSchema(apiVersion, resource.kind),
  }
}

/** Finds resources. Versions of a group are in order of preference, as `kubectl api-versions` has them. */
export class Catalogue {
  readonly #builtins: readonly Served[]
  #byPath = new Map<string, Served>()
  #all: readonly Served[] = []

  constructor(enable: readonly string[] = []) {
    this.#builtins = builtins(enable)
    this.replace([])
  }

  /** All resources of CRDs, in place of those before. */
  replace(custom: readonly Served[]): void {
    this.#all = [...this.#builtins, ...custom]
    this.#byPath = new Map(this.#all.map(each => [`${each.apiVersion}/${each.plural}`, each]))
  }

  get all(): readonly Served[] {
    return this.#all
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byPath.get(`${group ? `${group}/` : ''}${version}/${plural}`)
  }

  /** The versions of one resource. */
  versions({ group, plural }: Pick<Served, 'group' | 'plural'>): Served[] {
    return this.#all.filter(each => each.group === group && each.plural === plural)
  }

  /** By kind, as owner references and bodies name it. */
  ofKind(apiVersion: string, kind: string): Served | undefined {
    return this.#all.find(each => each.apiVersion === apiVersion && each.kind === kind)
  }

  hasVersion(group: string, version: string): boolean {
    return this.#all.some(each => each.group === group && each.version === version)
  }
}

/** How wide a watch is opened for what is read: a table of namespaces, so that 5,000 Secrets of others are never held. */
import { groupKindOf, type Kind } from '../kube/objects.ts'
import type { Scope } from '../kube/scope.ts'

/** Kinds whose objects are many, or secret: in namespaces of other people only by name. */
const byNameElsewhere = new Set(['/Secret', '/ConfigMap', '/Service', '/ServiceAccount'])

export interface Places {
  /** Where what we make lives. */
  ours: string
  /** Further namespaces of ours, which only parts that are asked for make. */
  more?: readonly string[]
  /** Where the operator runs, and keeps its Secrets. */
  operator: string
  /** Namespaces of the system, of which everything but Secrets may be watched as a whole. */
  system: readonly string[]
}

export class Scopes {
  readonly #places: Places
  readonly #open: ReadonlySet<string>

  constructor(places: Places) {
    this.#places = places
    this.#open = new Set([places.ours, places.operator, ...(places.more ?? [])])
  }

  of(kind: Kind, namespace: string | undefined, name: string): Scope {
    if (!kind.namespaced || namespace === undefined) return {}
    const open = this.#open.has(namespace) || (this.#places.system.includes(namespace) && !isSecret(kind))
    return open || !byNameElsewhere.has(groupKindOf(kind)) ? { namespace } : { namespace, name }
  }

  /** The scopes in which objects of ours may be that nobody wants any more; `places` are namespaces of who makes none elsewhere. */
  ours(kind: Kind, places: readonly string[] = []): Scope[] {
    if (!kind.namespaced) return [{}]
    const { ours, operator } = this.#places
    const all = places.length > 0 ? places : [ours, ...(isSecret(kind) ? [operator] : [])]
    return all.map(namespace => ({ namespace }))
  }

  /** The narrowest scope that tells whether a kind is served. */
  any(kind: Kind): Scope {
    return kind.namespaced ? { namespace: this.#places.ours } : {}
  }
}

const isSecret = (kind: Kind): boolean => groupKindOf(kind) === '/Secret'

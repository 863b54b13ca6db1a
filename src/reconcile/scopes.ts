/** How wide a watch is opened for what is read: a table of namespaces, so that 5,000 Secrets of others are never held. */
import type { Scope } from '../kube/cache.ts'
import { groupOf, type Kind } from '../kube/objects.ts'

/** Kinds whose objects are many and secret or large: outside the namespaces that are ours, only by name. */
const byNameElsewhere = new Set(['/Secret', '/ConfigMap'])

export class Scopes {
  readonly #homes: ReadonlySet<string>
  readonly #busy: ReadonlySet<string>

  /** `homes` are the namespaces that are ours; of `shared` ones (kube-system) everything but Secrets may be watched as a whole. */
  constructor(homes: readonly string[], shared: readonly string[]) {
    this.#homes = new Set(homes)
    this.#busy = new Set(shared)
  }

  of(kind: Kind, namespace: string | undefined, name: string): Scope {
    if (!kind.namespaced || namespace === undefined) return {}
    if (this.#homes.has(namespace)) return { namespace }
    const key = `${groupOf(kind.apiVersion)}/${kind.kind}`
    if (this.#busy.has(namespace) && key !== '/Secret') return { namespace }
    return byNameElsewhere.has(key) || kind.kind === 'Service' ? { namespace, name } : { namespace }
  }

  /** The scopes in which objects of ours may be. */
  ours(kind: Kind): Scope[] {
    return kind.namespaced ? [...this.#homes].map(namespace => ({ namespace })) : [{}]
  }

  /** The narrowest scope that tells whether a kind is served. */
  any(kind: Kind): Scope {
    const [home] = this.#homes
    return kind.namespaced && home !== undefined ? { namespace: home } : {}
  }
}

/** The objects that an Outcome is about: what happens to them is looked at, though nothing has to be decided anew. Remembers only. */
import type { CacheEvent } from '../kube/cache.ts'
import { groupKindOf, keyOf, refOf } from '../kube/objects.ts'
import type { Outcome } from './controller.ts'
import { refsIn, wishesOf } from './wishes.ts'

export class Watched {
  readonly #objects: ReadonlySet<string>
  readonly #kinds: ReadonlySet<string>

  constructor(outcome: Outcome) {
    const refs = refsIn(wishesOf(outcome))
    this.#objects = new Set(refs.map(keyOf))
    this.#kinds = new Set(refs.map(groupKindOf))
  }

  /** An event of one of them, or of the whole kind: it has come to be served, or can be read again. */
  touchedBy({ object, kind }: CacheEvent): boolean {
    return object ? this.#objects.has(keyOf(refOf(object))) : this.#kinds.has(groupKindOf(kind))
  }
}

/** Tells changes that somebody can see from those that nobody can, and what was worked out before the last of them from what still holds. Keeps no object. */
import type { KubeObject } from './objects.ts'
import type { Change } from './store.ts'

export class Editions {
  /** Objects of which only a part is kept. */
  readonly #parts = new WeakSet<KubeObject>()
  readonly #current = new WeakMap<object, object>()

  part(object: KubeObject): void {
    this.#parts.add(object)
  }

  /** Those of the changes that are any: not, as when a node says that it is still alive, of nothing that is kept. */
  seen(changes: readonly Change[]): Change[] {
    return changes.filter(({ type, object, previous }) => {
      if (type !== 'modified' || previous === undefined || !this.#parts.has(object)) return true
      return withoutVersion(object) !== withoutVersion(previous)
    })
  }

  /** The same object until the next change of a source. */
  of(source: object): object {
    return this.#current.get(source) ?? this.next(source)
  }

  next(source: object): object {
    const edition = {}
    this.#current.set(source, edition)
    return edition
  }
}

const withoutVersion = ({ metadata: { resourceVersion: _, ...metadata }, ...object }: KubeObject): string =>
  JSON.stringify([metadata, object])

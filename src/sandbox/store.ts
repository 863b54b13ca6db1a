/** Keeps objects and the history of their changes, under one ever growing revision, as etcd does. Knows no kinds, judges nothing. */
import { freeze, type Item, keyIn, withMeta } from './objects.ts'

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** Which collection: a storage key, `pods` or `tigerastatuses.operator.tigera.io`. */
  readonly kind: string
  /** As it is now; of a deletion, the last state with the revision of the deletion. */
  readonly object: Item
  readonly previous: Item | undefined
}

/** Everything of a store at one moment. Holds references only, for what is in a store never changes. */
export interface StoreSnapshot {
  readonly revision: number
  readonly collections: ReadonlyMap<string, CollectionSnapshot>
}

interface CollectionSnapshot {
  readonly objects: ReadonlyMap<string, Item>
  readonly since: number
}

export class Store {
  readonly #history: number
  #revision = 1
  #collections = new Map<string, Collection>()
  #listeners = new Set<(change: Change) => void>()

  /** `history`: how many changes of each kind are kept for watches and pages that go back. */
  constructor(history: number) {
    this.#history = history
  }

  get revision(): number {
    return this.#revision
  }

  /** Made on first use, with what has been before out of reach. */
  collection(kind: string): Collection {
    const known = this.#collections.get(kind)
    if (known) return known
    const made = new Collection(this.#revision, this.#history)
    this.#collections.set(kind, made)
    return made
  }

  get kinds(): string[] {
    return [...this.#collections].filter(([, { size }]) => size > 0).map(([kind]) => kind)
  }

  /** Called with each change, right after it and before the writer knows. What is returned stops that. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Stores an object in place of the one with its name, and gives it the next revision. */
  put(kind: string, object: Item): Item {
    const collection = this.collection(kind)
    const previous = collection.get(keyIn(object))
    return this.#commit(kind, previous ? 'MODIFIED' : 'ADDED', { object, previous })
  }

  remove(kind: string, object: Item): Item {
    return this.#commit(kind, 'DELETED', { object, previous: this.collection(kind).get(keyIn(object)) })
  }

  #commit(kind: string, type: Change['type'], { object, previous }: { object: Item; previous: Item | undefined }): Item {
    this.#revision++
    const stored = freeze(withMeta(object, { resourceVersion: String(this.#revision) }))
    const change: Change = { type, revision: this.#revision, kind, object: stored, previous }
    this.collection(kind).record(change)
    for (const listener of [...this.#listeners]) listener(change)
    return stored
  }

  /** Forgets all history: what asks for an older state is told that it is gone. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact(this.#revision)
  }

  snapshot(): StoreSnapshot {
    return {
      revision: this.#revision,
      collections: new Map([...this.#collections].map(([kind, { objects, since }]) => [kind, { objects: new Map(objects), since }])),
    }
  }

  /** Takes on the state of a snapshot; history begins there. Listeners are told nothing. */
  restore({ revision, collections }: StoreSnapshot): void {
    this.#revision = revision
    this.#collections = new Map(
      [...collections].map(([kind, { objects }]) => [kind, new Collection(revision, this.#history, new Map(objects))]),
    )
  }
}

/** The objects of one kind. */
export class Collection {
  readonly #objects: Map<string, Item>
  readonly #history: number
  #changes: Change[] = []
  #since: number
  /** Keys in order; undefined when it has to be worked out anew. */
  #order: string[] | undefined

  constructor(since: number, history: number, objects: Map<string, Item> = new Map()) {
    this.#since = since
    this.#history = history
    this.#objects = objects
  }

  get size(): number {
    return this.#objects.size
  }

  get objects(): ReadonlyMap<string, Item> {
    return this.#objects
  }

  /** The revision from which on changes are known. */
  get since(): number {
    return this.#since
  }

  get(key: string): Item | undefined {
    return this.#objects.get(key)
  }

  /** All keys in order; of one namespace when given. */
  keys(namespace?: string): readonly string[] {
    this.#order ??= [...this.#objects.keys()].sort()
    if (namespace === undefined) return this.#order
    const prefix = `${namespace}/`
    return this.#order.slice(firstAtLeast(this.#order, prefix), firstAtLeast(this.#order, `${namespace}0`))
  }

  record(change: Change): void {
    const key = keyIn(change.object)
    if (change.type === 'DELETED') this.#objects.delete(key)
    else this.#objects.set(key, change.object)
    if (change.type !== 'MODIFIED') this.#order = undefined
    this.#changes.push(change)
    if (this.#changes.length > 2 * this.#history) this.#forget(this.#changes.length - this.#history)
  }

  #forget(count: number): void {
    const gone = this.#changes.splice(0, count)
    this.#since = gone.at(-1)?.revision ?? this.#since
  }

  compact(revision: number): void {
    this.#changes = []
    this.#since = revision
  }

  /** The changes after a revision, oldest first; undefined when some of them are no longer known. */
  after(revision: number): readonly Change[] | undefined {
    if (revision < this.#since) return undefined
    let index = this.#changes.length
    while (index > 0 && this.#changes[index - 1]!.revision > revision) index--
    return this.#changes.slice(index)
  }

  /** Objects by key, as they were at a revision; undefined when that is no longer known. */
  at(revision: number): ReadonlyMap<string, Item> | undefined {
    const later = this.after(revision)
    if (!later) return undefined
    if (later.length === 0) return this.#objects
    const objects = new Map(this.#objects)
    for (const { object, previous } of later.toReversed()) {
      if (previous) objects.set(keyIn(object), previous)
      else objects.delete(keyIn(object))
    }
    return objects
  }
}

/** The index of the first text in order that is not before another one. */
function firstAtLeast(order: readonly string[], text: string): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (order[middle]! < text) low = middle + 1
    else high = middle
  }
  return low
}

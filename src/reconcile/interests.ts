/** What a controller looked at, and so what wakes it again. Remembers; decides nothing. */
import type { CacheEvent } from '../kube/cache.ts'
import { groupKindOf, type Kind } from '../kube/objects.ts'
import type { Question } from './derived.ts'

interface Derived {
  question: Question
  /** The value last given out, as JSON. */
  text: string
}

const nameKey = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`

/** How an event touches what was read: not at all, surely, or only if a derived value came out different. */
export type Touch = 'no' | 'yes' | 'maybe'

export class Interests {
  readonly #kinds = new Set<string>()
  readonly #names = new Map<string, Set<string>>()
  readonly #lists = new Map<string, Set<string>>()
  readonly #derived = new Map<string, Derived>()

  name(kind: Kind, namespace: string | undefined, name: string): void {
    this.#kinds.add(groupKindOf(kind))
    setIn(this.#names, groupKindOf(kind)).add(nameKey(namespace, name))
  }

  list(kind: Kind, namespace: string | undefined): void {
    this.#kinds.add(groupKindOf(kind))
    setIn(this.#lists, groupKindOf(kind)).add(namespace ?? '')
  }

  /** Only whether the kind is served. */
  served(kind: Kind): void {
    this.#kinds.add(groupKindOf(kind))
  }

  derive(derived: Derived): void {
    this.#kinds.add(groupKindOf(derived.question.kind))
    this.#derived.set(derived.question.name, derived)
  }

  touchedBy(event: CacheEvent): Touch {
    const kind = groupKindOf(event.kind)
    if (!this.#kinds.has(kind)) return 'no'
    if (event.type === 'state' || !event.object) return 'yes'
    const { namespace, name } = event.object.metadata
    if (this.#names.get(kind)?.has(nameKey(namespace, name))) return 'yes'
    const lists = this.#lists.get(kind)
    if (lists?.has('') || lists?.has(namespace ?? '')) return 'yes'
    return [...this.#derived.values()].some(({ question }) => groupKindOf(question.kind) === kind) ? 'maybe' : 'no'
  }

  /** Whether a derived value is another than the one given out. */
  differs(now: (question: Question) => string): boolean {
    return [...this.#derived.values()].some(({ question, text }) => now(question) !== text)
  }

  /** After a failed run the recorded set is the union of the last good and the failed one: what should wake it may lie behind the failure. */
  union(other: Interests): Interests {
    const both = new Interests()
    for (const one of [this, other]) {
      for (const kind of one.#kinds) both.#kinds.add(kind)
      for (const [kind, names] of one.#names) for (const name of names) setIn(both.#names, kind).add(name)
      for (const [kind, namespaces] of one.#lists) for (const namespace of namespaces) setIn(both.#lists, kind).add(namespace)
      for (const [name, derived] of one.#derived) both.#derived.set(name, derived)
    }
    return both
  }
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const set = map.get(key) ?? new Set<string>()
  map.set(key, set)
  return set
}

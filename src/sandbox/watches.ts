/** Tells watchers of changes, in order and each once. Never reads a request: what to watch is given in parts. */
import type { Clock, Random } from '../kube/clock.ts'
import type { Status, WatchEvent } from '../kube/transport.ts'
import { type Item, withMeta } from './objects.ts'
import { expired } from './refusals.ts'
import type { Filter } from './selectors.ts'
import type { Change, Store } from './store.ts'
import { Stream } from './stream.ts'

export interface Watch {
  /** A storage key. */
  kind: string
  namespace?: string
  filter?: Filter
  /** The form in which objects go out: another version, metadata only, a table. */
  present(object: Item): WatchEvent['object']
  /** A bookmark's object, without its metadata. */
  blank: { [field: string]: unknown }
  start: Start
  bookmarks: boolean
  timeoutSeconds?: number
}

/** `state`: first all there is. `initial`: the same, then a bookmark that says so. `now`: only what comes. A number: what came after it. */
export type Start = 'state' | 'initial' | 'now' | number

interface Watcher extends Watch {
  stream: Stream<WatchEvent>
  cancelTimeout: () => void
}

const bookmarkEvery = 60_000
/** Seconds after which a watch without a timeout ends: as much again, or less, is added by chance. */
const longest = 1800

export class Watches {
  readonly #store: Store
  readonly #clock: Clock
  readonly #random: Random
  readonly #watchers = new Map<string, Set<Watcher>>()
  #cancelBookmarks: (() => void) | undefined

  constructor(store: Store, { clock, random }: { clock: Clock; random: Random }) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    store.onChange(change => this.#tell(change))
  }

  /** How many watches are open. */
  get open(): number {
    return [...this.#watchers.values()].reduce((sum, watchers) => sum + watchers.size, 0)
  }

  watch(watch: Watch): Stream<WatchEvent> {
    const seconds = watch.timeoutSeconds || longest * (1 + this.#random())
    const stream = new Stream<WatchEvent>(() => this.#forget(watcher))
    const watcher: Watcher = { ...watch, stream, cancelTimeout: this.#clock.after(seconds * 1000, () => stream.end()) }
    this.#start(watcher)
    this.#of(watch.kind).add(watcher)
    if (watch.bookmarks) this.#cancelBookmarks ??= this.#bookmarkLater()
    return stream
  }

  /** Ends the watches of a kind, or all. */
  end(kind?: string): void {
    for (const [each, watchers] of this.#watchers) {
      if (kind === undefined || each === kind) for (const { stream } of [...watchers]) stream.end()
    }
  }

  #of(kind: string): Set<Watcher> {
    const known = this.#watchers.get(kind)
    if (known) return known
    const made = new Set<Watcher>()
    this.#watchers.set(kind, made)
    return made
  }

  #forget(watcher: Watcher): void {
    watcher.cancelTimeout()
    this.#of(watcher.kind).delete(watcher)
    if (this.open > 0) return
    this.#cancelBookmarks?.()
    this.#cancelBookmarks = undefined
  }

  #start(watcher: Watcher): void {
    const { start, stream } = watcher
    const collection = this.#store.collection(watcher.kind)
    if (typeof start === 'number') {
      const changes = collection.after(start)
      if (changes) for (const change of changes) send(watcher, change)
      else refuse(stream, expired(`too old resource version: ${start} (${collection.since})`).body as Status)
    } else if (start !== 'now') {
      const objects = collection.keys(watcher.namespace).map(key => collection.get(key)!)
      for (const object of objects.filter(each => sees(watcher, each))) stream.push({ type: 'ADDED', object: watcher.present(object) })
      if (start === 'initial' && watcher.bookmarks) this.#bookmark(watcher, { 'k8s.io/initial-events-end': 'true' })
    }
  }

  #tell(change: Change): void {
    const watchers = this.#watchers.get(change.kind)
    if (watchers) for (const watcher of watchers) send(watcher, change)
  }

  #bookmarkLater(): () => void {
    return this.#clock.after(bookmarkEvery, () => {
      for (const watchers of this.#watchers.values()) for (const watcher of watchers) if (watcher.bookmarks) this.#bookmark(watcher)
      this.#cancelBookmarks = this.#bookmarkLater()
    })
  }

  #bookmark({ stream, blank }: Watcher, annotations?: Record<string, string>): void {
    const metadata = { resourceVersion: String(this.#store.revision), ...(annotations && { annotations }) }
    stream.push({ type: 'BOOKMARK', object: { ...blank, metadata } as unknown as WatchEvent['object'] })
  }
}

function refuse(stream: Stream<WatchEvent>, status: Status): void {
  stream.push({ type: 'ERROR', object: status as unknown as WatchEvent['object'] })
  // After the reader has been given the stream, as a server ends it after it has begun.
  queueMicrotask(() => stream.end())
}

function sees({ namespace, filter }: Watch, object: Item): boolean {
  return (namespace === undefined || object.metadata.namespace === namespace) && (filter === undefined || filter(object))
}

/** A change as this watcher sees it: an object that comes into what is selected is added, one that leaves it is deleted. */
function send(watcher: Watcher, { type, object, previous }: Change): void {
  const was = previous !== undefined && sees(watcher, previous)
  const is = type !== 'DELETED' && sees(watcher, object)
  if (is) watcher.stream.push({ type: was ? 'MODIFIED' : 'ADDED', object: watcher.present(object) })
  else if (was) watcher.stream.push({ type: 'DELETED', object: watcher.present(gone(object, previous, type)) })
}

/** The last state the watcher knew, with the version of what made it go. */
const gone = (object: Item, previous: Item, type: Change['type']): Item =>
  type === 'DELETED' ? object : withMeta(previous, { resourceVersion: object.metadata.resourceVersion })

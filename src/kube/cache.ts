/** What the cluster is, as far as somebody looked: one watch per kind and scope, shared by all who look at it. Never writes to the cluster. */
import type { Client } from './client.ts'
import type { Clock, Random } from './clock.ts'
import { Editions } from './editions.ts'
import { lacksRights } from './errors.ts'
import { Feed, type FeedState, type FeedTools } from './feed.ts'
import { type Kind, type KubeObject, type ObjectRef, refOf } from './objects.ts'
import { covers, narrowness, type Scope } from './scope.ts'
import type { Change } from './store.ts'
import { compareVersions } from './versions.ts'

/** One kind within one scope, kept in step. States: see feed.ts. */
export interface View<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>
  readonly scope: Scope
  readonly state: FeedState
  /** Why it is absent or failing. */
  readonly error: Error | undefined
  /** Resolves when the state is no longer `syncing`; never rejects. */
  settled(): Promise<void>
  /** As last known; undefined when there is none, or the view is not synced yet. The scope's namespace need not be repeated. */
  get(name: string, namespace?: string): T | undefined
  /** By namespace, then name. */
  list(): T[]
  /** What was worked out of the list holds as long as this is the same object. */
  readonly edition: object
}

/** `state` when a view's state changed, else what happened to an object. That a view has settled, and what is there then, makes no events, but for `state` when it took more than ten seconds. */
export interface CacheEvent {
  kind: Kind
  type: Change['type'] | 'state'
  object?: KubeObject
  previous?: KubeObject
  view: View
}

export interface CacheOptions {
  client: Client
  clock: Clock
  random: Random
  /** What is kept of an object; may drop what nobody reads. Gives a new object when it changes anything. `ours`: one of the managers has written it. */
  transform?: (kind: Kind, object: KubeObject, ours: boolean) => KubeObject
  /** managedFields are kept only of objects that one of these has written, now or before: ours, and its predecessors. */
  managers?: readonly string[]
}

/** Within so long all watches are tried again when a server that was out of reach is back. */
const rallyMs = 2000

export class Cache {
  /** A kind of which this is true is asked for again soon when the server denies it. */
  expected: (kind: Kind) => boolean = () => false
  readonly #tools: FeedTools
  readonly #views = new Map<string, HomedView[]>()
  readonly #feeds = new Map<string, Feed[]>()
  readonly #listeners = new Set<(event: CacheEvent) => void>()
  readonly #editions = new Editions()

  constructor({ client, clock, random, transform = (_, object) => object, managers = [] }: CacheOptions) {
    const keepers = new Set(managers)
    this.#tools = {
      client,
      clock,
      random,
      abilities: { watchList: true },
      expected: kind => this.expected(kind),
      keep: (kind, object, known) => {
        const ours = isOurs(object, keepers)
        const kept = transform(kind, object, ours)
        const result = ours || known?.metadata.managedFields ? kept : withoutRecord(kept)
        if (kept !== object) this.#editions.part(result)
        return result
      },
      changed: (feed, changes) => this.#changed(feed, changes),
      stateChanged: (feed, before) => this.#stateChanged(feed, before),
    }
  }

  /** The view of a kind within a scope; the first who asks starts its watch, unless a wider one is there. The same view each time. */
  view<T extends KubeObject>(kind: Kind<T>, scope: Scope = {}): View<T> {
    const views = listIn(this.#views, kind)
    let view = views.find(({ scope: other }) => other.namespace === scope.namespace && other.name === scope.name)
    if (!view) {
      view = new HomedView({ kind, scope, home: this.#homeOf(kind, scope) }, this.#editions)
      views.push(view)
    }
    return view as unknown as View<T>
  }

  /** Calls back at each event, after the cache has taken it in, until what is returned is called. */
  subscribe(listener: (event: CacheEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The response of a write: counts as if the watch had brought it. */
  observed(object: KubeObject): void {
    for (const feed of this.#feedsOf(refOf(object))) feed.observed(object)
  }

  /** A deletion is done: what events from before still say of this uid is ignored. */
  deleted(ref: ObjectRef, uid: string): void {
    for (const feed of this.#feedsOf(ref)) feed.deleted(ref.name, ref.namespace, uid)
  }

  /** A kind that is not served may be served now, or somebody `else` answers for it: ask the server again. */
  retry(kind: Kind, by?: 'else'): void {
    for (const feed of this.#feeds.get(keyOf(kind)) ?? []) by ? feed.renew() : feed.retry()
  }

  /** The object that a ref names, when there is a view in step that would know it. */
  find(ref: ObjectRef): { known: boolean; object?: KubeObject } {
    const feed = this.#feedsOf(ref).find(({ state }) => state === 'synced')
    return feed ? { known: true, object: feed.store.get(ref.name, ref.namespace) } : { known: false }
  }

  /** All objects of a kind that any view knows, by namespace, then name. */
  known<T extends KubeObject>(kind: Kind<T>): T[] {
    const feeds = this.#feeds.get(keyOf(kind)) ?? []
    if (feeds.length === 1) return feeds[0]!.store.list() as T[]
    const objects = new Map(
      feeds.flatMap(({ store }) => store.list()).map(object => [`${object.metadata.namespace ?? ''} ${object.metadata.name}`, object]),
    )
    return [...objects.keys()].sort().map(key => objects.get(key) as T)
  }

  /** The views that cannot be read now. */
  get failing(): View[] {
    return [...this.#views.values()].flat().filter(({ state }) => state === 'failing')
  }

  /** Ends all watches. */
  close(): void {
    for (const feed of [...this.#feeds.values()].flat()) feed.close()
    this.#feeds.clear()
    this.#listeners.clear()
  }

  #feedsOf({ apiVersion, kind, name, namespace }: ObjectRef): Feed[] {
    return (this.#feeds.get(`${apiVersion}/${kind}`) ?? []).filter(({ scope }) => covers(scope, { name, namespace }))
  }

  /** The widest watch in step that covers the scope, else the widest that may come in step, else one of its own. */
  #homeOf(kind: Kind, scope: Scope): Feed {
    const feeds = listIn(this.#feeds, kind)
    const covering = feeds.filter(feed => covers(feed.scope, scope)).sort((a, b) => narrowness(a.scope) - narrowness(b.scope))
    const home =
      covering.find(({ state }) => state === 'synced') ??
      covering.find(feed => !isRefused(feed)) ??
      covering.find(feed => narrowness(feed.scope) === narrowness(scope))
    if (home) return home
    const feed = new Feed(kind, scope, this.#tools)
    feeds.push(feed)
    void feed.start()
    return feed
  }

  #changed(feed: Feed, changes: readonly Change[]): void {
    const views = listIn(this.#views, feed.kind).filter(({ home }) => home === feed)
    const view = views.find(({ scope }) => scope === feed.scope) ?? views[0]
    const seen = this.#editions.seen(changes)
    if (seen.length > 0) this.#editions.next(feed)
    if (view) for (const change of seen) this.#emit({ ...change, kind: feed.kind, view: view as View })
  }

  /** Finds the best home for every view of the kind, and closes watches in which none is at home any more. */
  #stateChanged(feed: Feed, stateBefore: FeedState): void {
    this.#editions.next(feed)
    if (stateBefore === 'failing' && feed.state === 'synced') this.#rally()
    const views = listIn(this.#views, feed.kind)
    const before = views.map(view => ({ view, home: view.home, state: view.home === feed ? stateBefore : view.state }))
    for (const view of views) view.home = this.#homeOf(feed.kind, view.scope)
    const feeds = listIn(this.#feeds, feed.kind)
    const idle = feeds.filter(other => !views.some(({ home }) => home === other))
    for (const other of idle) other.close()
    this.#feeds.set(
      keyOf(feed.kind),
      feeds.filter(other => !idle.includes(other)),
    )
    // Who asked for a view that is syncing waits for it to settle, but not for ever.
    const late = this.#tools.clock.now() - feed.begun > promptMs
    for (const { view, home, state } of before) {
      if (state !== view.state && (late || state !== 'syncing')) this.#emit({ kind: feed.kind, type: 'state', view: view as View })
      if (view.home !== home && home.known) this.#moved(view, home)
    }
  }

  /** The server has answered a watch again that it did not answer before: the others need not wait out their rest. */
  #rally(): void {
    const { clock, random } = this.#tools
    const isCut = (feed: Feed) => feed.state === 'failing' && !isRefused(feed)
    for (const feed of [...this.#feeds.values()].flat().filter(isCut)) clock.after(rallyMs * random(), () => isCut(feed) && feed.hurry())
  }

  /** What differs between the watch that a view had and the one it has now would otherwise be told by neither. */
  #moved(view: HomedView, left: Feed): void {
    const inScope = (feed: Feed) =>
      new Map(
        feed.store
          .list()
          .filter(({ metadata }) => covers(view.scope, metadata))
          .map(object => [`${object.metadata.namespace} ${object.metadata.name}`, object]),
      )
    const [then, now] = [inScope(left), inScope(view.home)]
    const emit = (change: Change) => this.#emit({ ...change, kind: view.kind, view: view as View })
    for (const [key, object] of now) {
      const previous = then.get(key)
      if (!previous) emit({ type: 'added', object })
      else if (compareVersions(previous.metadata.resourceVersion, object.metadata.resourceVersion) !== 0)
        emit({ type: 'modified', object, previous })
    }
    for (const [key, object] of then) if (!now.has(key)) emit({ type: 'deleted', object, previous: object })
  }

  #emit(event: CacheEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A fault of the listener, not of the watch that is being followed.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

/** A view that shows whatever watch it is at home in at the time. */
class HomedView implements View {
  readonly kind: Kind
  readonly scope: Scope
  home: Feed
  readonly #editions: Editions

  constructor({ kind, scope, home }: { kind: Kind; scope: Scope; home: Feed }, editions: Editions) {
    this.kind = kind
    this.scope = scope
    this.home = home
    this.#editions = editions
  }

  get state(): FeedState {
    return this.home.state
  }

  get error(): Error | undefined {
    return this.home.error
  }

  async settled(): Promise<void> {
    let home: Feed | undefined
    while (home !== this.home) {
      home = this.home
      await home.settled()
    }
  }

  get(name: string, namespace?: string): KubeObject | undefined {
    const inside = this.kind.namespaced ? (namespace ?? this.scope.namespace) : undefined
    return covers(this.scope, { name, namespace: inside }) ? this.home.store.get(name, inside) : undefined
  }

  get edition(): object {
    return this.#editions.of(this.home)
  }

  list(): KubeObject[] {
    const objects = this.home.store.list()
    return narrowness(this.scope) === narrowness(this.home.scope) ? objects : objects.filter(({ metadata }) => covers(this.scope, metadata))
  }
}

const promptMs = 10_000

const keyOf = ({ apiVersion, kind }: Kind): string => `${apiVersion}/${kind}`

function listIn<T>(map: Map<string, T[]>, kind: Kind): T[] {
  const key = keyOf(kind)
  const known = map.get(key)
  if (known) return known
  const list: T[] = []
  map.set(key, list)
  return list
}

/** It may not be read. Cluster-wide rights may be missing where those in a namespace are not. */
export const isRefused = ({ state, error }: Pick<View, 'state' | 'error'>): boolean => state === 'failing' && lacksRights(error)

const isOurs = ({ metadata }: KubeObject, managers: ReadonlySet<string>): boolean =>
  metadata.managedFields?.some(({ manager = '' }) => managers.has(manager)) ?? false

/** The record of who set which fields is a third of an object, and read only of objects that are ours, or were. */
function withoutRecord(object: KubeObject): KubeObject {
  if (!object.metadata.managedFields) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

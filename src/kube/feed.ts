/** Keeps one kind, within one scope, in step with the server: WatchList, or list and watch, for as long as it takes. Hands on what changed; writes nothing. */
import type { Client } from './client.ts'
import { type Clock, pause, type Random } from './clock.ts'
import { ApiError, apiError, isGone, isNotFound, isTooMany, lacksRights } from './errors.ts'
import { times } from './feed-times.ts'
import type { Kind, KubeObject } from './objects.ts'
import type { Scope } from './scope.ts'
import { type Change, Store } from './store.ts'
import type { Status, WatchEvent, WatchResponse } from './transport.ts'

/** `absent`: the server does not serve the kind. `failing`: it refuses, or is not there; what was known is kept. Both end by themselves. */
export type FeedState = 'syncing' | 'synced' | 'absent' | 'failing'

export interface FeedTools {
  client: Client
  clock: Clock
  random: Random
  /** What the server can do, found out by the first feed that tries. */
  abilities: { watchList: boolean }
  /** Whether the kind is served by all that is known: who denies it lags behind. */
  expected(kind: Kind): boolean
  /** What is kept of an object, of which this is known already. */
  keep(kind: Kind, object: KubeObject, known: KubeObject | undefined): KubeObject
  /** Called after the store has changed; not for what the first sync brings, of which `settled` tells. */
  changed(feed: Feed, changes: Change[]): void
  stateChanged(feed: Feed, before: FeedState): void
}

export class Feed {
  readonly kind: Kind
  readonly scope: Scope
  readonly store = new Store()
  state: FeedState = 'syncing'
  error: Error | undefined
  /** It has been in step at least once. */
  known = false
  /** Milliseconds since 1970. */
  readonly begun: number
  readonly #tools: FeedTools
  readonly #end = new AbortController()
  readonly #settled = Promise.withResolvers<void>()
  #version = ''
  #watchList = true
  #failures = 0
  #failingSince: number | undefined
  #denials = 0
  #throttled = 0
  #hurried = times.hurried.length
  #hurry: (() => void) | undefined
  #watch: WatchResponse | undefined
  /** What the open stream says is of somebody who is no longer asked. */
  #outworn = false

  constructor(kind: Kind, scope: Scope, tools: FeedTools) {
    this.kind = kind
    this.scope = scope
    this.#tools = tools
    this.begun = tools.clock.now()
  }

  /** Runs until closed. Never rejects. */
  async start(): Promise<void> {
    const { clock } = this.#tools
    while (!this.#end.signal.aborted) {
      const begun = clock.now()
      let wait: number
      try {
        await this.#session()
        wait = clock.now() - begun < times.short ? times.short : 0
        this.#failures = 0
      } catch (error) {
        if (clock.now() - begun > 10 * times.short) this.#failures = 0
        wait = this.#end.signal.aborted ? 0 : this.#recover(error as Error)
      }
      if (wait > 0) await this.#rest(wait)
    }
  }

  /** Resolves as soon as the state is another than `syncing`. */
  settled(): Promise<void> {
    return this.#settled.promise
  }

  /** An event says that the kind may be served now: ask at once, and a few times more. Who has no right to it has none now. */
  retry(): void {
    if (this.state === 'failing' && !lacksRights(this.error)) this.#failures = 0
    else if (this.state === 'absent') this.#hurried = 0
    else return
    this.#hurry?.()
  }

  /** Whatever is waited for, now is a good moment to ask. */
  hurry(): void {
    this.#hurry?.()
  }

  /** Somebody else answers for the kind from now on. Streams that the one before has begun would go on. */
  renew(): void {
    this.#tools.clock.after(times.rerouted, () => {
      this.#outworn = true
      this.#watch?.close()
      this.#hurry?.()
    })
  }

  close(): void {
    this.#end.abort(new Error('closed'))
    this.#watch?.close()
    this.#settled.resolve()
  }

  /** The response of a write, as if the watch had brought it. */
  observed(object: KubeObject): void {
    this.#announce(this.store.put(this.#kept(object)))
    if (this.state === 'absent') this.retry()
  }

  /** The response of a deletion. */
  deleted(name: string, namespace: string | undefined, uid: string): void {
    this.#announce(this.store.bury(name, namespace, uid))
  }

  /** One connection of the watch, from its opening to its end. Throws when it is refused or breaks. */
  async #session(): Promise<void> {
    if (this.#outworn) [this.#version, this.#outworn] = ['', false]
    if (this.#version === '') {
      // A server that has just begun to serve a kind says "later" once. When it says so again, a list may do meanwhile.
      if (this.#watchList && this.#tools.abilities.watchList && this.#throttled < 2) return this.#streamList()
      const { items, resourceVersion } = await this.#tools.client.listAt(this.kind, this.#selection(), object => this.#kept(object))
      this.#replace(items, resourceVersion)
    }
    const watch = await this.#open({ resourceVersion: this.#version })
    this.#reached('synced')
    await this.#follow(
      watch,
      () => times.silent,
      event => this.#take(event),
    )
  }

  /** What is there and what happens, in one stream: https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists */
  async #streamList(): Promise<void> {
    const watch = await this.#open({ sendInitialEvents: true })
    const objects = new Map<string, KubeObject>()
    let complete = false
    const take = (event: WatchEvent) => {
      if (complete) return this.#take(event)
      const { uid = '', resourceVersion = '', annotations } = event.object.metadata
      if (event.type === 'DELETED') objects.delete(uid)
      else if (event.type !== 'BOOKMARK') objects.set(uid, this.#kept(event.object))
      else if (annotations?.['k8s.io/initial-events-end'] === 'true') {
        complete = true
        this.#replace([...objects.values()], resourceVersion)
        objects.clear()
      }
    }
    await this.#follow(watch, () => (complete ? times.silent : times.silentAtFirst), take)
    if (!complete) this.#watchList = false
  }

  async #open(how: { resourceVersion?: string; sendInitialEvents?: boolean }): Promise<WatchResponse> {
    const { client, random } = this.#tools
    const watch = await client.watch(this.kind, { ...this.#selection(), ...how, timeoutSeconds: Math.floor(300 + 300 * random()) })
    this.#throttled = 0
    return watch
  }

  #selection(): { namespace?: string; fieldSelector?: string; signal: AbortSignal } {
    const { namespace, name } = this.scope
    return { namespace, fieldSelector: name === undefined ? undefined : `metadata.name=${name}`, signal: this.#end.signal }
  }

  /** Hands on each event until the stream ends, or is silent for longer than there is patience. */
  async #follow(watch: WatchResponse, patience: () => number, take: (event: WatchEvent) => void): Promise<void> {
    const { clock } = this.#tools
    let heard = clock.now()
    let cancel = () => {}
    const listen = (): void => {
      const left = heard + patience() - clock.now()
      if (left <= 0) watch.close()
      else cancel = clock.after(left, listen)
    }
    this.#watch = watch
    listen()
    try {
      for await (const event of watch.events) {
        heard = clock.now()
        if (this.#end.signal.aborted) return
        if (event.type === 'ERROR') throw refused(event.object as unknown as Status, this.kind)
        take(event)
      }
    } finally {
      cancel()
      this.#watch = undefined
      watch.close()
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (this.#outworn) return
    this.#version = object.metadata.resourceVersion ?? this.#version
    if (type === 'BOOKMARK') return
    this.#announce(type === 'DELETED' ? this.store.remove(object) : this.store.put(this.#kept(object)))
  }

  #replace(objects: KubeObject[], resourceVersion: string): void {
    this.#version = resourceVersion
    const changes = this.store.replace(objects, resourceVersion)
    const first = !this.known
    this.known = true
    this.#reached('synced')
    if (!first) this.#announce(changes)
  }

  #kept(object: KubeObject): KubeObject {
    return this.#tools.keep(this.kind, object, this.store.get(object.metadata.name, object.metadata.namespace))
  }

  #announce(changes: Change[]): void {
    if (changes.length > 0 && this.known) this.#tools.changed(this, changes)
  }

  #reached(state: FeedState, error?: Error): void {
    const before = this.state
    if (state === 'synced') [this.#failingSince, this.#denials] = [undefined, 0]
    this.error = error
    if (before === state) return
    this.state = state
    this.#settled.resolve()
    this.#tools.stateChanged(this, before)
  }

  /** What a failure means, and how long to wait after it. */
  #recover(error: Error): number {
    this.#failingSince ??= this.#tools.clock.now()
    const lasting = this.#tools.clock.now() - this.#failingSince >= times.trusted
    if (isNotFound(error)) return this.#denied(error)
    this.#denials = 0
    if (isTooMany(error)) {
      this.#throttled++
      if (lasting) this.#reached('failing', error)
      return error.retryAfter ?? 1000
    }
    if (this.#unsupported(error)) {
      this.#tools.abilities.watchList = false
      return 0
    }
    this.#failures++
    // 504: "too large resource version", of a server that was set back.
    const begin = isGone(error) || (error instanceof ApiError && (error.status === 400 || error.status === 504))
    if (begin) this.#version = ''
    const forbidden = lacksRights(error)
    if (forbidden || lasting || !(this.known || isGone(error))) this.#reached('failing', error)
    return nth(forbidden ? times.refused : times.retries, this.#failures)
  }

  /** Servers before 1.32 refuse WatchList's parameter (422), or do not know it (400). */
  #unsupported(error: Error): boolean {
    const first = this.#version === '' && this.#watchList && this.#tools.abilities.watchList
    return first && error instanceof ApiError && (error.status === 422 || error.status === 400)
  }

  #denied(error: Error): number {
    if (this.state === 'absent') return times.hurried[this.#hurried++] ?? times.absent
    if (this.known && this.#denials++ < times.denied.length) return nth(times.denied, this.#denials)
    this.#version = ''
    const changes = this.store.clear()
    this.#reached('absent', error)
    this.#announce(changes)
    if (this.#tools.expected(this.kind)) this.#hurried = 0
    return times.hurried[this.#hurried++] ?? times.absent
  }

  /** Waits, a little longer than asked, or until somebody says that now is better. */
  async #rest(milliseconds: number): Promise<void> {
    const { clock, random } = this.#tools
    const hurry = new AbortController()
    this.#hurry = () => hurry.abort()
    await pause(clock, milliseconds * (1 + random() / 2), AbortSignal.any([hurry.signal, this.#end.signal])).catch(() => {})
    this.#hurry = undefined
  }
}

const nth = (list: readonly number[], n: number): number => list[Math.min(n, list.length) - 1]!

const refused = (status: Status, { plural }: Kind): ApiError =>
  apiError({ status: status.code ?? 500, headers: {}, body: status }, { verb: `watch ${plural}` })

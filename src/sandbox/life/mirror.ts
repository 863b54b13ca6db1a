/** All objects of one kind as a server has them, kept up to date by a watch. Writes nothing. */
import { type Clock, pause } from '../../kube/clock.ts'
import { type Kind, type KubeObject, keyOf, refOf } from '../../kube/objects.ts'
import type { Transport, WatchEvent } from '../../kube/transport.ts'

export type Listener<T> = (object: T, old: T | undefined, gone: boolean) => void

/** Milliseconds until a watch that broke or was refused is opened again. */
const reopening = 1_000

export class Mirror<T extends KubeObject> {
  readonly kind: Kind<T>
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #changed: Listener<T>
  #objects = new Map<string, T>()
  #synced: () => void = () => {}
  readonly #stopped = new AbortController()
  /** Settles when everything that is there has been seen once. */
  readonly synced: Promise<void>

  constructor(kind: Kind<T>, { transport, clock, changed }: { transport: Transport; clock: Clock; changed: Listener<T> }) {
    this.kind = kind
    this.#transport = transport
    this.#clock = clock
    this.#changed = changed
    this.synced = new Promise(resolve => {
      this.#synced = resolve
    })
    void this.#follow()
  }

  get all(): Iterable<T> {
    return this.#objects.values()
  }

  get(name: string, namespace?: string): T | undefined {
    const { apiVersion, kind } = this.kind
    return this.#objects.get(keyOf({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }))
  }

  /** What a write answered: seen now, and not again when the watch tells of it. What is gone already does not come back. */
  learn(object: T, isNew: boolean): void {
    const old = this.#objects.get(keyOf(refOf(object)))
    if (old ? version(old) >= version(object) : !isNew) return
    this.#objects.set(keyOf(refOf(object)), object)
    this.#changed(object, old, false)
  }

  stop(): void {
    this.#stopped.abort(new Error('stopped'))
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped
    const path = this.kind.apiVersion.includes('/') ? `/apis/${this.kind.apiVersion}` : `/api/${this.kind.apiVersion}`
    const query = { watch: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' }
    while (!signal.aborted) {
      try {
        const { events } = await this.#transport.watch({ method: 'GET', path: `${path}/${this.kind.plural}`, query, signal })
        await this.#read(events)
      } catch {
        // Whatever the reason, the remedy is to look again from the start.
      }
      await pause(this.#clock, reopening, signal).catch(() => {})
    }
  }

  async #read(events: AsyncIterable<WatchEvent>): Promise<void> {
    const before = new Set(this.#objects.keys())
    for await (const { type, object } of events) {
      if (this.#stopped.signal.aborted || type === 'ERROR') return
      if (type !== 'BOOKMARK') {
        before.delete(keyOf(refOf(object)))
        this.#see(object as unknown as T, type === 'DELETED')
      } else if (object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true') {
        for (const key of before) this.#forget(key)
        before.clear()
        this.#synced()
      }
    }
  }

  #see(object: T, gone: boolean): void {
    const key = keyOf(refOf(object))
    const old = this.#objects.get(key)
    if (gone) {
      if (old?.metadata.uid === object.metadata.uid) this.#forget(key)
    } else if (!old || version(old) < version(object)) {
      this.#objects.set(key, object)
      this.#changed(object, old, false)
    }
  }

  #forget(key: string): void {
    const old = this.#objects.get(key)
    if (!old) return
    this.#objects.delete(key)
    this.#changed(old, old, true)
  }
}

const version = ({ metadata }: KubeObject) => Number(metadata.resourceVersion ?? 0)

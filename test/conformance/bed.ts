/** What each case of the conformance suite works with: requests in a Namespace of its own, and waiting for what takes a moment. Expects nothing itself. */
import { pause, systemClock } from '../../src/kube/clock.ts'
import type { Request, Transport, WatchEvent, WatchResponse } from '../../src/kube/transport.ts'

/** The server under test. */
export interface Cluster {
  transport(as?: { user?: string; userAgent?: string }): Transport
  /** Makes the server forget what was, sooner or later. */
  forget(): void
  /** What cases have left for those after them. */
  readonly shared: Map<string, Promise<unknown>>
  close(): Promise<void>
}

export type Body = { [field: string]: unknown }
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Body
}

export interface Sent {
  query?: Record<string, string>
  body?: unknown
  /** `apply`, `merge`, `json`, `strategic`, or a media type. */
  type?: string
  accept?: string
  user?: string
  userAgent?: string
}

const types: Record<string, string> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}
const deadlineMs = 60_000
/** Apart from those of an earlier run on the same server. */
const run = Date.now().toString(36)
let beds = 0

/** Defines a case, run in a bed of its own. */
export type It = (title: string, run: (bed: Bed) => Promise<void>) => void

export class Bed {
  readonly namespace = `c${run}-${beds++}`
  readonly #cluster: Cluster
  readonly #transports = new Map<string, Transport>()
  readonly #watches = new Set<WatchResponse>()
  #made: Promise<Body> | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** The path of a resource, `configmaps` or `apps/v1/deployments`, in the Namespace of this case. */
  path(resource: string, name?: string): string {
    return place(resource, { namespace: this.namespace, name })
  }

  /** Whatever the answer is. The Namespace is there by then. */
  async send(method: Request['method'], path: string, { type, user, userAgent, ...sent }: Sent = {}): Promise<Answer> {
    if (path.includes(`/namespaces/${this.namespace}/`)) await this.home()
    const transport = this.#transport(user, userAgent)
    const answer = await transport.request({ method, path, ...sent, ...(type && { contentType: types[type] ?? type }) })
    return answer as Answer
  }

  /** The Namespace of this case, made once. */
  home(): Promise<Body> {
    const body = { metadata: { name: this.namespace } }
    this.#made ??= this.#transport()
      .request({ method: 'POST', path: '/api/v1/namespaces', body })
      .then(answer => good(answer as Answer))
    return this.#made
  }

  /** The object made; fails when it is not. */
  async create(resource: string, object: Body, sent: Sent = {}): Promise<Body> {
    return good(await this.send('POST', this.path(resource), { body: object, ...sent }))
  }

  async get(resource: string, name: string): Promise<Body> {
    return good(await this.send('GET', this.path(resource, name)))
  }

  async list(resource: string, query: Record<string, string> = {}): Promise<Body & { items: Body[]; metadata: Body }> {
    return good(await this.send('GET', this.path(resource), { query })) as Body & { items: Body[]; metadata: Body }
  }

  /** A merge patch that must succeed. */
  patch(resource: string, name: string, body: unknown): Promise<Body> {
    return this.patchWith(resource, name, { body, type: 'merge' })
  }

  async patchWith(resource: string, name: string, sent: Sent): Promise<Body> {
    return good(await this.send('PATCH', this.path(resource, name), sent))
  }

  /** Server-side apply of a ConfigMap, or of the kind given. */
  apply(object: Body, { resource = 'configmaps', kind = 'ConfigMap', manager = 'one', ...query }: Applying = {}): Promise<Answer> {
    const apiVersion = versionOf(resource)
    const { name } = object.metadata as { name: string }
    const path = this.path(resource, name)
    return this.send('PATCH', path, { type: 'apply', body: { apiVersion, kind, ...object }, query: { fieldManager: manager, ...query } })
  }

  async remove(resource: string, name: string, options?: Body): Promise<Answer> {
    return this.send('DELETE', this.path(resource, name), options ? { body: options } : {})
  }

  /** Asks again until it does not throw. */
  async eventually<T>(look: () => Promise<T>): Promise<T> {
    const end = systemClock.now() + deadlineMs
    for (;;) {
      try {
        return await look()
      } catch (error) {
        if (systemClock.now() > end) throw error
        await pause(systemClock, 20)
      }
    }
  }

  async gone(resource: string, name: string): Promise<void> {
    await this.eventually(async () => {
      const { status } = await this.send('GET', this.path(resource, name))
      if (status !== 404) throw new Error(`${resource} ${name} is still there`)
    })
  }

  /** Opens a watch of a resource in this Namespace. */
  async watch(resource: string, query: Record<string, string> = {}): Promise<Watching> {
    await this.home()
    const response = await this.#transport().watch({ method: 'GET', path: this.path(resource), query: { watch: 'true', ...query } })
    this.#watches.add(response)
    return new Watching(response)
  }

  forget(): void {
    this.#cluster.forget()
  }

  /** What several cases share, made by the first. */
  shared<T>(what: string, make: () => Promise<T>): Promise<T> {
    const known = this.#cluster.shared.get(what) as Promise<T> | undefined
    const made = known ?? make()
    this.#cluster.shared.set(what, made)
    return made
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.close()
    await Promise.all([...this.#transports.values()].map(transport => transport.close()))
  }

  #transport(user = '', userAgent = 'conformance/1.0'): Transport {
    const key = `${user} ${userAgent}`
    const known = this.#transports.get(key)
    if (known) return known
    const made = this.#cluster.transport({ ...(user && { user }), userAgent })
    this.#transports.set(key, made)
    return made
  }
}

interface Applying {
  resource?: string
  kind?: string
  manager?: string
  force?: string
  dryRun?: string
}

/** The events of one watch, in order. */
export class Watching {
  readonly status: number
  readonly #events: AsyncIterator<WatchEvent>

  constructor({ status, events }: WatchResponse) {
    this.status = status
    this.#events = events[Symbol.asyncIterator]()
  }

  /** The next event; undefined when the server ended the watch. */
  async next(): Promise<WatchEvent | undefined> {
    const { value, done } = await this.#events.next()
    return done ? undefined : value
  }

  /** So many events, each as `ADDED name`. */
  async take(count: number): Promise<string[]> {
    const taken: string[] = []
    while (taken.length < count) taken.push(said(await this.next()))
    return taken
  }
}

const said = (event: WatchEvent | undefined) => (event ? `${event.type} ${event.object.metadata?.name ?? ''}`.trim() : 'end')

function good({ status, body }: Answer): Body {
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body
}

const versionOf = (resource: string) => resource.split('/').slice(0, -1).join('/') || 'v1'

/** The path of a resource or object, of a Namespace when given. */
export function place(resource: string, { namespace, name }: { namespace?: string | undefined; name?: string | undefined } = {}): string {
  const version = versionOf(resource)
  const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`
  return `${root}${within}/${resource.split('/').at(-1)}${name === undefined ? '' : `/${name}`}`
}

/** A field of a body: `metadata.labels.app`. */
export function at(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Body)[name] : undefined), body)
}

export const version = (body: unknown): string => String(at(body, 'metadata.resourceVersion'))
export const uid = (body: unknown): string => String(at(body, 'metadata.uid'))

/** What a manager owns by an operation, of the main resource or of a subresource; undefined for nothing. */
export function owned(
  body: unknown,
  manager: string,
  { operation, subresource }: { operation?: string; subresource?: string } = {},
): unknown {
  const entries = (at(body, 'metadata.managedFields') ?? []) as Body[]
  const found = entries.find(
    entry => entry.manager === manager && (!operation || entry.operation === operation) && entry.subresource === subresource,
  )
  return found?.fieldsV1
}

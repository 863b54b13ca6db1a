/** Typed requests over a transport: paths, paging, patches, and the server's wish to be asked later. Keeps nothing between requests. */
import { type Clock, pause, type Random } from './clock.ts'
import { apiError } from './errors.ts'
import type { JsonPatch } from './jsonpatch.ts'
import * as builtIn from './kinds.ts'
import { groupOf, type Kind, type KubeObject, type ObjectRef, refOf } from './objects.ts'
import type { Request, Response, Transport, WatchResponse } from './transport.ts'

/** How often a request is sent again because the server said "later", and how long it is waited for each time at most. */
const patience = { times: 5, longestMs: 30_000 }
/** Objects, or rows of a table, in one answer. */
const pageSize = 500

export interface ListOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  /** At most so many objects in all; everything when left out, page by page. */
  limit?: number
  signal?: AbortSignal
}

export interface WatchOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  resourceVersion?: string
  /** WatchList: first all that is there, then a bookmark, then what happens. */
  sendInitialEvents?: boolean
  /** The server ends the stream by itself after so long. */
  timeoutSeconds?: number
  signal?: AbortSignal
}

export interface WriteOptions {
  subresource?: string
  /** Everything but storing. */
  dryRun?: boolean
}

export interface DeleteOptions {
  /** Only if it is still this one. */
  uid?: string
  propagationPolicy?: 'Background' | 'Foreground'
}

export interface ObjectList<T> {
  items: T[]
  /** The state of the cluster that this is: watch from here. */
  resourceVersion: string
}

export type Row = Readonly<Record<string, unknown>>

/** All methods throw ApiError when the server refuses and Unreachable when it does not answer. */
export class Client {
  readonly kinds: Kinds
  readonly fieldManager: string
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #random: Random

  constructor(with_: { transport: Transport; clock: Clock; random: Random; fieldManager: string; kinds?: Kinds }) {
    this.#transport = with_.transport
    this.#clock = with_.clock
    this.#random = with_.random
    this.fieldManager = with_.fieldManager
    this.kinds = with_.kinds ?? new Kinds()
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T> {
    const path = this.pathOf(kind, { namespace, name })
    return (await this.#send({ method: 'GET', path }, refTo(kind, name, namespace))) as T
  }

  /** All objects that match, over as many pages as it takes. Items are given the apiVersion and kind that lists leave out. */
  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<T[]> {
    return (await this.listAt(kind, options)).items
  }

  /**
   * Like `list`, with the resourceVersion to watch from. A list whose continuation expires (410) is begun again once, in one piece.
   * Of each object only what `keep` gives is held while the rest is under way.
   */
  async listAt<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}, keep = (object: T): T => object): Promise<ObjectList<T>> {
    const gathered = (await this.#pages(kind, options, keep)) ?? (await this.#pages(kind, { ...options, whole: true }, keep))
    if (!gathered) throw new Error(`the server lets continuations of ${kind.plural} expire that it did not give`)
    return gathered
  }

  /** What kubectl shows of all objects that match: cells by the names of their columns, a fraction of the objects. Page by page; throws when a continuation expires. */
  async rows(kind: Kind, { namespace, labelSelector }: Pick<ListOptions, 'namespace' | 'labelSelector'>): Promise<Row[]> {
    const path = this.pathOf(kind, { namespace })
    const query = { labelSelector, includeObject: 'None', limit: String(pageSize) }
    const all: Row[] = []
    for (let next: string | undefined; ; ) {
      const table = (await this.#send({ method: 'GET', path, query: { ...query, continue: next }, accept: asTable })) as RawTable
      const names = table.columnDefinitions.map(({ name }) => name)
      for (const { cells } of table.rows ?? []) all.push(Object.fromEntries(names.map((name, index) => [name, cells[index]])))
      next = table.metadata?.continue
      if (!next) return all
    }
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const kind = this.kindOf(object)
    const path = this.pathOf(kind, { namespace: object.metadata.namespace })
    return (await this.#send({ method: 'POST', path, query: this.#writing(options), body: object }, refOf(object))) as T
  }

  /** Puts the object in place of the one there; with a resourceVersion, only of that one. */
  async replace<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const ref = refOf(object)
    return (await this.#send({ method: 'PUT', path: this.#pathTo(ref, options), query: this.#writing(options), body: object }, ref)) as T
  }

  async mergePatch(ref: ObjectRef, patch: object, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#patch(ref, patch, { ...options, contentType: 'application/merge-patch+json' })
  }

  async jsonPatch(ref: ObjectRef, patch: JsonPatch, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#patch(ref, patch, { ...options, contentType: 'application/json-patch+json' })
  }

  /** Server-side apply as our field manager. With `force`, fields that others own are taken from them. */
  async apply<T extends KubeObject>(object: T, options: WriteOptions & { force?: boolean } = {}): Promise<T> {
    const force = options.force ? 'true' : undefined
    return (await this.#patch(refOf(object), object, { ...options, contentType: 'application/apply-patch+yaml', force })) as T
  }

  /** Resolves with the object when it is still there (finalizers, grace), else with a Status that carries the uid. */
  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<KubeObject | { kind: 'Status'; details?: { uid?: string } }> {
    const { uid, propagationPolicy } = options
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: uid ? { uid } : undefined, propagationPolicy }
    const answer = await this.#send({ method: 'DELETE', path: this.#pathTo(ref, {}), body }, ref)
    return answer as KubeObject
  }

  /** One watch, neither retried nor resumed. A refusal is thrown as ApiError. */
  async watch(kind: Kind, options: WatchOptions = {}): Promise<WatchResponse> {
    const { namespace, sendInitialEvents, timeoutSeconds, signal, ...selectors } = options
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      ...selectors,
      timeoutSeconds: timeoutSeconds === undefined ? undefined : String(timeoutSeconds),
      ...(sendInitialEvents && { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }),
    }
    const response = await this.#transport.watch({ method: 'GET', path: this.pathOf(kind, { namespace }), query, signal })
    if (response.status === 200) return response
    response.close()
    throw apiError({ status: response.status, headers: response.headers, body: response.body }, { verb: `watch ${kind.plural}` })
  }

  /** Anything else the server answers by GET: `/version`, `/apis`. */
  raw(path: string): Promise<unknown> {
    return this.#send({ method: 'GET', path })
  }

  /** `/apis/apps/v1/namespaces/kube-system/deployments/coredns/status` */
  pathOf(kind: Kind, { namespace, name, subresource }: { namespace?: string; name?: string; subresource?: string } = {}): string {
    const root = groupOf(kind.apiVersion) === '' ? '/api' : '/apis'
    const scope = kind.namespaced && namespace !== undefined ? ['namespaces', encodeURIComponent(namespace)] : []
    const rest = [name === undefined ? [] : [encodeURIComponent(name)], subresource === undefined ? [] : [subresource]].flat()
    return [root, kind.apiVersion, ...scope, kind.plural, ...rest].join('/')
  }

  /** Throws an Error when the kind is neither built in nor registered. */
  kindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind {
    const found = this.kinds.of(apiVersion, kind)
    if (!found) throw new Error(`${kind} of ${apiVersion} is no kind that is known here: register it first`)
    return found
  }

  #pathTo(ref: ObjectRef, { subresource }: WriteOptions): string {
    const kind = this.kindOf(ref)
    // Without its namespace the path would name a whole collection, or nothing.
    if (kind.namespaced && ref.namespace === undefined)
      throw new Error(`${ref.kind} ${ref.name} has no namespace, and its kind lives in namespaces`)
    return this.pathOf(kind, { namespace: ref.namespace, name: ref.name, subresource })
  }

  #writing({ dryRun }: WriteOptions): Request['query'] {
    return { fieldManager: this.fieldManager, dryRun: dryRun ? 'All' : undefined }
  }

  async #patch(ref: ObjectRef, body: object, options: WriteOptions & { contentType: string; force?: string }): Promise<KubeObject> {
    const query = { ...this.#writing(options), force: options.force }
    const request: Request = { method: 'PATCH', path: this.#pathTo(ref, options), query, body, contentType: options.contentType }
    return (await this.#send(request, ref)) as KubeObject
  }

  /** Undefined when a continuation expired. */
  async #pages<T extends KubeObject>(
    kind: Kind<T>,
    options: ListOptions & { whole?: boolean },
    keep: (object: T) => T,
  ): Promise<ObjectList<T> | undefined> {
    const { namespace, labelSelector, fieldSelector, signal, limit = Number.POSITIVE_INFINITY, whole } = options
    const path = this.pathOf(kind, { namespace })
    const query = { labelSelector, fieldSelector, limit: whole ? undefined : String(Math.min(limit, pageSize)) }
    const items: T[] = []
    for (let next: string | undefined; ; ) {
      const response = await this.#ask({ method: 'GET', path, query: { ...query, continue: next }, signal })
      if (response.status === 410 && next) return undefined
      if (response.status >= 300) throw apiError(response, { verb: `list ${kind.plural}` })
      const page = response.body as RawList<T>
      for (const item of page.items ?? []) items.push(keep({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }))
      next = page.metadata?.continue
      if (!next || items.length >= limit) return { items: items.slice(0, limit), resourceVersion: page.metadata?.resourceVersion ?? '' }
    }
  }

  async #send(request: Request, ref?: ObjectRef): Promise<unknown> {
    const response = await this.#ask(request)
    if (response.status >= 300) throw apiError(response, { verb: verbOf(request), ref })
    return response.body
  }

  /** Sends, and sends again as often as patience allows while the server asks for time: such an answer means that nothing was done. */
  async #ask(request: Request): Promise<Response> {
    for (let time = 1; ; time++) {
      const response = await this.#transport.request(request)
      const { status } = response
      if ((status !== 429 && status !== 503) || time > patience.times) return response
      const { retryAfter } = apiError(response, { verb: verbOf(request) })
      if (status === 503 && retryAfter === undefined) return response
      const wait = Math.min(retryAfter ?? 1000, patience.longestMs)
      await pause(this.#clock, wait * (1 + this.#random() / 4), request.signal)
    }
  }
}

interface RawList<T> {
  items?: T[] | null
  metadata?: { resourceVersion?: string; continue?: string }
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
interface RawTable {
  columnDefinitions: { name: string }[]
  rows?: { cells: unknown[] }[] | null
  metadata?: { continue?: string }
}
const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const verbs = { GET: 'get', POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'delete' }
const verbOf = ({ method, contentType }: Request): string => (contentType?.includes('apply-patch') ? 'apply' : verbs[method])

const refTo = ({ apiVersion, kind }: Kind, name: string, namespace?: string): ObjectRef =>
  namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, name, namespace }

/** Which kinds there are, by apiVersion and kind: those of Kubernetes itself, and what is registered. */
export class Kinds {
  readonly #known = new Map<string, Kind>()

  constructor(kinds: Iterable<Kind> = Object.values(builtIn) as Kind[]) {
    for (const kind of kinds) this.register(kind)
  }

  register(...kinds: Kind[]): void {
    for (const kind of kinds) this.#known.set(`${kind.apiVersion}/${kind.kind}`, kind)
  }

  of(apiVersion: string, kind: string): Kind | undefined {
    return this.#known.get(`${apiVersion}/${kind}`)
  }

  [Symbol.iterator](): Iterator<Kind> {
    return this.#known.values()
  }
}

/** A Kubernetes API server in this process: no network, no disk, no clock of its own. */
import type { Clock, Random } from '../kube/clock.ts'
import { Unreachable } from '../kube/errors.ts'
import type { Request, Response, Transport, WatchEvent, WatchResponse } from '../kube/transport.ts'
import { Access, type Forbidden } from './access.ts'
import { admissionBy, type WebhookHandler, Webhooks } from './admission.ts'
import { Aggregated, type Handler } from './aggregated.ts'
import { type Alias, aliasHandler } from './alias.ts'
import type { Routed, Session, User } from './call.ts'
import { ApiServices } from './controllers/apiservices.ts'
import { Definitions } from './controllers/definitions.ts'
import { Garbage } from './controllers/garbage.ts'
import { Later } from './controllers/later.ts'
import { Namespaces } from './controllers/namespaces.ts'
import { type LoggedRequest, RequestLog } from './log.ts'
import { jsonCopy } from './objects.ts'
import { type House, route } from './router.ts'
import { seed } from './seed.ts'
import { Catalogue } from './served.ts'
import type { Server } from './server.ts'
import { Store, type StoreSnapshot } from './store.ts'
import { Stream } from './stream.ts'
import { Watches } from './watches.ts'

export interface SandboxOptions {
  clock: Clock
  random: Random
  /** Service networks, the first being of the default family. */
  serviceCIDRs?: string[]
  /** `v1.35.4`. */
  version?: string
  /** How many changes of each kind watches can go back. */
  history?: number
  /** Preview versions to serve, such as `admissionregistration.k8s.io/v1beta1`. */
  enable?: string[]
  /** What every Namespace gets beside its own account; null for Namespaces that stay empty. */
  rootCertificate?: string | null
  /** Start with this state in place of a new cluster's. */
  from?: Snapshot
}

/** The whole state of a sandbox at one moment: cheap to take, never changes, good for any number of starts. */
export interface Snapshot {
  readonly store: StoreSnapshot
}

const admin: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }

export class Sandbox {
  readonly #house: House
  readonly #store: Store
  readonly #watches: Watches
  readonly #later: Later
  readonly #controllers: { start(): void }[]
  readonly #tokens = new Map<string, User>()
  readonly #log = new RequestLog()
  readonly #webhooks = new Webhooks()
  #closed = false

  constructor({
    clock,
    random,
    serviceCIDRs = ['10.96.0.0/16'],
    version = 'v1.35.4',
    history = 1000,
    enable,
    rootCertificate = 'a certificate',
    from,
  }: SandboxOptions) {
    this.#store = new Store(history)
    this.#watches = new Watches(this.#store, { clock, random })
    this.#later = new Later(clock)
    const catalogue = new Catalogue(enable)
    const server: Server = {
      store: this.#store,
      watches: this.#watches,
      catalogue,
      clock,
      random,
      settings: { serviceCIDRs, version },
      admission: admissionBy(this.#webhooks),
    }
    const aggregated = new Aggregated(this.#store)
    this.#house = { server, access: new Access(), aggregated, log: this.#log, tokens: this.#tokens }
    const services = new ApiServices(server, this.#later, (group, name) => aggregated.answers(group, name))
    this.#controllers = [
      new Definitions(server, this.#later),
      new Namespaces(server, this.#later, { rootCertificate, unanswered: () => aggregated.unanswered }),
      new Garbage(server, this.#later),
      { start: () => services.soon() },
    ]
    if (from) this.#store.restore(from.store)
    else seed(server)
    this.#start()
  }

  /** A connection as some user. */
  transport({ user, userAgent = 'sandbox/1.0' }: { user?: string | User; userAgent?: string } = {}): Transport {
    const who = typeof user === 'string' ? { name: user, groups: ['system:authenticated'] } : (user ?? admin)
    const session: Session = { user: who, userAgent }
    const open = new Set<Stream<WatchEvent>>()
    return {
      request: request => this.#request(request, session),
      watch: request => this.#watch(request, { session, open }),
      close: async () => {
        for (const stream of [...open]) stream.close()
      },
    }
  }

  /** All requests so far that came through a transport. */
  get requests(): RequestLog {
    return this.#log
  }

  /** Answers matching requests with 403, until what is returned is called. */
  forbid(rule: Forbidden): () => void {
    return this.#house.access.forbid(rule)
  }

  /** Makes a token known to TokenReviews, and to the port. */
  addToken(token: string, user: User): void {
    this.#tokens.set(token, user)
  }

  userOf(token: string): User | undefined {
    return this.#tokens.get(token)
  }

  /** Answers for a group version, `projectcalico.org/v3`, as soon as an APIService names a Service for it. */
  serve(apiVersion: string, handler: Handler): () => void {
    this.#house.aggregated.register(apiVersion, handler)
    this.#controllers.at(-1)?.start()
    return () => {
      this.#house.aggregated.unregister(apiVersion)
      this.#controllers.at(-1)?.start()
    }
  }

  /** Shows the resources of one group version under another, `projectcalico.org/v3`, as soon as an APIService names a Service for that. */
  serveAlias(alias: Alias): () => void {
    const session: Session = { user: { name: `system:serviceaccount:${alias.shown}`, groups: [] }, userAgent: 'aggregated/1.0' }
    return this.serve(
      alias.shown,
      aliasHandler(alias, request => route(this.#house, request, session)),
    )
  }

  /** Answers for the admission webhooks behind a Service (`namespace/name`) or a URL, until what is returned is called. */
  answerWebhook(address: string, handler: WebhookHandler): () => void {
    return this.#webhooks.register(address, handler)
  }

  /** Forgets the history of changes: watches and pages that go back are told 410. */
  compact(): void {
    this.#store.compact()
  }

  /** How many watches are open. */
  get watching(): number {
    return this.#watches.open
  }

  snapshot(): Snapshot {
    return { store: this.#store.snapshot() }
  }

  /** Goes back, or over, to a snapshot, as a server that starts anew: all watches end. */
  restore({ store }: Snapshot): void {
    this.#later.forget()
    this.#watches.end()
    this.#store.restore(store)
    this.#start()
  }

  /** Ends all watches and all work; requests find nobody. Idempotent. */
  close(): void {
    this.#closed = true
    this.#later.close()
    this.#watches.end()
  }

  #start(): void {
    for (const controller of this.#controllers) controller.start()
  }

  async #request(request: Request, session: Session): Promise<Response> {
    const { status, headers, body, events } = await this.#route(request, session)
    if (!events) return { status, headers, body }
    // Somebody reads a watch as if it were a document: all of it, when it has ended.
    let text = ''
    for await (const event of events) text += `${JSON.stringify(event)}\n`
    return { status, headers, body: text }
  }

  async #watch(request: Request, { session, open }: { session: Session; open: Set<Stream<WatchEvent>> }): Promise<WatchResponse> {
    const asked = { ...request, query: { ...request.query, watch: 'true' } }
    const { status, headers, body, events } = await this.#route(asked, session)
    if (!events) return { status, headers, body, events: ended(), close: () => {} }
    open.add(events)
    const close = () => {
      open.delete(events)
      events.close()
      request.signal?.removeEventListener('abort', close)
    }
    request.signal?.addEventListener('abort', close, { once: true })
    return { status, headers, events, close }
  }

  async #route(request: Request, session: Session): Promise<Routed> {
    request.signal?.throwIfAborted()
    // What is sent is taken now, as if it went out on a wire; the answer comes a turn later.
    const sent: Request = { ...request, body: typeof request.body === 'string' ? request.body : jsonCopy(request.body) }
    await Promise.resolve()
    if (this.#closed) throw new Unreachable('the sandbox is closed', { code: 'ECONNREFUSED' })
    return route(this.#house, sent, session)
  }
}

function ended(): Stream<never> {
  const stream = new Stream<never>()
  stream.end()
  return stream
}

export type { Forbidden, LoggedRequest, User }

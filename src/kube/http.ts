/** The real way to an API server: as whom, over which connection, within what time. Repeats a request only when the server refused the token. */
import { createHash } from 'node:crypto'
import type { Credentials, Identity } from './auth.ts'
import { Unreachable } from './errors.ts'
import { Http2Wire, NoHttp2 } from './http2.ts'
import type { Request, Response, Transport, WatchEvent, WatchResponse } from './transport.ts'
import type { Peer, Wire, WireRequest, WireResponse } from './wire.ts'

export interface HttpOptions {
  credentials: Credentials
  /** Up to the first slash it is what managedFields call the writer who names no field manager. */
  userAgent: string
  /** Milliseconds for a whole exchange, for a watch until its headers. The API server itself gives up after 60 s. */
  timeoutMs?: number
}

const watchOpensMs = 30_000

/** Connections as one identity; kept until nothing uses them when the identity changes. */
interface Wires {
  key: string
  peer: Peer
  /** Opened when first needed: what it is made of takes as much memory as all else here. */
  http1: Promise<Wire> | undefined
  http2: Wire | undefined
  using: number
  stale: boolean
}

export class HttpTransport implements Transport {
  readonly #credentials: Credentials
  readonly #userAgent: string
  readonly #timeoutMs: number
  #wires: Wires | undefined
  /** For which `#wires` are. */
  #identity: Identity | undefined
  readonly #retired = new Set<Wires>()

  constructor({ credentials, userAgent, timeoutMs = 65_000 }: HttpOptions) {
    this.#credentials = credentials
    this.#userAgent = userAgent
    this.#timeoutMs = timeoutMs
  }

  async request(request: Request): Promise<Response> {
    const limit = new Limit(this.#timeoutMs, request.signal)
    try {
      const { answer, done } = await this.#exchange(request, limit.signal)
      const text = await textOf(answer, limit.signal).finally(done)
      return { status: answer.status, headers: answer.headers, body: parsed(text) }
    } finally {
      limit.lift()
    }
  }

  async watch(request: Request): Promise<WatchResponse> {
    // Its headers come at once or not at all; what comes then may take for ever.
    const limit = new Limit(Math.min(this.#timeoutMs, watchOpensMs), request.signal)
    try {
      const { answer, done } = await this.#exchange(request, limit.signal)
      const { status, headers } = answer
      if (status !== 200)
        return { status, headers, body: parsed(await textOf(answer, limit.signal).finally(done)), events: none(), close: () => {} }
      const over = () => {
        done()
        limit.lift()
      }
      const close = () => {
        answer.cancel()
        over()
      }
      limit.forget()
      return { status, headers, events: eventsOf(answer, over), close }
    } catch (error) {
      limit.lift()
      throw error
    }
  }

  async close(): Promise<void> {
    const all = [...this.#retired, ...(this.#wires ? [this.#wires] : [])]
    await Promise.all(all.map(closeWires))
  }

  async #exchange(request: Request, signal: AbortSignal): Promise<{ answer: WireResponse; done: () => void }> {
    const identity = await this.#credentials.get()
    const first = await this.#as(identity, request, signal)
    if (first.answer.status !== 401) return first
    const renewed = await this.#credentials.renewed(identity)
    if (sameAs(identity, renewed)) return first
    first.answer.cancel()
    first.done()
    return this.#as(renewed, request, signal)
  }

  async #as(identity: Identity, request: Request, signal: AbortSignal): Promise<{ answer: WireResponse; done: () => void }> {
    const wires = this.#wiresFor(identity)
    const wireRequest = this.#onWire(identity, request, signal)
    wires.using++
    let using = true
    const done = () => {
      if (using) wires.using--
      using = false
      if (wires.stale && wires.using === 0) void this.#drop(wires)
    }
    try {
      return { answer: await open(wires, wireRequest), done }
    } catch (error) {
      done()
      throw error
    }
  }

  #onWire({ server, headers }: Identity, request: Request, signal: AbortSignal): WireRequest {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) query.set(name, value)
    const text = query.size > 0 ? `?${query}` : ''
    const content: Record<string, string> = request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }
    return {
      method: request.method,
      path: `${new URL(server).pathname.replace(/\/$/, '')}${request.path}${text}`,
      headers: { accept: request.accept ?? 'application/json', 'user-agent': this.#userAgent, ...content, ...headers },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      signal,
    }
  }

  #wiresFor(identity: Identity): Wires {
    if (this.#wires && identity === this.#identity) return this.#wires
    this.#identity = identity
    const { server, tls, proxy } = identity
    const key = createHash('sha256')
      .update(JSON.stringify([server, tls, proxy]))
      .digest('base64')
    if (this.#wires?.key === key) return this.#wires
    const before = this.#wires
    const peer = { server, tls, proxy }
    const http2 = server.startsWith('https:') && !proxy ? new Http2Wire(peer) : undefined
    this.#wires = { key, peer, http1: undefined, http2, using: 0, stale: false }
    if (before) {
      before.stale = true
      this.#retired.add(before)
      if (before.using === 0) void this.#drop(before)
    }
    return this.#wires
  }

  async #drop(wires: Wires): Promise<void> {
    this.#retired.delete(wires)
    await closeWires(wires)
  }
}

const closeWires = async ({ http1, http2 }: Wires): Promise<void> => {
  await Promise.all([http1?.then(wire => wire.close()), http2?.close()])
}

async function open(wires: Wires, request: WireRequest): Promise<WireResponse> {
  try {
    if (wires.http2) return await wires.http2.open(request)
  } catch (error) {
    if (!(error instanceof NoHttp2)) throw error
    wires.http2 = undefined
  }
  wires.http1 ??= import('./http1.ts').then(({ Http1Wire }) => new Http1Wire(wires.peer))
  return (await wires.http1).open(request)
}

const sameAs = (one: Identity, other: Identity): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Ends an exchange when its time is over, or when the caller gives up. Thousands may be under way: none leaves a timer or a listener behind. */
class Limit {
  readonly #end = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #outer: AbortSignal | undefined
  readonly #give = () => this.#end.abort(this.#outer?.reason)

  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    this.#outer = outer
    const late = () => this.#end.abort(new Unreachable(`no answer within ${milliseconds / 1000} s`, { code: 'ETIMEDOUT' }))
    this.#timer = setTimeout(late, milliseconds)
    if (outer?.aborted) this.#give()
    else outer?.addEventListener('abort', this.#give, { once: true })
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Only the caller may end it from now on. */
  forget(): void {
    clearTimeout(this.#timer)
  }

  lift(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#give)
  }
}

async function textOf({ body }: WireResponse, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true })
  if (signal.aborted) throw signal.reason
  return text + decoder.decode()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** One JSON document per line, as they come. */
async function* eventsOf({ body }: WireResponse, done: () => void): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder()
  // Of the line that has no end yet. A large object comes in many chunks, and is put together once.
  let begun: string[] = []
  try {
    for await (const chunk of body) {
      const [end = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n')
      begun.push(end)
      for (const next of lines) {
        const line = begun.join('')
        begun = [next]
        if (line !== '') yield JSON.parse(line) as WatchEvent
      }
    }
  } finally {
    done()
  }
}

async function* none(): AsyncGenerator<WatchEvent> {}

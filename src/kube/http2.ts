/** Exchanges over HTTP/2: many at once on one connection, which is asked for a sign of life while anything is open on it. Repeats only what the server refused to look at. */
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { isIP } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Unreachable } from './errors.ts'
import { answerMs, connectMs, idleMs, type Peer, plainHeaders, type Wire, type WireRequest, type WireResponse } from './wire.ts'

/** The server speaks no HTTP/2; nothing was sent. */
export class NoHttp2 extends Error {
  override name = 'NoHttp2'
}

/** Fewer than any server allows (kube-apiserver: 250), so that none has to wait for another to end. */
const streamsPerSession = 100
const windowBytes = 1 << 20
const refusedStream = 'REFUSED_STREAM'

export class Http2Wire implements Wire {
  readonly #url: URL
  readonly #tls: Peer['tls']
  readonly #pingMs: number
  #live: Session[] = []
  #opening: Promise<void> | undefined
  #closed = false

  /** `pingMs`: how long a connection may be silent before it is asked for a sign of life. */
  constructor({ server, tls }: Peer, pingMs: number = idleMs) {
    this.#url = new URL(server)
    this.#tls = tls
    this.#pingMs = pingMs
  }

  async open(request: WireRequest): Promise<WireResponse> {
    if (this.#closed) throw new Unreachable('the connection has been closed')
    for (let again = 0; ; again++) {
      try {
        return await (await this.#session()).open(request)
      } catch (error) {
        // Sent while the server was saying goodbye: by RFC 9113 §8.7 nothing was done, so that it may be asked again elsewhere.
        if (again === 2 || !(error instanceof Unreachable) || error.code !== refusedStream) throw error
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#opening?.catch(() => {})
    for (const session of this.#live) session.destroy()
  }

  /** One with room, else a new one; whoever asks while it is being opened waits for the same. */
  async #session(): Promise<Session> {
    for (;;) {
      this.#live = this.#live.filter(({ usable }) => usable)
      const roomy = this.#live.find(({ hasRoom }) => hasRoom)
      if (roomy) return roomy
      this.#opening ??= this.#connect().finally(() => {
        this.#opening = undefined
      })
      await this.#opening
    }
  }

  async #connect(): Promise<void> {
    // The list may be another one by the time the connection is there.
    const socket = await this.#socket()
    this.#live.push(new Session(this.#url, socket, this.#pingMs))
  }

  #socket(): Promise<TLSSocket> {
    const host = this.#url.hostname.replace(/^\[|\]$/g, '')
    const servername = this.#tls.servername ?? (isIP(host) ? undefined : host)
    return new Promise((resolve, reject) => {
      const socket = connectTls({ ...this.#tls, host, port: Number(this.#url.port || 443), servername, ALPNProtocols: ['h2', 'http/1.1'] })
      const fail = (error: Error) => {
        socket.destroy()
        reject(error instanceof NoHttp2 ? error : unreachable(this.#url.host, error))
      }
      socket.setTimeout(connectMs, () =>
        fail(Object.assign(new Error(`no connection within ${connectMs / 1000} s`), { code: 'ETIMEDOUT' })),
      )
      socket.once('error', fail)
      socket.once('secureConnect', () => {
        if (socket.alpnProtocol !== 'h2') return fail(new NoHttp2(`${this.#url.host} speaks no HTTP/2`))
        socket.off('error', fail)
        socket.setTimeout(0)
        socket.setKeepAlive(true, idleMs)
        resolve(socket)
      })
    })
  }
}

/** One connection. Gone for good after its first fault, or when the server says goodbye; exchanges that are open may end then. */
class Session {
  readonly #http2: ClientHttp2Session
  readonly #host: string
  #open = 0
  #heard = performance.now()
  /** A sign of life is being waited for. */
  #asked = false
  /** Why the connection was given up, if it was. */
  #fault: Error | undefined
  #pings: NodeJS.Timeout

  constructor(url: URL, socket: TLSSocket, pingMs: number) {
    this.#host = url.host
    this.#http2 = connectHttp2(url, { createConnection: () => socket, settings: { enablePush: false, initialWindowSize: windowBytes } })
    this.#http2.on('connect', () => this.usable && this.#http2.setLocalWindowSize(16 * windowBytes))
    // Each exchange is told of it by itself.
    this.#http2.on('error', () => {})
    this.#http2.on('close', () => clearInterval(this.#pings))
    this.#pings = setInterval(() => this.#ping(pingMs), pingMs / 4).unref()
  }

  get usable(): boolean {
    return !this.#http2.closed && !this.#http2.destroyed
  }

  get hasRoom(): boolean {
    const allowed = this.#http2.remoteSettings?.maxConcurrentStreams ?? streamsPerSession
    return this.usable && this.#open < Math.min(allowed, streamsPerSession)
  }

  destroy(error?: Error): void {
    this.#fault ??= error
    this.#http2.destroy(error)
  }

  open({ method, path, headers, body, signal }: WireRequest): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (!this.usable) return reject(this.#unreachable(new Error('the server has closed the connection'), refusedStream))
      const stream = this.#http2.request({ ...headers, ':method': method, ':path': path }, { endStream: body === undefined })
      const inbox = new Inbox()
      const cancel = () => {
        inbox.end()
        stream.close(constants.NGHTTP2_CANCEL)
      }
      this.#open++
      signal?.addEventListener('abort', cancel, { once: true })
      stream.on('data', (chunk: Uint8Array) => {
        this.#heard = performance.now()
        inbox.put(chunk)
      })
      stream.once('close', () => {
        this.#open--
        signal?.removeEventListener('abort', cancel)
        // A connection that is cut ends the stream as if it were complete.
        const whole = stream.readableEnded && !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR
        inbox.end(whole ? undefined : this.#unreachable(new Error('the connection broke')))
        reject(signal?.aborted ? signal.reason : this.#unreachable(new Error('the exchange ended before an answer')))
      })
      // Also after the answer has begun, when its reader is told by what it reads.
      stream.on('error', error =>
        reject(this.#unreachable(error, stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? refusedStream : undefined)),
      )
      stream.once('response', answer => {
        this.#heard = performance.now()
        resolve({ status: answer[':status'] ?? 0, headers: plainHeaders(answer), body: inbox, cancel })
      })
      if (body !== undefined) stream.end(body)
    })
  }

  #unreachable(error: Error, code?: string): Unreachable {
    return unreachable(this.#host, this.#fault ?? error, code)
  }

  /** TCP alone takes minutes to find out that a peer is gone, and never that it is stuck. */
  #ping(pingMs: number): void {
    if (this.#asked || this.#open === 0 || !this.usable || performance.now() - this.#heard < pingMs) return
    const stuck = () => this.destroy(Object.assign(new Error('the server gives no sign of life'), { code: 'ETIMEDOUT' }))
    const late = setTimeout(stuck, Math.min(answerMs, pingMs)).unref()
    this.#asked = this.#http2.ping(error => {
      clearTimeout(late)
      this.#asked = false
      if (!error) this.#heard = performance.now()
    })
    if (!this.#asked) clearTimeout(late)
  }
}

/** What has come of a body and is not read yet: Node throws away what nobody has begun to read when a stream ends. */
class Inbox implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #error: Error | undefined
  #wake = () => {}

  put(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#wake()
  }

  /** The first end counts. */
  end(error?: Error): void {
    if (!this.#ended) this.#error = error
    this.#ended = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) yield chunk
      else if (this.#error) throw this.#error
      else if (this.#ended) return
      else
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
    }
  }
}

function unreachable(host: string, error: Error & { code?: string }, code = error.code): Unreachable {
  return error instanceof Unreachable ? error : new Unreachable(`${host}: ${error.message}`, { cause: error, code })
}

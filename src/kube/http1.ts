/** Exchanges over HTTP/1.1 on kept-alive connections, through a proxy where there is one. Never repeats a request. */
import { Agent, type buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
import { Unreachable } from './errors.ts'
import { connectMs, idleMs, type Peer, plainHeaders, type Wire, type WireRequest, type WireResponse } from './wire.ts'

export class Http1Wire implements Wire {
  readonly #dispatcher: Dispatcher
  readonly #origin: string

  constructor({ server, tls, proxy }: Peer) {
    this.#origin = new URL(server).origin
    // Time limits are the caller's, by its signal; only it knows whether this is a watch.
    const options = { allowH2: false, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 }
    const connect: buildConnector.BuildOptions = { ...tls, timeout: connectMs, keepAlive: true, keepAliveInitialDelay: idleMs }
    if (!proxy) this.#dispatcher = new Agent({ ...options, connect })
    else if (/^socks5h?:/.test(proxy)) this.#dispatcher = new Socks5ProxyAgent(proxy, { ...options, requestTls: connect })
    else this.#dispatcher = new ProxyAgent({ ...options, uri: proxy, requestTls: connect })
  }

  async open({ method, path, headers, body, signal }: WireRequest): Promise<WireResponse> {
    const stop = new AbortController()
    const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    try {
      const answer = await this.#dispatcher.request({
        origin: this.#origin,
        method: method as Dispatcher.HttpMethod,
        path,
        headers,
        body,
        signal: both,
      })
      return {
        status: answer.statusCode,
        headers: plainHeaders(answer.headers),
        body: this.#body(answer.body, both),
        cancel: () => stop.abort(),
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : this.#unreachable(error)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }

  async *#body(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } catch (error) {
      if (!signal.aborted) throw this.#unreachable(error)
    }
  }

  #unreachable(error: unknown): Unreachable {
    const { message, code, cause } = error as Error & { code?: string }
    const deeper = cause as (Error & { code?: string }) | undefined
    return new Unreachable(`${new URL(this.#origin).host}: ${deeper?.message ?? message}`, { cause: error, code: deeper?.code ?? code })
  }
}

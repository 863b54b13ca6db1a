/** Takes the API server's calls to webhooks and aggregated APIs, and hands each to whoever answers for that port. Ports nobody answers for refuse. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Takes over a connection to a pod; `host` is the address it was meant for. */
export type Answerer = (connection: Duplex, host: string) => void

export class Egress {
  readonly #path: string
  readonly #server: Server
  readonly #open = new Set<Duplex>()
  readonly #answerers = new Map<number, Answerer>()

  constructor(path: string) {
    this.#path = path
    this.#server = createServer()
    this.#server.on('connect', (message: IncomingMessage, connection: Duplex) => this.#connect(message, connection))
  }

  /** From now on pods answer on this port, whatever their address. */
  answer(port: number, answerer: Answerer): void {
    this.#answerers.set(port, answerer)
  }

  /** From now on nothing listens on this port. */
  refuse(port: number): void {
    this.#answerers.delete(port)
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#path, resolve)
    })
  }

  close(): Promise<void> {
    for (const connection of this.#open) connection.destroy()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  #connect({ url = '' }: IncomingMessage, connection: Duplex): void {
    this.#open.add(connection)
    connection.once('close', () => this.#open.delete(connection))
    // The API server hangs up when its request is over.
    connection.on('error', () => connection.destroy())
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(url) ?? []
    const answerer = this.#answerers.get(Number(port))
    if (!answerer) {
      connection.end('HTTP/1.1 502 Connection refused\r\n\r\n')
      return
    }
    connection.write('HTTP/1.1 200 Connection established\r\n\r\n')
    answerer(connection, host)
  }
}

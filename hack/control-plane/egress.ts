/** Takes the API server's calls to webhooks and aggregated APIs, and hands each to whoever answers for the pods. Without anybody they are refused. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Takes over a connection that was meant for a pod. */
export type Answerer = (connection: Duplex, pod: { address: string; port: number }) => void

export class Egress {
  readonly #path: string
  readonly #server: Server
  readonly #open = new Set<Duplex>()
  #answerer: Answerer | undefined

  /** `path` is that of a Unix socket. */
  constructor(path: string) {
    this.#path = path
    this.#server = createServer()
    this.#server.on('connect', ({ url = '' }: IncomingMessage, connection: Duplex, head: Buffer) => {
      if (head.length > 0) connection.unshift(head)
      this.#connect(connection, url)
    })
  }

  /** From now on pods answer, whatever their address; with undefined, as at first, nothing listens there. */
  answer(answerer: Answerer | undefined): void {
    this.#answerer = answerer
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

  #connect(connection: Duplex, target: string): void {
    this.#open.add(connection)
    connection.once('close', () => this.#open.delete(connection))
    // The API server hangs up when its request is over.
    connection.on('error', () => connection.destroy())
    if (!this.#answerer) {
      connection.end('HTTP/1.1 502 Connection refused\r\n\r\n')
      return
    }
    connection.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const [, address = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? []
    this.#answerer(connection, { address, port: Number(port) })
  }
}

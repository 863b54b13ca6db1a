/** A way to a server that can be closed and opened again, as when the server is gone for a while. Looks into nothing that passes. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Gate {
  readonly #to: number
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  /** To a port of this machine. */
  constructor(to: number) {
    this.#to = to
  }

  get port(): number {
    return this.#port
  }

  /** At the same port each time. */
  async open(): Promise<void> {
    this.#server = createServer(socket => this.#join(socket))
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as { port: number }).port
  }

  /** Breaks all connections; new ones are refused. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #join(near: Socket): void {
    const far = connect(this.#to, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
}

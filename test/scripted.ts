/** A transport that answers as a test says and remembers what it was asked: for answers that a healthy server seldom gives. */
import type { KubeObject } from '../src/kube/objects.ts'
import type { Request, Response, Transport, WatchEvent, WatchResponse } from '../src/kube/transport.ts'

type Answer = Partial<Response> | Error
/** The path of the request, and how many have come before it. */
type Script = (request: Request, nth: number) => Answer | Promise<Answer>

export class ScriptedTransport implements Transport {
  readonly asked: Request[] = []
  /** Watches that were let in, oldest first. */
  readonly streams: Stream[] = []
  readonly #answer: Script
  readonly #answerWatch: Script

  constructor(answer: Script, answerWatch: Script = () => ({ status: 200 })) {
    this.#answer = answer
    this.#answerWatch = answerWatch
  }

  async request(request: Request): Promise<Response> {
    this.asked.push(request)
    return complete(await this.#answer(request, this.asked.length - 1))
  }

  async watch(request: Request): Promise<WatchResponse> {
    this.asked.push(request)
    const answer = complete(await this.#answerWatch(request, this.asked.filter(({ query }) => query?.watch).length - 1))
    const stream = new Stream(request)
    if (answer.status === 200) this.streams.push(stream)
    return { ...answer, events: stream.events(), close: () => stream.end() }
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.end()
  }
}

function complete(answer: Answer): Response {
  if (answer instanceof Error) throw answer
  return { status: 200, headers: {}, body: {}, ...answer }
}

/** The server's end of one watch. */
export class Stream {
  readonly request: Request
  readonly #queue: (WatchEvent | 'end' | Error)[] = []
  #wake = () => {}
  ended = false

  constructor(request: Request) {
    this.request = request
  }

  send(type: WatchEvent['type'], object: object): void {
    this.#push({ type, object: object as WatchEvent['object'] })
  }

  /** The bookmark that ends the initial events of a WatchList. */
  complete(resourceVersion: string): void {
    this.send('BOOKMARK', { metadata: { name: '', resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } })
  }

  end(): void {
    this.ended = true
    this.#push('end')
  }

  break(error: Error): void {
    this.#push(error)
  }

  async *events(): AsyncGenerator<WatchEvent> {
    for (;;) {
      const next = this.#queue.shift()
      if (next === undefined) await new Promise<void>(resolve => (this.#wake = resolve))
      else if (next === 'end') return
      else if (next instanceof Error) throw next
      else yield next
    }
  }

  #push(item: WatchEvent | 'end' | Error): void {
    this.#queue.push(item)
    this.#wake()
  }
}

/** A body that refuses, as the API server writes it. */
export const refusal = (code: number, reason: string, message = reason) => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
})

export const configMap = (
  name: string,
  resourceVersion: number,
  more: { namespace?: string; uid?: string; data?: Record<string, string> } = {},
): KubeObject => {
  const { namespace = 'default', uid = `uid-${name}`, data } = more
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid, resourceVersion: String(resourceVersion) },
    ...(data && { data }),
  } as KubeObject
}

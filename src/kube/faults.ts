/** Makes a transport as bad as networks and servers are, from one seed: what went wrong with a seed goes wrong with it again. Changes no content. */
import { type Clock, pause, type Random } from './clock.ts'
import { Unreachable } from './errors.ts'
import { disturbed, expired } from './stream-faults.ts'
import type { Request, Response, Status, Transport, WatchResponse } from './transport.ts'

/** Probabilities, each of one request or one event. */
export interface FaultRates {
  /** The connection breaks before the request arrives. */
  reset: number
  /** The request takes effect, and its response is lost. */
  lost: number
  /** Nothing comes for half a minute; what was asked for may have happened. */
  timeout: number
  /** 409 to a write, which has no effect. */
  conflict: number
  /** 429 with Retry-After. */
  tooMany: number
  /** 500, before or after the effect, as when etcd is slow. */
  internal: number
  unavailable: number
  /** The response takes up to two seconds. */
  slow: number
  /** A watch is refused with 410, or told so on its way. */
  gone: number
  /** A watch ends, in order or not, at an event. */
  cut: number
  /** An event comes again, as after a reconnect. */
  repeated: number
  /** An event, and all that follow on its stream, comes up to two seconds late; other kinds are not held up. */
  late: number
  /** An event waits while those of other objects pass it. */
  overtaken: number
}

/** As bad as it may reasonably get: about one request in six fails. */
export const usualRates: FaultRates = {
  reset: 0.03,
  lost: 0.03,
  timeout: 0.01,
  conflict: 0.03,
  tooMany: 0.03,
  internal: 0.03,
  unavailable: 0.02,
  slow: 0.1,
  gone: 0.03,
  cut: 0.02,
  repeated: 0.03,
  late: 0.05,
  overtaken: 0.03,
}

export interface FaultOptions {
  random: Random
  clock: Clock
  rates?: Partial<FaultRates>
  /** The process dies at its n-th write, counted from 1: from then on nothing is answered. */
  kill?: { atWrite: number; withEffect: boolean }
}

export interface Faulty extends Transport {
  /** How often each fault has happened. */
  readonly happened: Readonly<Record<string, number>>
  /** Writes that were sent, whatever became of them. */
  readonly writes: number
  readonly killed: boolean
  /** From now on everything goes well, but for what is dead. */
  calm(): void
}

export const faulty = (transport: Transport, options: FaultOptions): Faulty => new FaultyTransport(transport, options)

const killedError = () => new Unreachable('killed', { code: 'KILLED' })
const resetError = () => new Unreachable('read ECONNRESET', { code: 'ECONNRESET' })

class FaultyTransport implements Faulty {
  readonly happened: Record<string, number> = {}
  writes = 0
  killed = false
  readonly #inner: Transport
  readonly #random: Random
  readonly #clock: Clock
  readonly #kill: FaultOptions['kill']
  #rates: Partial<FaultRates>
  readonly #streams = new Set<() => void>()

  constructor(inner: Transport, { random, clock, rates = usualRates, kill }: FaultOptions) {
    this.#inner = inner
    this.#random = random
    this.#clock = clock
    this.#rates = rates
    this.#kill = kill
  }

  calm(): void {
    this.#rates = {}
  }

  async request(request: Request): Promise<Response> {
    const write = request.method !== 'GET'
    if (write && !this.killed) this.writes++
    if (write && this.#kill?.atWrite === this.writes && !this.killed) await this.#die(request)
    if (this.killed) throw killedError()
    const fault = this.#pick(write ? requestFaults : readFaults)
    const response = await this.#answer(request, fault)
    if (this.killed) throw killedError()
    return response
  }

  async watch(request: Request): Promise<WatchResponse> {
    if (this.killed) throw killedError()
    const fault = this.#pick(request.query?.resourceVersion ? watchFaults : firstWatchFaults)
    if (fault === 'reset') throw resetError()
    if (fault === 'slow') await this.#wait(2000, request)
    const refusal = fault && refusals[fault]
    const watch = refusal ? refusing(refusal(this.#random)) : await this.#inner.watch(request)
    if (watch.status !== 200) return watch
    const { close } = watch
    this.#streams.add(close)
    const events = disturbed(watch, {
      pick: faults => this.#pick(faults),
      random: this.#random,
      wait: milliseconds => this.#wait(milliseconds, {}),
      alive: () => !this.killed,
      ended: () => this.#streams.delete(close),
    })
    return { ...watch, events }
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #answer(request: Request, fault: keyof FaultRates | undefined): Promise<Response> {
    switch (fault) {
      case 'reset':
        throw resetError()
      case 'lost':
        await this.#inner.request(request)
        throw resetError()
      case 'timeout':
        if (this.#random() < 0.5) await this.#inner.request(request)
        await this.#wait(30_000, request)
        throw new Unreachable('no answer', { code: 'ETIMEDOUT' })
      case 'slow': {
        const response = await this.#inner.request(request)
        await this.#wait(2000 * this.#random(), request)
        return response
      }
      case undefined:
        return this.#inner.request(request)
      default:
        if (fault === 'internal' && this.#random() < 0.5) await this.#inner.request(request)
        return refusals[fault]!(this.#random)
    }
  }

  async #die(request: Request): Promise<void> {
    if (this.#kill?.withEffect) await this.#inner.request(request)
    this.killed = true
    for (const end of this.#streams) end()
  }

  /** At most one of them, by its probability. */
  #pick<F extends keyof FaultRates>(faults: readonly F[]): F | undefined {
    let dice = this.#random()
    for (const fault of faults) {
      dice -= this.#rates[fault] ?? 0
      if (dice >= 0) continue
      this.happened[fault] = (this.happened[fault] ?? 0) + 1
      return fault
    }
    return undefined
  }

  #wait(milliseconds: number, { signal }: Pick<Request, 'signal'>): Promise<void> {
    return pause(this.#clock, milliseconds, signal)
  }
}

const readFaults = ['reset', 'lost', 'timeout', 'tooMany', 'internal', 'unavailable', 'slow'] as const
const requestFaults = [...readFaults, 'conflict'] as const
const firstWatchFaults = ['reset', 'tooMany', 'internal', 'unavailable', 'slow'] as const
const watchFaults = [...firstWatchFaults, 'gone'] as const

const answer = (body: Status, retryAfter?: number): Response => ({
  status: body.code ?? 500,
  headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  body,
})

const status = (code: number, reason: string, message: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
})

const refusals: Partial<Record<keyof FaultRates, (random: Random) => Response>> = {
  conflict: () =>
    answer(
      status(
        409,
        'Conflict',
        'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
      ),
    ),
  tooMany: random => answer(status(429, 'TooManyRequests', 'too many requests, please try again later'), 1 + Math.floor(2 * random())),
  internal: () => answer(status(500, 'InternalError', 'etcdserver: request timed out')),
  unavailable: random => answer(status(503, 'ServiceUnavailable', 'apiserver is shutting down'), random() < 0.5 ? 1 : undefined),
  gone: () => answer(expired),
}

const refusing = (response: Response): WatchResponse => ({ ...response, events: (async function* () {})(), close: () => {} })

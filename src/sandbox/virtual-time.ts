/** A clock that jumps from timer to timer as soon as nothing is left to do. Never looks at the wall clock, so a run is the same each time. */
import type { Clock } from '../kube/clock.ts'

interface Timer {
  at: number
  order: number
  /** Undefined once cancelled. */
  run: (() => void) | undefined
}

/** Rounds of the event loop after which work that never ends is assumed, rather than hanging for ever. */
const restless = 100_000

/**
 * Virtual time for tests and simulation. Whatever is given `clock` waits in it; `run` and `pass` move it on.
 * Promises and immediates are settled before each jump; work on other threads (key generation) must be told by `busy`.
 */
export class VirtualTime {
  readonly clock: Clock
  #now: number
  #order = 0
  #timers: Timer[] = []
  #busy: Promise<void>[] = []

  /** Starts at so many milliseconds since 1970, by default at the beginning of 2026. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start
    this.clock = { now: () => this.#now, after: (milliseconds, run) => this.#after(milliseconds, run) }
  }

  /** How many timers wait: 0 when everything has been stopped. */
  get waiting(): number {
    return this.#timers.filter(timer => timer.run).length
  }

  /**
   * Real work in flight: time does not move before it is done. Await what is returned instead of the promise itself:
   * it settles in the order of registration, however fast the threads were.
   */
  busy<T>(promise: Promise<T>): Promise<T> {
    const turn = this.#busy.at(-1) ?? Promise.resolve()
    const done = promise.then(
      value => turn.then(() => value),
      error => turn.then(() => Promise.reject(error)),
    )
    const settled = done.then(
      () => {},
      () => {},
    )
    this.#busy.push(settled)
    return done
  }

  /**
   * Moves on until the condition holds (asked whenever all is settled), no timer is left, or so many virtual milliseconds
   * have passed (an hour by default). True when the condition holds; without one, true when no timer is left.
   */
  async run(until?: () => boolean, limitMs = 3_600_000): Promise<boolean> {
    const end = this.#now + limitMs
    for (;;) {
      await this.#settle()
      if (until?.()) return true
      const next = this.#next()
      if (!next) return until === undefined
      if (next.at > end) {
        this.#now = end
        return false
      }
      this.#fire(next)
    }
  }

  /** Lets time pass until the work is done, and gives what came of it. */
  async during<T>(work: Promise<T>): Promise<T> {
    let done = false
    const result = work.finally(() => {
      done = true
    })
    // Whoever waits for the result hears of a failure; here it only ends the waiting.
    result.catch(() => undefined)
    await this.run(() => done)
    return result
  }

  /** Lets exactly so many virtual milliseconds pass, whether anything happens in them or not. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await this.run(undefined, milliseconds)
    this.#now = end
  }

  #after(milliseconds: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + (milliseconds > 0 ? Math.max(finest, milliseconds) : 0), order: this.#order++, run }
    push(this.#timers, timer)
    return () => {
      timer.run = undefined
    }
  }

  #next(): Timer | undefined {
    while (this.#timers[0] && !this.#timers[0].run) pop(this.#timers)
    return this.#timers[0]
  }

  #fire(timer: Timer): void {
    pop(this.#timers)
    this.#now = Math.max(this.#now, timer.at)
    timer.run?.()
  }

  /** Until no promise job, no immediate and no registered work is left. */
  async #settle(): Promise<void> {
    for (let round = 0; round < restless; round++) {
      await new Promise<void>(resolve => setImmediate(resolve))
      const work = this.#busy.shift()
      if (work) await work
      else if (!process.getActiveResourcesInfo().includes('Immediate')) return
    }
    throw new Error('virtual time cannot move: immediates keep coming without an end')
  }
}

/** Milliseconds. Less is lost in a number of this size, and who asked for it would be asked at the same instant for ever. */
const finest = 0.001

const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order)

/** Into a binary heap, whose first element is the earliest. */
function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(timer, heap[parent]!)) break
    heap[index] = heap[parent]!
    index = parent
  }
  heap[index] = timer
}

/** Takes the earliest out of a binary heap. */
function pop(heap: Timer[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, last)) break
    heap[index] = heap[child]!
    index = child
  }
  heap[index] = last
}

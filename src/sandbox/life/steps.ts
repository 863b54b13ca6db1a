/** What is to be done next, each thing once however often it is asked for, one after the other, in the time of a clock. */
import type { Clock } from '../../kube/clock.ts'

export class Steps {
  readonly #clock: Clock
  readonly #step: (key: string) => Promise<void>
  readonly #waiting = new Map<string, { at: number; cancel: () => void }>()
  #work: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(clock: Clock, step: (key: string) => Promise<void>) {
    this.#clock = clock
    this.#step = step
  }

  /** After so many milliseconds, or when it is due already, whichever comes first. */
  soon(key: string, milliseconds: number): void {
    const at = this.#clock.now() + milliseconds
    const known = this.#waiting.get(key)
    if (this.#stopped || (known && known.at <= at)) return
    known?.cancel()
    const cancel = this.#clock.after(milliseconds, () => {
      this.#waiting.delete(key)
      this.#work = this.#work.then(() => (this.#stopped ? undefined : this.#step(key)))
    })
    this.#waiting.set(key, { at, cancel })
  }

  get waiting(): number {
    return this.#waiting.size
  }

  stop(): void {
    this.#stopped = true
    for (const { cancel } of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }
}

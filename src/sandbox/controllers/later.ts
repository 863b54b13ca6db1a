/** Work that is done a moment after what caused it, each piece once however often it was asked for. */
import type { Clock } from '../../kube/clock.ts'

/** Milliseconds: long enough to be after the answer, as controllers are; too short to be waited for. */
const moment = 2

export class Later {
  readonly #clock: Clock
  #work = new Map<string, () => void>()
  #cancel: (() => void) | undefined
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Work under the same key takes the place of work not yet done. */
  do(key: string, work: () => void): void {
    if (this.#closed) return
    this.#work.set(key, work)
    this.#cancel ??= this.#clock.after(moment, () => this.#run())
  }

  #run(): void {
    this.#cancel = undefined
    const work = [...this.#work.values()]
    this.#work.clear()
    for (const each of work) each()
  }

  forget(): void {
    this.#work.clear()
    this.#cancel?.()
    this.#cancel = undefined
  }

  close(): void {
    this.#closed = true
    this.forget()
  }
}

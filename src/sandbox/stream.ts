/** A queue between one writer and one reader, who waits with `for await`. Never drops anything before it is closed. */

export class Stream<T> implements AsyncIterable<T> {
  #waiting: ((result: IteratorResult<T>) => void)[] = []
  #queue: T[] = []
  #ended = false
  readonly #onClose: () => void

  /** `onClose` is called once, whichever side closes. */
  constructor(onClose: () => void = () => {}) {
    this.#onClose = onClose
  }

  get ended(): boolean {
    return this.#ended
  }

  push(value: T): void {
    if (this.#ended) return
    const reader = this.#waiting.shift()
    if (reader) reader({ value, done: false })
    else this.#queue.push(value)
  }

  /** No more will come; what is queued can still be read. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onClose()
    for (const reader of this.#waiting.splice(0)) reader({ value: undefined, done: true })
  }

  /** The reader has gone: what is queued is dropped. */
  close(): void {
    this.#queue = []
    this.end()
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => {
        if (this.#queue.length > 0) return Promise.resolve({ value: this.#queue.shift()!, done: false })
        if (this.#ended) return Promise.resolve({ value: undefined, done: true })
        return new Promise(resolve => this.#waiting.push(resolve))
      },
      return: () => {
        this.close()
        return Promise.resolve({ value: undefined, done: true })
      },
    }
  }
}

/** Waits for views to be in step, but not for ever: a watch that hangs must not hold up what does not need it. Asks the server nothing. */
import type { View } from '../kube/cache.ts'
import { type Clock, pause } from '../kube/clock.ts'

/** Milliseconds that a view is given to settle, once. A server that is slow but well needs far less. */
const patience = 15_000

export class Sight {
  readonly #clock: Clock
  /** They have had their time, and settled or not: nobody waits for them again. */
  readonly #known = new WeakSet<View>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when each of the views has settled, or has had its time; then its state tells which. */
  async settle(views: readonly View[]): Promise<void> {
    const awaited = views.filter(view => view.state === 'syncing' && !this.#known.has(view))
    if (awaited.length === 0) return
    const over = new AbortController()
    const enough = pause(this.#clock, patience, over.signal).catch(() => undefined)
    await Promise.race([Promise.all(awaited.map(view => view.settled())), enough])
    over.abort()
    for (const view of awaited) if (view.state === 'syncing') this.#known.add(view)
  }
}

/** Remembers which wishes an object was found to fulfil: as neither ever changes, they need not be compared again. */
import { sameJson } from './compare.ts'
import type { KubeObject } from './objects.ts'
import type { Wish } from './wish.ts'

type Known = Pick<Wish, 'object' | 'options'>

/** Several may wish for something of one object; seldom more than these. */
const most = 4

export class Fulfilled {
  readonly #known = new WeakMap<KubeObject, Known[]>()

  /** The live object as the cache has it. What is wished for is mostly made anew each time, and equal. */
  has(live: KubeObject, { object, options }: Known): boolean {
    const known = this.#known.get(live)?.find(each => sameJson(each.options, options) && sameJson(each.object, object))
    // Of two that are equal the newer one is kept, which others hold as well.
    if (known) known.object = object
    return known !== undefined
  }

  add(live: KubeObject, { object, options }: Known): void {
    this.#known.set(live, [{ object, options }, ...(this.#known.get(live) ?? [])].slice(0, most))
  }

  /** What the server answered fulfils what it was asked for; but which defaults count depends on what was there before. */
  written(answer: KubeObject, wish: Known): void {
    if (!wish.options.defaults) this.add(answer, wish)
  }
}

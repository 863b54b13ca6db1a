/** Jobs: they find their pods by their own uid, which they have only now. */
import type { Item } from '../objects.ts'
import { applyStrategy } from '../schema/builtin/strategy.ts'
import type { Preparation } from './preparation.ts'

export const job: Preparation = {
  create(object) {
    const copy: Item = structuredClone(object)
    applyStrategy(copy, undefined)
    return copy
  },
}

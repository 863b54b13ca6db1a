/** What the server writes into DaemonSets and Jobs once it knows who owns which of their fields. */
import type { Item } from '../objects.ts'
import { applyStrategy } from '../schema/builtin/strategy.ts'
import type { Preparation } from './preparation.ts'

function written(object: Item, old: Item | undefined): Item {
  const copy: Item = structuredClone(object)
  applyStrategy(copy, old)
  return copy
}

export const daemonSet: Preparation = {
  create: object => written(object, undefined),
  update: (object, old) => written(object, old),
}

/** They find their pods by their own uid, which they have only now. */
export const job: Preparation = { create: object => written(object, undefined) }

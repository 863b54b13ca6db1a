/** What the server writes into DaemonSets and Jobs once it knows who owns which of their fields. */
import type { Item } from '../objects.ts'
import { applyStrategy } from '../schema/builtin/strategy.ts'
import type { Preparation } from './preparation.ts'

/** Its template is counted in an annotation. The rest stays the very same, by which others know that it has not changed. */
function counted(object: Item, old: Item | undefined): Item {
  const copy = { ...object, metadata: { ...object.metadata } }
  applyStrategy(copy, old)
  return copy
}

export const daemonSet: Preparation = {
  create: object => counted(object, undefined),
  update: (object, old) => counted(object, old),
}

/** They find their pods by their own uid, which they have only now. */
export const job: Preparation = {
  create: object => {
    const copy: Item = structuredClone(object)
    applyStrategy(copy, undefined)
    return copy
  },
}

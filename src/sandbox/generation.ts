/** Which changes of an object count: its generation. Never writes a store. */
import { sameJson } from './apply/compare.ts'
import { at, type Path } from './fields.ts'
import { type Item, withMeta } from './objects.ts'
import { rulesOf } from './rules/rules.ts'
import type { Served } from './served.ts'

/** A new object with its first generation, if its kind counts them. */
export function firstGeneration(object: Item, served: Served): Item {
  const { generation, generationFromZero } = rulesOf(served)
  return withMeta(object, { generation: served.custom || (generation && !generationFromZero) ? 1 : undefined })
}

/** The object with the generation that follows from what changed. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
export function nextGeneration(object: Item, old: Item, served: Served): Item {
  const last = old.metadata.generation
  const more = served.custom
    ? customChanged(object, old, served.custom.schema.status)
    : changed(object, old, rulesOf(served).generation ?? [])
  return withMeta(object, { generation: more ? (last ?? 0) + 1 : last })
}

const changed = (object: Item, old: Item, paths: readonly Path[]) => paths.some(path => !sameJson(at(object, path), at(old, path)))

/** Everything but metadata counts, and status when a subresource has it. */
function customChanged(object: Item, old: Item, status: boolean): boolean {
  const rest = ({ metadata: _, status: __, ...fields }: Item & { status?: unknown }) => fields
  const whole = ({ metadata: _, ...fields }: Item) => fields
  return status ? !sameJson(rest(object), rest(old)) : !sameJson(whole(object), whole(old))
}

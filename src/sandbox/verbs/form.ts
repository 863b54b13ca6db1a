/** The form in which objects go out: whole, their metadata only, or as a table for people. */
import type { Clock } from '../../kube/clock.ts'
import type { Call } from '../call.ts'
import { inVersion } from '../codec.ts'
import type { Item } from '../objects.ts'
import type { Served } from '../served.ts'
import { type Included, tableOf } from '../table/table.ts'

export interface Form {
  /** As an item of a list. */
  item(object: Item): unknown
  /** By itself, or in a watch. */
  alone(object: Item): Item
  /** A list in a form of its own. */
  list?(page: Item[], metadata: object): unknown
}

const untyped = new WeakMap<Item, object>()

/** Items of lists of built-in kinds go without apiVersion and kind. */
function withoutType(object: Item): object {
  const known = untyped.get(object)
  if (known) return known
  const { apiVersion, kind, ...rest } = object
  untyped.set(object, rest)
  return rest
}

const whole = (served: Served): Form => ({
  item: object => (served.custom ? inVersion(object, served) : withoutType(object)),
  alone: object => inVersion(object, served),
})

const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' }
const metadataOf = ({ metadata }: Item): Item => ({ ...partial, metadata })
const metadataOnly: Form = {
  item: metadataOf,
  alone: metadataOf,
  list: (page, metadata) => ({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: page.map(metadataOf) }),
}

const asTable = (served: Served, clock: Clock, include: Included): Form => {
  const table = (objects: Item[], metadata: object) => tableOf(served, objects, { now: clock.now(), metadata, include })
  return {
    item: object => object,
    alone: object => table([object], { resourceVersion: object.metadata.resourceVersion }) as unknown as Item,
    list: table,
  }
}

/** By the Accept header, of which the first form that is known counts. */
export function formOf({ accept, served, query }: Pick<Call, 'accept' | 'served' | 'query'>, clock: Clock): Form {
  for (const type of accept.split(',')) {
    const as = /;\s*as=(\w+)/.exec(type)?.[1]
    if (as?.startsWith('PartialObjectMetadata')) return metadataOnly
    if (as === 'Table') return asTable(served, clock, (query.includeObject as Included) ?? 'Metadata')
    if (as === undefined) break
  }
  return whole(served)
}

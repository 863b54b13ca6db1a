/** What server-side apply needs to know of a type: is it a leaf, a list told apart by keys, or a map of fields. Never looks at a value. */

/** One type, or several where the schema allows more than one form (int-or-string, unknown fields). */
export interface Shape {
  readonly scalar?: 'string' | 'numeric' | 'boolean' | 'untyped'
  readonly list?: ListShape
  readonly map?: MapShape
}

export interface ListShape {
  /** Owned as a whole. */
  readonly atomic: boolean
  /** Fields that tell items apart; empty for a set of scalars. Means nothing when atomic. */
  readonly keys: readonly string[]
  readonly items: Shape
}

export interface MapShape {
  /** Owned as a whole. */
  readonly atomic: boolean
  /** The shape of a declared field. */
  field(name: string): Shape | undefined
  /** The shape of undeclared fields; undefined when there may be none. */
  readonly elements?: Shape
  /** What the server takes a field to be that is not there. */
  defaultOf(name: string): unknown
}

const none = () => undefined

/** JSON of which no schema says anything, owned as a whole. */
export const atomicShape: Shape = {
  scalar: 'untyped',
  get list() {
    return atomicList
  },
  map: {
    atomic: true,
    field: none,
    defaultOf: none,
    get elements() {
      return atomicShape
    },
  },
}
const atomicList: ListShape = {
  atomic: true,
  keys: [],
  get items() {
    return atomicShape
  },
}

/** JSON of which no schema says anything, in a place that keeps unknown fields: maps are owned field by field, lists as a whole. */
export const deducedShape: Shape = {
  scalar: 'untyped',
  list: atomicList,
  map: {
    atomic: false,
    field: none,
    defaultOf: none,
    get elements() {
      return deducedShape
    },
  },
}

/** A shape narrowed to the form the value has; the whole shape for null, and for a form it does not allow. */
export function narrowed(shape: Shape, value: unknown): Shape {
  if (value === undefined || value === null) return shape
  if (Array.isArray(value)) return shape.list ? { list: shape.list } : shape
  if (typeof value === 'object') return shape.map ? { map: shape.map } : shape
  return shape.scalar ? { scalar: shape.scalar } : shape
}

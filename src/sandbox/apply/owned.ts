/** Which fields an object mentions: what its applier comes to own. Never judges the object. */
import { isMap } from '../../kube/objects.ts'
import { emptySet, type FieldSet, FieldSetBuilder } from './field-set.ts'
import { type Map as Fields, fieldElement, fieldShape, itemElement } from './items.ts'
import { Place } from './place.ts'
import { type ListShape, type MapShape, narrowed, type Shape } from './shape.ts'

/** Every leaf, every item of a list-map or set, every field of a free map and every empty map. */
export function mentioned(shape: Shape, object: unknown): FieldSet {
  const set = new FieldSetBuilder()
  visit(shape, object, Place.root(set))
  return set
}

function visit(shape: Shape, value: unknown, place: Place): void {
  const form = narrowed(shape, value)
  if (form.map) visitMap(form.map, value, place)
  else if (form.scalar) place.mark()
  else if (form.list) visitList(form.list, value, place)
}

function visitMap(map: MapShape, value: unknown, place: Place): void {
  if (map.atomic) place.mark()
  else if (isMap(value)) visitFields(map, value, place)
}

function visitFields(map: MapShape, value: Fields, place: Place): void {
  for (const [name, item] of Object.entries(value)) {
    const at = place.below(fieldElement(name))
    visit(fieldShape(map, name) ?? {}, item, at)
    const bare = item === null || (isMap(item) && Object.keys(item).length === 0)
    if (bare || !map.field(name)) at.mark()
  }
}

function visitList(list: ListShape, value: unknown, place: Place): void {
  if (list.atomic) place.mark()
  else if (Array.isArray(value)) {
    for (const item of value) {
      const at = place.below(itemElement(list, item))
      visit(list.items, item, at)
      at.mark()
    }
  }
}

/**
 * The set with the declared fields above its members added (`f:a` for `f:a`, `f:b` below it), but not free maps' fields or list items,
 * which are members only when somebody owns them as such.
 */
export function withNamedFields(set: FieldSet, shape: Shape | undefined): FieldSet {
  if (set.children.size === 0) return set
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    const field = element[0] === 'f' ? element.slice(2) : undefined
    if (field !== undefined && shape?.map?.field(field)) members.add(element)
    children.set(element, withNamedFields(child, shapeBelow(shape, element)))
  }
  return { members, children }
}

function shapeBelow(shape: Shape | undefined, element: string): Shape | undefined {
  if (element[0] === 'f') return shape?.map && fieldShape(shape.map, element.slice(2))
  return element[0] === 'k' ? shape?.list?.items : undefined
}

/**
 * The set brought up to date with a schema in which a list or map has become atomic since: its owner owns it as a whole then.
 * The same set when nothing changed.
 */
export function reconciled(set: FieldSet, shape: Shape | undefined): FieldSet {
  let changed = false
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    const below = shapeBelow(shape, element)
    const whole = below && isAtomic(below)
    const next = whole ? emptySet : reconciled(child, below)
    if (whole) members.add(element)
    else children.set(element, next)
    changed ||= next !== child
  }
  return changed ? { members, children } : set
}

const isAtomic = ({ map, scalar, list }: Shape): boolean => (map ? map.atomic : !scalar && (list?.atomic ?? false))

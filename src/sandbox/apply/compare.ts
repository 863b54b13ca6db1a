/** What changed between two states of an object, field by field as server-side apply sees fields. Changes neither. */
import { isMap } from '../../kube/objects.ts'
import { type FieldSet, FieldSetBuilder } from './field-set.ts'
import { type Map as Fields, fieldElement, fieldShape, itemElement } from './items.ts'
import { Place } from './place.ts'
import { type ListShape, type MapShape, narrowed, type Shape } from './shape.ts'

export interface Comparison {
  added: FieldSet
  modified: FieldSet
  removed: FieldSet
}

interface Places {
  added: Place
  modified: Place
  removed: Place
}

export function compare(shape: Shape, before: unknown, after: unknown): Comparison {
  const sets = { added: new FieldSetBuilder(), modified: new FieldSetBuilder(), removed: new FieldSetBuilder() }
  visit({ shape, before, after }, { added: Place.root(sets.added), modified: Place.root(sets.modified), removed: Place.root(sets.removed) })
  return sets
}

interface Pair {
  shape: Shape
  /** undefined: not there. */
  before: unknown
  after: unknown
}

const below = (places: Places, element: string): Places => ({
  added: places.added.below(element),
  modified: places.modified.below(element),
  removed: places.removed.below(element),
})

function visit(pair: Pair, places: Places): void {
  const leaf = visitForms(pair, places)
  if (leaf) return
  if (pair.before === undefined) places.added.mark()
  else if (pair.after === undefined) places.removed.mark()
}

/** Walks both sides in the form they have; true when they were compared as a whole. */
function visitForms(pair: Pair, places: Places): boolean {
  const { shape, before, after } = pair
  if (after === undefined) return visitForm(narrowed(shape, before), pair, places)
  const form = narrowed(shape, after)
  // A value that changes its form, say from text to a list, is looked at in both.
  const changed = before !== undefined && before !== null && after !== null && formOf(before) !== formOf(after)
  if (changed) visitForm(narrowed(shape, before), pair, places)
  return visitForm(form, pair, places)
}

const formOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value === 'object' ? 'map' : 'scalar')

function visitForm(form: Shape, pair: Pair, places: Places): boolean {
  if (form.map) return visitMap(form.map, pair, places)
  if (form.scalar) return leaf(pair, places)
  return form.list ? visitList(form.list, pair, places) : true
}

function leaf({ before, after }: Pair, places: Places): true {
  if (before === undefined) places.added.mark()
  else if (after === undefined) places.removed.mark()
  else if (!sameJson(before, after)) places.modified.mark()
  return true
}

function visitMap(map: MapShape, pair: Pair, places: Places): boolean {
  const before = isMap(pair.before) ? pair.before : {}
  const after = isMap(pair.after) ? pair.after : {}
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  // Both empty: so that nothing and {} can be told apart.
  if (map.atomic || names.size === 0) return leaf(pair, places)
  for (const name of names) {
    const [was, is] = [own(before, name), own(after, name)]
    // A part that is shared by both states has not changed.
    if (was !== is) visit({ shape: fieldShape(map, name) ?? {}, before: was, after: is }, below(places, fieldElement(name)))
  }
  return false
}

const own = (map: Fields, name: string): unknown => (Object.hasOwn(map, name) ? map[name] : undefined)

function visitList(list: ListShape, pair: Pair, places: Places): boolean {
  const before = Array.isArray(pair.before) ? pair.before : []
  const after = Array.isArray(pair.after) ? pair.after : []
  if (list.atomic || before.length + after.length === 0) return leaf(pair, places)
  const [were, are] = [byElement(list, before), byElement(list, after)]
  for (const element of new Set([...were.keys(), ...are.keys()])) {
    visitItems(list.items, { before: were.get(element) ?? [], after: are.get(element) ?? [] }, below(places, element))
  }
  return false
}

/** One item on each side is the rule; items that appear twice, which an update may bring, are compared as a whole. */
function visitItems(shape: Shape, { before, after }: { before: unknown[]; after: unknown[] }, places: Places): void {
  if (before.length <= 1 && after.length <= 1) visit({ shape, before: before[0], after: after[0] }, places)
  else if (before.length >= 2 && after.length >= 2) {
    if (!sameJson(before, after)) places.modified.mark()
  } else if (before.length >= 2) {
    if (after.length > 0) visit({ shape, before: undefined, after: after[0] }, places)
    places.removed.mark()
  } else {
    if (before.length > 0) visit({ shape, before: before[0], after: undefined }, places)
    places.added.mark()
  }
}

function byElement(list: ListShape, items: unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>()
  for (const item of items) {
    const element = itemElement(list, item)
    const others = found.get(element)
    if (others) others.push(item)
    else found.set(element, [item])
  }
  return found
}

/** Whether two JSON values are equal; the order of a map's fields does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isMap(a) || !isMap(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}

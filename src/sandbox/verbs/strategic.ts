/** Strategic merge patches, which know by the schema how lists merge. https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md */
import { isMap } from '../../kube/objects.ts'
import type { SchemaNode } from '../../kube/schema.ts'
import { sameJson } from '../apply/compare.ts'
import { goText } from '../go-text.ts'
import { internal } from '../refusals.ts'

type Fields = Record<string, unknown>

const order = '$setElementOrder/'
const fewer = '$deleteFromPrimitiveList/'

/** The document with the patch laid over it. Throws Refusal when a list's items cannot be told apart. */
export function strategicPatched(document: unknown, patch: Fields, schema: SchemaNode | undefined): unknown {
  return patchedMap(isMap(document) ? document : {}, patch, schema)
}

function patchedMap(map: Fields, patch: Fields, schema: SchemaNode | undefined): Fields {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch
  if (directive === 'delete') return {}
  if (directive === 'replace') return fields
  const result: Fields = { ...map }
  if (Array.isArray(retained)) for (const name of Object.keys(result)) if (!retained.includes(name)) delete result[name]
  for (const name of new Set(Object.keys(fields).map(withoutDirective))) {
    const value = patchedField(name, { map: result, patch, schema: childOf(schema, name) })
    if (value === undefined) delete result[name]
    else result[name] = value
  }
  return result
}

const withoutDirective = (name: string) => (name.startsWith('$') && name.includes('/') ? name.slice(name.indexOf('/') + 1) : name)
const childOf = (schema: SchemaNode | undefined, name: string) =>
  (schema?.fields && Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined) ?? schema?.values

/** Undefined takes the field out. */
function patchedField(name: string, { map, patch, schema }: { map: Fields; patch: Fields; schema: SchemaNode | undefined }): unknown {
  const [before, value] = [map[name], patch[name]]
  if (value === null) return undefined
  const strategies = schema?.patchStrategy?.split(',') ?? []
  const asked = patch[order + name]
  if (Array.isArray(asked) && Array.isArray(value)) refuseOtherOrder(value, asked, { name: namer(schema?.mergeKey) })
  if (Array.isArray(before) && strategies.includes('merge') && (value === undefined || Array.isArray(value))) {
    return patchedList(before, value ?? [], {
      key: schema?.mergeKey,
      items: schema?.items,
      order: Array.isArray(asked) ? asked : undefined,
      gone: asList(patch[fewer + name]),
    })
  }
  if (value === undefined) return before
  if (!isMap(before) || !isMap(value)) return fresh(value)
  return strategies.includes('replace') ? value : patchedMap(before, value, schema)
}

/** A value where there was none: nulls take nothing away, and what says how to merge has nothing to merge with. */
function fresh(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(item => !isDirected(item)).map(fresh)
  if (!isMap(value)) return value
  if (isDirected(value)) return undefined
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== null && !name.startsWith('$'))
      .map(([name, item]) => [name, fresh(item)]),
  )
}

const isDirected = (value: unknown): value is Fields => isMap(value) && '$patch' in value

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

interface List {
  /** The field that tells items apart; undefined for scalars. */
  key: string | undefined
  items: SchemaNode | undefined
  /** The order that items shall have, if the patch says it. */
  order: unknown[] | undefined
  /** Scalars to be taken out. */
  gone: unknown[]
}

/** What tells an item apart. */
const namer =
  (key: string | undefined) =>
  (item: unknown): unknown =>
    key === undefined ? item : isMap(item) ? item[key] : undefined

function patchedList(before: unknown[], patch: unknown[], list: List): unknown[] {
  const name = namer(list.key)
  const directed = patch.filter(isDirected)
  const plain = patch.filter(item => !isDirected(item))
  if (directed.some(({ $patch }) => $patch === 'replace')) return plain
  refuseUnmergeable(before, patch, list.key)
  const removed = [...list.gone, ...directed.map(name)]
  const kept = before.filter(item => !removed.some(each => sameJson(each, name(item))))
  const merged = plain.reduce<unknown[]>((items, item) => laidOver(items, item, { name, schema: list.items }), kept)
  return inOrder(merged, { list: list.order ?? plain, name, before: kept })
}

/** Throws Refusal when items cannot be told apart, or when what shall be done with them is unknown. */
function refuseUnmergeable(before: unknown[], patch: unknown[], key: string | undefined): void {
  const maps = [...before, ...patch].filter(isMap)
  if (key !== undefined && maps.length < before.length + patch.length) {
    throw internal(`list element types are not identical: ${goText([before, patch])}`)
  }
  for (const item of patch.filter(isDirected)) {
    if (item.$patch === 'merge') throw internal('merging lists cannot yet be specified in the patch')
    if (item.$patch !== 'delete') throw internal(`unknown patch type: ${goText(item.$patch)} in map: ${goText(item)}`)
  }
  const nameless = key === undefined ? undefined : [...patch.filter(isMap), ...maps].find(item => item[key] === undefined)
  if (nameless) throw internal(`map: ${goText(nameless)} does not contain declared merge key: ${key}`)
}

/** The items with one more laid over the first of its name. */
function laidOver(items: unknown[], item: unknown, { name, schema }: Pick<Names, 'name'> & { schema: SchemaNode | undefined }): unknown[] {
  const index = indexIn(items, { name }, item)
  if (index < 0) return [...items, item]
  return isMap(item) ? items.with(index, patchedMap(items[index] as Fields, item, schema)) : items
}

interface Names {
  name: (item: unknown) => unknown
  before: unknown[]
}

const indexIn = (list: unknown[], { name }: Pick<Names, 'name'>, item: unknown) => list.findIndex(each => sameJson(name(each), name(item)))

/** Throws Refusal unless all items of a patch are in the order that it asks for, and stand there as they do here. */
function refuseOtherOrder(patch: unknown[], order: unknown[], { name }: Pick<Names, 'name'>): void {
  const items = patch.filter(item => !isDirected(item))
  const places = items.map(item => indexIn(order, { name }, item))
  if (places.every((place, index) => place >= 0 && (index === 0 || place > places[index - 1]!))) return
  throw internal(`The order in patch list:\n${goText(items)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
}

/** Items that the order names in its order, the others where they stood. */
function inOrder(items: unknown[], { list, name, before }: Names & { list: unknown[] }): unknown[] {
  const ranked = items
    .filter(item => indexIn(list, { name }, item) >= 0)
    .sort((a, b) => indexIn(list, { name }, a) - indexIn(list, { name }, b))
  const others = items.filter(item => indexIn(list, { name }, item) < 0)
  return interleaved(others, ranked, { name, before })
}

/** Both lists keep their own order; an item of the first goes before one of the second when it stood before it. */
function interleaved(others: unknown[], mentioned: unknown[], { name, before }: Names): unknown[] {
  const [left, right] = [[...others], [...mentioned]]
  const result: unknown[] = []
  while (left.length > 0 && right.length > 0) {
    const [mine, theirs] = [indexIn(before, { name }, left[0]), indexIn(before, { name }, right[0])]
    result.push(mine >= 0 && theirs >= 0 && mine < theirs ? left.shift() : right.shift())
  }
  return [...result, ...left, ...right]
}

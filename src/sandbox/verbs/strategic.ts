/** Strategic merge patches, which know by the schema how lists merge. https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md */
import type { SchemaNode } from '../../kube/schema.ts'
import { sameJson } from '../apply/compare.ts'
import { isMap } from '../objects.ts'
import { badRequest } from '../refusals.ts'

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
  if (strategies.includes('merge') && (Array.isArray(value) || (value === undefined && Array.isArray(before)))) {
    return patchedList(asList(before), asList(value), {
      key: schema?.mergeKey,
      items: schema?.items,
      order: patch[order + name] as unknown[] | undefined,
      gone: asList(patch[fewer + name]),
    })
  }
  if (value === undefined) return before
  if (isMap(value) && !strategies.includes('replace')) return patchedMap(isMap(before) ? before : {}, value, schema)
  return withoutNulls(value)
}

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

function patchedList(before: unknown[], patch: unknown[], list: List): unknown[] {
  const replaces = patch.some(item => isMap(item) && item.$patch === 'replace')
  if (replaces) return patch.filter(item => !(isMap(item) && item.$patch === 'replace'))
  const { key } = list
  const name = (item: unknown): unknown => (key === undefined ? item : isMap(item) ? item[key] : undefined)
  if (key !== undefined && [...before, ...patch].some(item => name(item) === undefined)) {
    throw badRequest(`map: ${JSON.stringify(patch)} does not contain declared merge key: ${key}`)
  }
  const removed = [...list.gone, ...patch.filter(item => isMap(item) && item.$patch === 'delete').map(name)]
  const kept = before.filter(item => !removed.some(each => sameJson(each, name(item))))
  const said = distinct(
    patch.filter(item => !(isMap(item) && item.$patch === 'delete')),
    name,
  )
  const mentioned = said.map(item => {
    const old = kept.find(each => sameJson(name(each), name(item)))
    return isMap(item) ? patchedMap(isMap(old) ? old : {}, item, list.items) : item
  })
  const others = kept.filter(item => !mentioned.some(each => sameJson(name(each), name(item))))
  return list.order
    ? inOrder([...mentioned, ...others], { list: list.order, name, before })
    : interleaved(others, mentioned, { name, before })
}

const distinct = (list: unknown[], name: (item: unknown) => unknown): unknown[] =>
  list.filter((item, index) => list.findIndex(each => sameJson(name(each), name(item))) === index)

interface Names {
  name: (item: unknown) => unknown
  before: unknown[]
}

const indexIn = (list: unknown[], { name }: Pick<Names, 'name'>, item: unknown) => list.findIndex(each => sameJson(name(each), name(item)))

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

/** Nulls in what was not there before take nothing away. */
function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, withoutNulls(item)]),
  )
}

/** FieldsV1: which fields of an object somebody has set, as managedFields record it. Pure. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/managed-fields-entry/ */
import { isMap, type Json, type KubeObject, type ManagedFieldsEntry } from './objects.ts'
import type { SchemaNode } from './schema.ts'

/** `f:` a field, `k:` a list item by its keys, `v:` a member of a set, `.` the thing itself. */
export interface Fields {
  [step: string]: Fields
}

export type Path = readonly string[]

/** What the server will record as set by whoever applies this object: of metadata only what an applier may set. */
export function fieldSet(object: KubeObject, schema: SchemaNode | undefined): Fields {
  const { apiVersion: _, kind: __, metadata, ...content } = object
  const { name: ___, namespace: ____, ...settable } = metadata
  return ofMap({ metadata: settable, ...content }, schema)
}

/** Adds to the fields given. */
function ofMap(map: object, schema: SchemaNode | undefined, fields: Fields = {}): Fields {
  const declared = schema?.fields
  for (const name of Object.keys(map)) {
    const value = (map as Record<string, unknown>)[name]
    if (value === undefined) continue
    const inside = ofValue(value, childOf(schema, name))
    if (inside) fields[`f:${name}`] = (declared && name in declared) || isEmpty(inside) ? inside : { '.': {}, ...inside }
  }
  return fields
}

/** Undefined for what leaves no trace: a list without items, metadata without anything that an applier may set. */
function ofValue(value: unknown, schema: SchemaNode | undefined): Fields | undefined {
  if (isAtomic(schema) || typeof value !== 'object' || value === null) return {}
  if (!Array.isArray(value)) return schema?.name === metaName && isEmpty(value) ? undefined : ofMap(value, schema)
  if (mergeOf(schema) === 'atomic') return {}
  if (value.length === 0) return undefined
  const whole = mergeOf(schema) === 'set' || isAtomic(schema?.items)
  const fields: Fields = {}
  for (const item of value) fields[stepOf(item, schema)] = whole ? {} : ofMap(item as object, schema?.items, { '.': {} })
  return fields
}

const metaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const isEmpty = (map: object): boolean => Object.keys(map).length === 0

/** How FieldsV1 names a list item: by its keys, defaults filled in, or by its value. */
export function stepOf(item: unknown, list: SchemaNode | undefined): string {
  return mergeOf(list) === 'map' ? `k:${JSON.stringify(keysOf(item, list))}` : `v:${JSON.stringify(item)}`
}

/** The fields by which a list knows an item, sorted by name as FieldsV1 has them. */
export function keysOf(item: unknown, list: SchemaNode | undefined): Record<string, unknown> {
  const keys: Record<string, unknown> = {}
  const names = list?.keys ?? []
  for (const key of names.length > 1 ? [...names].sort() : names) {
    const value = (isMap(item) ? item[key] : undefined) ?? list?.items?.fields?.[key]?.default
    if (value !== undefined) keys[key] = value
  }
  return keys
}

/** Fields of an object or entries of a map; undefined where nothing is known. With the value, also where what is known depends on it. */
export const childOf = (schema: SchemaNode | undefined, name: string, value?: unknown): SchemaNode | undefined =>
  isMap(value) && schema?.name === schemaOfSchemas && schemasOrElse.has(name) ? schema : declaredChild(schema, name)

/** Fields of a schema inside a CRD that OpenAPI calls free-form, for they hold a schema or something else. */
const schemasOrElse = new Set(['items', 'additionalItems', 'additionalProperties'])
const schemaOfSchemas = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

const declaredChild = (schema: SchemaNode | undefined, name: string): SchemaNode | undefined =>
  // Fields have no prototype.
  schema?.fields?.[name] ?? schema?.values

/** How a list merges. One of which nothing is known is replaced. */
export const mergeOf = (schema: SchemaNode | undefined): 'atomic' | 'set' | 'map' => schema?.list ?? 'atomic'

export const isAtomic = (schema: SchemaNode | undefined): boolean => schema?.atomic === true

/** The entry of a manager, for the object itself or one of its subresources. */
export function entryOf(
  object: KubeObject,
  { manager, operation, subresource }: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'subresource'>,
): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find(
    entry => entry.manager === manager && entry.operation === operation && (entry.subresource ?? '') === (subresource ?? ''),
  )
}

export const fieldsOf = (entry: ManagedFieldsEntry | undefined): Fields | undefined => entry?.fieldsV1 as Fields | undefined
export const asFieldsV1 = (fields: Fields): Record<string, Json> => fields as Record<string, Json>

/** The leaves of one set that are not in another, in order; the mark of the thing itself is no leaf. */
export function* missing(of: Fields, from: Fields | undefined, at: Path = []): Generator<Path> {
  for (const [step, inside] of Object.entries(of)) {
    if (step === '.') continue
    const there = from?.[step]
    const leaf = Object.keys(inside).every(name => name === '.')
    if (leaf && there === undefined) yield [...at, step]
    else if (!leaf) yield* missing(inside, there, [...at, step])
  }
}

export function union(one: Fields, other: Fields): Fields {
  const both: Fields = { ...one }
  for (const [step, inside] of Object.entries(other)) both[step] = both[step] ? union(both[step], inside) : inside
  return both
}

/** What is in both. */
export function common(one: Fields, other: Fields): Fields {
  const both: Fields = {}
  for (const [step, inside] of Object.entries(one)) if (other[step]) both[step] = common(inside, other[step])
  return both
}

/** What of the first is not in the second. */
export function without(one: Fields, other: Fields): Fields {
  const rest: Fields = {}
  for (const [step, inside] of Object.entries(one)) {
    const there = other[step]
    const left = there === undefined ? inside : without(inside, there)
    if (there === undefined || Object.keys(left).some(name => name !== '.')) rest[step] = left
  }
  return rest
}

export function has(fields: Fields | undefined, path: Path): boolean {
  let at: Fields | undefined = fields
  for (const step of path) at = at?.[step]
  return at !== undefined
}

/** Where a path leads in an object: the value, the schema there, and the JSON Pointer names on the way. */
export interface Place {
  path: Path
  value: unknown
  schema: SchemaNode | undefined
  names: (string | number)[]
  /** The object or list that the value is in. */
  parent: unknown
  parentSchema: SchemaNode | undefined
}

export function placeOf(object: unknown, schema: SchemaNode | undefined, path: Path): Place {
  let place: Place = { path: [], value: object, schema, names: [], parent: undefined, parentSchema: undefined }
  for (const step of path) place = into(place, step)
  return place
}

function into({ path, value, schema, names }: Place, step: string): Place {
  const at = { path: [...path, step], parent: value, parentSchema: schema }
  if (step.startsWith('f:')) {
    const name = step.slice(2)
    return {
      ...at,
      value: isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined,
      schema: childOf(schema, name),
      names: [...names, name],
    }
  }
  const list = Array.isArray(value) ? value : []
  const index = list.findIndex(item => stepOf(item, schema) === step)
  return { ...at, value: list[index], schema: schema?.items, names: [...names, index] }
}

/** `spec.template.spec.containers[name=calico-node].image` */
export function inWords(path: Path): string {
  let text = ''
  for (const step of path) {
    if (step.startsWith('f:')) text += wordOf(step.slice(2), text === '')
    else if (step.startsWith('v:')) text += `[${step.slice(2)}]`
    else {
      const keys = Object.entries(JSON.parse(step.slice(2)) as Record<string, unknown>)
      text += `[${keys.map(([key, value]) => `${key}=${value}`).join(',')}]`
    }
  }
  return text
}

const wordOf = (name: string, first: boolean): string => (/^[\w-]+$/.test(name) ? `${first ? '' : '.'}${name}` : `["${name}"]`)

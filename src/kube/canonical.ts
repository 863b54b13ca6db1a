/**
 * The one form in which objects are compared and sent: nothing in it that the server would leave out, rewrite or refuse.
 * Fills in nothing and never changes what it is given.
 */
import { isDropped, isKept, serverAnnotations, serverDefault, serverLabels } from './defaults.ts'
import { isZero, keepsZero } from './empties.ts'
import { childOf, mergeOf, stepOf } from './fieldset.ts'
import { describe, isMap, type KubeObject, type ObjectMeta, refOf } from './objects.ts'
import { canonicalQuantity, isQuantity } from './quantity.ts'
import { builtinSchema, type SchemaNode, type SchemaType } from './schema.ts'

/** An object that the server could only refuse; a fault of whoever made it. */
export class Malformed extends Error {
  override name = 'Malformed'
  /** `spec.template.spec.containers[2].ports` */
  readonly path: string
  constructor(object: KubeObject, path: string, message: string) {
    super(`${describe(refOf(object))} ${path}: ${message}`)
    this.path = path
  }
}

/** What of an object a write is about: all but status, which has a path of its own; status alone; or both, where the kind gives status no path. */
export type Extent = 'object' | 'status' | 'both'

/**
 * The object as it is compared and sent. Throws Malformed: an unknown field, a value of another type, two list items with the same key, an
 * owner without a uid. Without a schema (a kind neither built in nor known to the caller) only metadata is looked at.
 */
export function canonical<T extends KubeObject>(
  object: T,
  schema = builtinSchema(object.apiVersion, object.kind),
  extent: Extent = 'object',
): T {
  const { apiVersion, kind, metadata, status, ...content } = object as T & { status?: unknown }
  const fail = (path: string, message: string) => new Malformed(object, path, message)
  const root: Place = { schema, builtin: schema?.name !== undefined, path: '', fail }
  const about = { ...root, schema: metadataOf(schema), builtin: true, path: 'metadata' }
  return {
    apiVersion,
    kind,
    metadata: ofValue(settable(object, extent), about),
    ...(ofValue({ ...(extent !== 'status' && preferred(object, content)), ...(extent !== 'object' && { status }) }, root) as object),
  } as T
}

const metadataOf = (schema: SchemaNode | undefined): SchemaNode | undefined =>
  schema?.fields?.metadata ?? builtinSchema('v1', 'ConfigMap')?.fields?.metadata

/** What an applier may set of metadata, without what the server and its controllers set themselves. */
function settable({ metadata }: KubeObject, extent: Extent): Partial<ObjectMeta> {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata
  if (extent === 'status') return { name, namespace }
  return {
    name,
    namespace,
    labels: less(labels, serverLabels),
    annotations: less(annotations, serverAnnotations),
    finalizers,
    ownerReferences,
  }
}

function less(map: Record<string, string> | undefined, names: readonly string[]): Record<string, string> | undefined {
  return map && names.some(name => name in map) ? Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name))) : map
}

/** Of two spellings of one thing, the one that the server answers with; without what can only be set elsewhere. */
function preferred({ apiVersion, kind }: KubeObject, content: object): object {
  // A Namespace's only spec, its finalizers, has a path of its own.
  if (apiVersion === 'v1' && kind === 'Namespace') return {}
  if (apiVersion !== 'v1' || kind !== 'Secret' || !('stringData' in content)) return content
  const { stringData, data, ...rest } = content as { stringData?: Record<string, string | null>; data?: Record<string, string> }
  const encoded = Object.entries(stringData ?? {}).map(([key, text]) => [
    key,
    text === null ? undefined : Buffer.from(text).toString('base64'),
  ])
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } }
}

interface Place {
  schema: SchemaNode | undefined
  /** Of a type compiled into the server, which keeps no nulls and no empty lists. */
  builtin: boolean
  path: string
  fail: (path: string, message: string) => Malformed
}

/** What a value of each type must be, and how to say so. */
const types: Record<SchemaType, { fits: (value: unknown) => boolean; words: string }> = {
  object: { fits: isMap, words: 'an object' },
  map: { fits: isMap, words: 'a map' },
  list: { fits: Array.isArray, words: 'a list' },
  any: { fits: () => true, words: 'anything' },
  string: { fits: value => typeof value === 'string', words: 'text' },
  integer: { fits: Number.isInteger, words: 'a whole number' },
  number: { fits: value => typeof value === 'number', words: 'a number' },
  boolean: { fits: value => typeof value === 'boolean', words: 'true or false' },
  'int-or-string': { fits: value => typeof value === 'string' || Number.isInteger(value), words: 'a whole number or text' },
  quantity: { fits: isQuantity, words: 'a quantity such as 100m or 1Gi' },
  'date-time': { fits: value => typeof value === 'string' && !Number.isNaN(Date.parse(value)), words: 'a date and time' },
  bytes: { fits: isBase64, words: 'base64' },
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)
}

const kindOfValue = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`

/** Undefined for what is left out. */
function ofValue(value: unknown, place: Place): unknown {
  const { schema, builtin, path, fail } = place
  if (value === undefined || value === null) return undefined
  // Free-form JSON of a built-in kind (the default of a schema, say) is kept as it is, nulls too.
  if (schema?.type === 'any' && builtin) return value
  // A value that may be secret is not repeated.
  if (schema && !types[schema.type].fits(value))
    throw fail(path, `${kindOfValue(value)} stands where the kind has ${types[schema.type].words}`)
  if (Array.isArray(value)) return ofList(value, place)
  if (isMap(value)) return ofMap(value, place)
  if (schema?.type === 'quantity') return canonicalQuantity(value)
  return schema?.type === 'bytes' ? Buffer.from(String(value), 'base64').toString('base64') : value
}

function ofMap(value: Record<string, unknown>, place: Place): unknown {
  const { schema, builtin, path, fail } = place
  const result: Record<string, unknown> = {}
  const map = withoutAlias(value, schema)
  for (const name of Object.keys(map)) {
    const item = map[name]
    if (item === undefined || item === null || isDropped(schema, name, value) || (isZero(item) && isRefilled(value, name, schema))) continue
    const child = known(place, name, item)
    const clean = isPlain(item, child) ? item : ofValue(item, { schema: child, builtin, path: within(path, name), fail })
    if (clean !== undefined) result[name] = clean
  }
  return builtin && schema?.type === 'map' && Object.keys(result).length === 0 ? undefined : result
}

const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** Whether a value is one of those, and of a type, of which nearly all are: it is as it should be, and stays as it is. */
const isPlain = (value: unknown, schema: SchemaNode | undefined): boolean =>
  typeof value === 'string' ? !schema || schema.type === 'string' : typeof value === 'boolean' && schema?.type === 'boolean'

/** A zero where the server cannot tell it from nothing, and puts its default or what it allocates: only nothing says the same each time. */
function isRefilled(object: Record<string, unknown>, name: string, schema: SchemaNode | undefined): boolean {
  if (schema?.name === undefined || keepsZero(schema, name)) return false
  const { [name]: _, ...others } = object
  return isKept(schema, name) || !isZero(serverDefault(schema, name, others) ?? '')
}

/** The schema of a field that may be there; fields that the server has never heard of make it refuse the object with status 500. */
function known({ schema, path, fail }: Place, name: string, item: unknown): SchemaNode | undefined {
  const child = schema && childOf(schema, name, item)
  if (schema?.type === 'object' && !child && !schema.preserveUnknown) throw fail(within(path, name), 'there is no such field')
  return child
}

/** `serviceAccount` is an older name of `serviceAccountName`: the server keeps both equal, so that neither could be taken away alone. */
function withoutAlias(value: Record<string, unknown>, schema: SchemaNode | undefined): Record<string, unknown> {
  if (schema?.name !== 'io.k8s.api.core.v1.PodSpec' || !('serviceAccount' in value)) return value
  const { serviceAccount, serviceAccountName = serviceAccount, ...rest } = value
  return { ...rest, serviceAccountName }
}

function ofList(value: unknown[], place: Place): unknown {
  const { schema, builtin, path } = place
  const inner = schema?.items
  const items = value
    .map((item, index) => (isPlain(item, inner) ? item : ofValue(item, { ...place, schema: inner, path: `${path}[${index}]` })))
    .filter(item => item !== undefined)
  if (items.length === 0 && builtin) return undefined
  if (mergeOf(schema) !== 'atomic') unique(items, place)
  return items
}

function unique(items: unknown[], { schema, path, fail }: Place): void {
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const step = stepOf(item, schema)
    const earlier = seen.get(step)
    if (earlier !== undefined) throw fail(`${path}[${index}]`, `has the same ${nameOf(schema)} as item ${earlier}: ${step.slice(2)}`)
    seen.set(step, index)
    const lacking = isMap(item) && schema?.keys?.find(key => item[key] === undefined && !schema.items?.fields?.[key]?.default)
    if (lacking) throw fail(`${path}[${index}]`, `has no ${lacking}, by which the list knows its items`)
  }
}

const nameOf = (list: SchemaNode | undefined): string => list?.keys?.join(' and ') ?? 'value'

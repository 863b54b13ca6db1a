/** Reads an object of a built-in kind as the server's decoder does: types are held to, unknown fields noted and left out, scalars written the one way. Never applies defaults. */
import { isMap } from '../../../kube/objects.ts'
import { canonicalQuantity, sameQuantity } from '../../../kube/quantity.ts'
import type { SchemaNode } from '../../../kube/schema.ts'
import { isPrepared } from './prepared.ts'
import { alwaysWritten, notesOf } from './storage.ts'

/** What the server cannot take for an object of its kind at all: answered with 400, not 422. */
export class Malformed extends Error {
  override name = 'Malformed'
}

interface Place {
  node: SchemaNode
  /** With indices, as unknown fields are told. */
  path: string
  /** As malformed ones are told: the Go struct the field is in, and the names of fields alone. */
  struct: string
  fields: string
  unknown: string[]
}

/** A copy of an object, and the paths of the fields its kind does not have. Throws Malformed. */
export function read(object: object, node: SchemaNode): { value: Record<string, unknown>; unknown: string[] } {
  const unknown: string[] = []
  const value = readValue(object, { node, path: '', struct: '', fields: '', unknown }) as Record<string, unknown>
  return { value, unknown: unknown.sort() }
}

function readValue(value: unknown, place: Place): unknown {
  if (typeof value === 'object' && value !== null && isPrepared(value, place.node)) return value
  switch (place.node.type) {
    case 'object':
      return readObject(value, place)
    case 'map':
      return readMap(value, place)
    case 'list':
      return readList(value, place)
    case 'any':
      return value
    default:
      return readScalar(value, place)
  }
}

function readObject(value: unknown, place: Place): Record<string, unknown> {
  const { node, path, unknown } = place
  if (!isMap(value)) throw mismatch(value, place)
  const fields = node.fields ?? {}
  const inside = { ...place, struct: shortName(node) }
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const item = value[name]
    if (!fields[name]) unknown.push(within(path, name))
    else if (item !== null && item !== undefined) result[name] = readField(item, name, inside)
  }
  addStructs(result, inside)
  return result
}

const within = (path: string, name: string): string => (path ? `${path}.${name}` : name)

/** The place is that of the object, but for the struct. */
function readField(item: unknown, name: string, { node, path, struct, fields, unknown }: Place): unknown {
  const field = node.fields![name]!
  if (field.type === 'string' && typeof item === 'string') return item
  return readValue(item, {
    node: withNotes(field, node, name),
    path: within(path, name),
    struct,
    fields: within(fields, name),
    unknown,
  })
}

/** Structs that are no pointers are there whether they were sent or not, and defaults are put into them. */
function addStructs(result: Record<string, unknown>, place: Place): void {
  for (const [name, note] of alwaysWritten(notesOf(place.node))) {
    const field = place.node.fields?.[name]
    if (note === 'zero' && field?.type === 'object' && result[name] === undefined) result[name] = readObject({}, { ...place, node: field })
  }
}

/** Times with microseconds are told apart by the struct they are in alone. */
const withNotes = (field: SchemaNode, { name: type }: SchemaNode, name: string): SchemaNode =>
  field.type === 'date-time' && notesOf({ type: 'object', name: type! })[name]?.endsWith('micro') ? { ...field, format: 'micro' } : field

function readMap(value: unknown, place: Place): Record<string, unknown> {
  if (!isMap(value)) throw mismatch(value, place)
  const { node, path } = place
  const result: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    const read = item === null ? zero(node.values!) : readValue(item, { ...place, node: node.values!, path: `${path}.${name}` })
    Object.defineProperty(result, name, { value: read, enumerable: true, configurable: true, writable: true })
  }
  return result
}

function readList(value: unknown, place: Place): unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, place)
  const { node, path } = place
  const items = node.items!
  return value.map((item, index) => {
    const at = { ...place, node: items, path: `${path}[${index}]` }
    return readValue(item === null ? zero(items) : item, at)
  })
}

/** What Go makes of null where something must be. */
function zero({ type }: SchemaNode): unknown {
  if (type === 'object' || type === 'map') return {}
  if (type === 'list') return []
  if (type === 'integer' || type === 'number' || type === 'int-or-string') return 0
  if (type === 'boolean') return false
  return type === 'quantity' ? '0' : type === 'any' || type === 'date-time' ? null : ''
}

function readScalar(value: unknown, place: Place): unknown {
  const { node } = place
  switch (node.type) {
    case 'integer':
      if (!isInteger(value, node)) throw mismatch(value, place)
      return value
    case 'int-or-string':
      if (typeof value !== 'string' && !isInteger(value, { type: 'integer', format: 'int32' })) throw mismatch(value, place)
      return value
    case 'number':
    case 'boolean':
      if (typeof value !== node.type) throw mismatch(value, place)
      return value
    case 'quantity':
      return readQuantity(value)
    case 'bytes':
      return readBytes(value, place)
    case 'date-time':
      return readTime(value, place)
    default:
      if (typeof value !== 'string') throw mismatch(value, place)
      return value
  }
}

const isInteger = (value: unknown, { format }: SchemaNode): value is number =>
  Number.isInteger(value) && (format !== 'int32' || Math.abs((value as number) + 0.5) < 2 ** 31)

function readQuantity(value: unknown): unknown {
  if (!sameQuantity(value, value)) {
    throw new Malformed("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }
  return canonicalQuantity(value)
}

function readBytes(value: unknown, place: Place): string {
  // Go also takes a list of numbers for bytes.
  if (Array.isArray(value) && value.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256))
    return Buffer.from(value).toString('base64')
  if (typeof value !== 'string') throw mismatch(value, place)
  const text = value.replace(/[\r\n]/g, '')
  const bad = text.search(/[^A-Za-z0-9+/=]/)
  if (bad >= 0 || text.length % 4 !== 0 || /=[^=]|={3}/.test(text)) {
    throw new Malformed(`illegal base64 data at input byte ${bad >= 0 ? bad : text.length - (text.length % 4)}`)
  }
  return Buffer.from(text, 'base64').toString('base64')
}

const wholeSeconds = { layout: '2006-01-02T15:04:05Z07:00', form: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/ }
const microseconds = {
  layout: '2006-01-02T15:04:05.000000Z07:00',
  form: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})(Z|[+-]\d{2}:\d{2})$/,
}

/** RFC 3339, stored in UTC, to the second or, where it is a MicroTime, the microsecond. */
function readTime(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw mismatch(value, place)
  const micro = place.node.format === 'micro'
  const { layout, form } = micro ? microseconds : wholeSeconds
  const [matched, fraction = ''] = form.exec(value) ?? []
  const date = new Date(value)
  if (!matched || Number.isNaN(date.getTime())) {
    throw new Malformed(
      `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`,
    )
  }
  return `${date.toISOString().slice(0, 19)}${micro ? fraction : ''}Z`
}

/** `v1.Container` of `io.k8s.api.core.v1.Container`. */
const shortName = ({ name = '' }: SchemaNode) => name.slice(name.lastIndexOf('.') + 1)

function mismatch(value: unknown, { node, fields, struct }: Place): Malformed {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  const shown = typeof value === 'number' && (node.type === 'integer' || node.type === 'int-or-string') ? `number ${value}` : found
  const where = fields ? ` into Go struct field ${struct}.${fields}` : ' into Go value'
  return new Malformed(`json: cannot unmarshal ${shown}${where} of type ${goType(node)}`)
}

function goType(node: SchemaNode): string {
  switch (node.type) {
    case 'object':
      return (node.name ?? '').split('.').slice(-2).join('.')
    case 'map':
      return `map[string]${goType(node.values!)}`
    case 'list':
      return `[]${goType(node.items!)}`
    case 'boolean':
      return 'bool'
    case 'integer':
      return node.format ?? 'int64'
    case 'number':
      return 'float64'
    case 'bytes':
      return '[]uint8'
    default:
      return 'string'
  }
}

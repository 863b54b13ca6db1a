/**
 * Reads objects in protobuf, in which kubectl and other clients send built-in kinds. Writes none: answers are JSON, which every client accepts.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import { builtinSchema, deleteOptionsSchema, type SchemaNode } from '../kube/schema.ts'
import data from './gen/protobuf.json' with { type: 'json' }

/** Number → name in JSON; where JSON has no level of its own, number → the fields there. */
interface Numbers {
  readonly [number: string]: string | Numbers
}

// The compiler reads names of types as a closed set.
const numbers = data as unknown as Record<string, Numbers>

const magic = Buffer.from('k8s\0')

/** The object as it is in JSON. Throws an error whose message says what cannot be read. */
export function decodeProtobuf(bytes: Buffer): Record<string, unknown> {
  if (!bytes.subarray(0, 4).equals(magic)) throw new Error('provided data does not appear to be a protobuf message, expected prefix')
  const unknown = fieldsOf(bytes.subarray(4))
  const type = fieldsOf(last(unknown, 1) ?? Buffer.alloc(0))
  const [apiVersion, kind] = [text(last(type, 1)), text(last(type, 2))]
  const schema = kind === 'DeleteOptions' ? deleteOptionsSchema() : builtinSchema(apiVersion, kind)
  if (kind === 'CustomResourceDefinition') throw new Error('the sandbox reads no CustomResourceDefinitions in protobuf: send them as JSON')
  if (!schema) throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  return { apiVersion, kind, ...objectOf(last(unknown, 2) ?? Buffer.alloc(0), schema, numbersOf(schema)) }
}

const numbersOf = ({ name = '' }: SchemaNode): Numbers => numbers[name.replace('io.k8s.', '')] ?? {}

function objectOf(bytes: Buffer, schema: SchemaNode, names: Numbers): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [number, values] of fieldsOf(bytes)) {
    const name = names[number]
    if (typeof name === 'object') Object.assign(object, objectOf(asBytes(values.at(-1)!), schema, name))
    const field = typeof name === 'string' ? schema.fields![name] : undefined
    if (field) object[name as string] = readField(values, field)
  }
  return object
}

/** The values that one field was given: all of them are a list or a map, and otherwise the last one counts. */
function readField(values: Value[], schema: SchemaNode): unknown {
  if (schema.type === 'list') return values.flatMap(value => unpacked(value, schema.items!)).map(value => readField([value], schema.items!))
  if (schema.type === 'map') return Object.fromEntries(values.map(value => entryOf(asBytes(value), schema.values!)))
  const value = values.at(-1)!
  return typeof value === 'bigint' ? ofNumber(value, schema) : ofBytes(value, schema)
}

/** Lists of numbers may come in one piece. */
function unpacked(value: Value, { type }: SchemaNode): Value[] {
  if (typeof value === 'bigint' || (type !== 'integer' && type !== 'boolean')) return [value]
  const values: Value[] = []
  for (const reader = new Reader(value); !reader.done; ) values.push(reader.varint())
  return values
}

function entryOf(bytes: Buffer, schema: SchemaNode): [string, unknown] {
  const entry = fieldsOf(bytes)
  const value = entry.get(2) ?? [Buffer.alloc(0)]
  // A list as the value of a map has a message of its own around it.
  const values = schema.type === 'list' ? (fieldsOf(asBytes(value.at(-1)!)).get(1) ?? []) : value
  return [text(last(entry, 1)), readField(values, schema)]
}

function ofNumber(value: bigint, { type }: SchemaNode): unknown {
  if (type === 'boolean') return value !== 0n
  if (type === 'number') return Buffer.from(BigUint64Array.of(value).buffer).readDoubleLE()
  if (type !== 'integer') throw new Error('proto: wrong wireType')
  return Number(BigInt.asIntN(64, value))
}

function ofBytes(bytes: Buffer, schema: SchemaNode): unknown {
  switch (schema.type) {
    case 'object':
      return objectOf(bytes, schema, numbersOf(schema))
    case 'bytes':
      return bytes.toString('base64')
    case 'quantity':
      return text(last(fieldsOf(bytes), 1))
    case 'date-time':
      return timeOf(fieldsOf(bytes))
    case 'int-or-string':
      return intOrString(fieldsOf(bytes))
    case 'any':
      return jsonOf(last(fieldsOf(bytes), 1))
    default:
      return bytes.toString()
  }
}

/** null for a time that is not set, which Go sends as well. Always with microseconds: some fields want them, and the others take them. */
function timeOf(fields: Fields): string | null {
  if (fields.size === 0) return null
  const seconds = new Date(Number(numberIn(fields, 1)) * 1000).toISOString().slice(0, -5)
  const microseconds = numberIn(fields, 2) / 1000n
  return `${seconds}.${String(microseconds).padStart(6, '0')}Z`
}

const intOrString = (fields: Fields) => (numberIn(fields, 1) === 0n ? Number(numberIn(fields, 2)) : text(last(fields, 3)))

function numberIn(fields: Fields, number: number): bigint {
  const value = fields.get(number)?.at(-1) ?? 0n
  if (typeof value !== 'bigint') throw new Error('proto: wrong wireType')
  return BigInt.asIntN(64, value)
}

const jsonOf = (bytes: Buffer | undefined) => (bytes?.length ? (JSON.parse(bytes.toString()) as unknown) : null)

/** Numbers as they are, everything else as bytes. */
type Value = bigint | Buffer
type Fields = Map<number, Value[]>

function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map()
  for (const reader = new Reader(bytes); !reader.done; ) {
    const tag = Number(reader.varint())
    const values = fields.get(tag >> 3) ?? []
    values.push(reader.value(tag & 7))
    fields.set(tag >> 3, values)
  }
  return fields
}

function asBytes(value: Value): Buffer {
  if (typeof value === 'bigint') throw new Error('proto: wrong wireType')
  return value
}

const last = (fields: Fields, number: number): Buffer | undefined => {
  const value = fields.get(number)?.at(-1)
  return value === undefined ? undefined : asBytes(value)
}
const text = (bytes: Buffer | undefined) => bytes?.toString() ?? ''

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#take(1)[0]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  value(wireType: number): Value {
    if (wireType === 0) return this.varint()
    if (wireType === 1) return this.#take(8).readBigUInt64LE()
    if (wireType === 2) return this.#take(Number(this.varint()))
    if (wireType === 5) return BigInt(this.#take(4).readUInt32LE())
    throw new Error(`proto: illegal wireType ${wireType}`)
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new Error('unexpected EOF')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

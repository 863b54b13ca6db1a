/** JSON values as CEL sees them, and back. Knows a schema where there is one, for integers and times look alike in JSON. */
import { CelError, compile } from './environment.ts'
import { isDuration } from './format.ts'

/** As much of a schema as decides what a value is in CEL. */
export interface Typed {
  readonly schema: { readonly type?: string; readonly format?: string }
  property(name: string): Typed | undefined
  readonly items: Typed | undefined
  readonly additional: Typed | undefined
}

/**
 * A value for CEL: whole numbers are `int` unless the schema says `number`, texts of format date-time, duration and byte become timestamps,
 * durations and bytes, names of declared fields are escaped. Without a schema as JSON is.
 * https://kubernetes.io/docs/reference/using-api/cel/#openapi-type-to-cel-type (and #escaping)
 */
export function toCel(value: unknown, node?: Typed): unknown {
  if (typeof value === 'number') return node?.schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value)
  if (typeof value === 'string') return node?.schema.format ? textToCel(value, node.schema.format) : value
  if (Array.isArray(value)) return value.map(item => toCel(item, node?.items))
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = Object.create(null)
  for (const [name, item] of Object.entries(value)) {
    const declared = node?.property(name)
    result[declared ? celName(name) : name] = toCel(item, declared ?? node?.additional)
  }
  return result
}

function textToCel(text: string, format: string): unknown {
  if (format === 'date-time' || format === 'date') return new Date(text)
  if (format === 'byte') return new Uint8Array(Buffer.from(text, 'base64'))
  if (format !== 'duration') return text
  try {
    return compile('duration(text)', ['text'])({ text })
  } catch (error) {
    if (error instanceof CelError) return text
    throw error
  }
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const escapes: Record<string, string> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** The name that a field goes by in CEL. */
export const celName = (name: string): string => (reserved.has(name) ? `__${name}__` : name.replace(/__|[./-]/g, part => escapes[part]!))

/** JSON of what an expression gave. Maps of CEL's own become objects. */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(fromCel(key)), fromCel(item)]))
  if (typeof value !== 'object' || value === null) return value
  // Unsigned numbers and durations are of classes that the library keeps to itself.
  if (typeof value.valueOf() === 'bigint') return Number(value.valueOf())
  if (isDuration(value)) return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]))
}

/** `"%s has %d".format([a, b])`: CEL's printf. https://pkg.go.dev/github.com/google/cel-go/ext#Strings */

/** Throws when the values do not fit the template. */
export function formatted(template: string, values: unknown[]): string {
  let next = 0
  const result = template.replace(/%(?:\.(\d+))?([a-zA-Z%])/g, (_, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (next >= values.length) throw new Error(`index ${next} out of range`)
    return clause(verb, values[next++], precision === undefined ? 6 : Number(precision))
  })
  return result
}

function clause(verb: string, value: unknown, precision: number): string {
  switch (verb) {
    case 's':
      return text(value)
    case 'd':
      if (typeof value !== 'bigint')
        throw new Error(`error during formatting: decimal clause can only be used on integers, was given ${kind(value)}`)
      return `${value}`
    case 'f':
      return Number(value).toFixed(precision)
    case 'e':
      return Number(value)
        .toExponential(precision)
        .replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2)
    case 'o':
      return BigInt(value as bigint).toString(8)
    case 'x':
      return hex(value)
    case 'X':
      return hex(value).toUpperCase()
    default:
      throw new Error(`error during formatting: could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
}

const kind = (value: unknown) => (typeof value === 'number' ? 'double' : value === null ? 'null_type' : typeof value)

const hex = (value: unknown): string =>
  typeof value === 'bigint' ? value.toString(16) : Buffer.from(value as string | Uint8Array).toString('hex')

function text(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  if (typeof value !== 'object' || value === undefined || isDuration(value)) return `${value}`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${key}: ${text(item)}`).join(', ')}}`
}

/** A duration is of a class that the library keeps to itself. */
export const isDuration = (value: object): boolean => Reflect.get(value, Symbol.toStringTag) === 'google.protobuf.Duration'

/** Kubernetes quantities (`100m`, `1.5Gi`, `1e3`), exact to a billionth. Never goes through floating point. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

type Format = 'binary' | 'decimal' | 'exponent'

interface Quantity {
  /** Billionths of the unit: finer ones are rounded away from zero, as the server does. */
  nano: bigint
  format: Format
}

const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const unit = 10n ** 9n
const largest = (2n ** 63n - 1n) * unit
const form = /^([+-]?)(\d+\.?\d*|\.\d+)([a-zA-Z]*|[eE][+-]?\d+)$/

/** Whether two spellings mean the same amount. False when one is no quantity. */
export function sameQuantity(one: unknown, other: unknown): boolean {
  const [a, b] = [parse(one), parse(other)]
  return a !== undefined && b !== undefined && a.nano === b.nano
}

/** Less than 0 when the first amount is the smaller one, more than 0 when it is the larger. Undefined when one is no quantity. */
export function compareQuantities(one: unknown, other: unknown): number | undefined {
  const [a, b] = [parse(one), parse(other)]
  if (!a || !b) return undefined
  if (a.nano === b.nano) return 0
  return a.nano < b.nano ? -1 : 1
}

export const isQuantity = (value: unknown): boolean => parse(value) !== undefined

/** Billionths of the unit; undefined for what is no quantity. */
export const nanosOf = (value: unknown): bigint | undefined => parse(value)?.nano

/** How many whole times the second amount, which is above 0, fits into the first. Undefined when one is no quantity. */
export function timesContained(one: unknown, other: unknown): number | undefined {
  const [a, b] = [parse(one), parse(other)]
  return a && b ? Number(a.nano / b.nano) : undefined
}

/** The spelling the server stores for a quantity of a built-in type; what is no quantity is returned as it is. */
export function canonicalQuantity(value: unknown): unknown {
  const quantity = parse(value)
  if (!quantity) return value
  const { nano, format } = quantity
  if (nano === 0n) return '0'
  // A binary amount that is small or has a fraction is written decimally, so that nothing is rounded.
  const small = nano > -1024n * unit && nano < 1024n * unit
  return format === 'binary' && !small && nano % unit === 0n ? inBinary(nano / unit) : inDecimal(nano, format)
}

function parse(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const match = form.exec(String(value))
  const scale = match && scaleOf(match[3] ?? '')
  if (!match || !scale) return undefined
  const [whole = '', fraction = ''] = (match[2] ?? '').split('.')
  // digits × multiplier ÷ divisor, all of them whole numbers
  const digits = BigInt(whole + fraction) * scale.multiplier * unit
  const divisor = scale.divisor * 10n ** BigInt(fraction.length)
  const up = digits % divisor === 0n ? 0n : 1n
  const size = digits / divisor + up
  const capped = scale.format === 'binary' && size > largest ? largest : size
  return { nano: match[1] === '-' ? -capped : capped, format: scale.format }
}

function scaleOf(suffix: string): { multiplier: bigint; divisor: bigint; format: Format } | undefined {
  const power = binary.indexOf(suffix)
  if (power >= 0) return { multiplier: 1024n ** BigInt(power + 1), divisor: 1n, format: 'binary' }
  const thousands = decimal.indexOf(suffix)
  if (thousands >= 0) return { ...tenTo((thousands - 3) * 3), format: 'decimal' }
  return /^[eE][+-]?\d{1,3}$/.test(suffix) ? { ...tenTo(Number(suffix.slice(1))), format: 'exponent' } : undefined
}

const tenTo = (exponent: number) =>
  exponent < 0 ? { multiplier: 1n, divisor: 10n ** BigInt(-exponent) } : { multiplier: 10n ** BigInt(exponent), divisor: 1n }

function inBinary(amount: bigint): string {
  let power = 0
  let rest = amount
  while (power < binary.length && rest % 1024n === 0n) {
    rest /= 1024n
    power++
  }
  return `${rest}${power === 0 ? '' : binary[power - 1]}`
}

function inDecimal(nano: bigint, format: Format): string {
  let thousands = 0
  let rest = nano
  while (thousands < decimal.length - 1 && rest % 1000n === 0n) {
    rest /= 1000n
    thousands++
  }
  const exponent = (thousands - 3) * 3
  if (format === 'exponent') return exponent === 0 ? `${rest}` : `${rest}e${exponent}`
  return `${rest}${decimal[thousands]}`
}

/** IP addresses as bytes, and in the one spelling of RFC 5952. */
import { isIPv4, isIPv6 } from 'node:net'

/** An address without zone, IPv4 mapped into IPv6, or leading zeros. */
export const isAddress = (text: string): boolean =>
  isIPv4(text) || (isIPv6(text) && !text.includes('%') && !/^::ffff:(\d+\.|[0-9a-f]{1,4}:[0-9a-f]{1,4}$)/i.test(text))

/** An address with a prefix length, both in their plain spelling. */
export function isRange(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/')
  return rest.length === 0 && isAddress(address) && /^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= (isIPv4(address) ? 32 : 128)
}

/** Four or sixteen bytes. The text must be an address. */
export function bytesOf(text: string): number[] {
  if (isIPv4(text)) return text.split('.').map(Number)
  const plain = text.replace(/\d+\.\d+\.\d+\.\d+$/, dotted => {
    const [a, b, c, d] = dotted.split('.').map(Number) as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return all.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
}

export function textOf(bytes: number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16))
  const text = groups.join(':')
  // The longest run of zeros, the first of several, is written as two colons; a single one is not.
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].split('0').length - a[0].split('0').length || a.index - b.index,
  )
  const run = runs[0]
  if (!run) return text
  const [before, after] = [text.slice(0, run.index), text.slice(run.index + run[0].length)]
  return `${before}::${after.replace(/^:/, '')}`
}

/** IP addresses as numbers, and networks to take them from. Never knows who has which. */
import { isIPv4, isIPv6 } from 'node:net'

export type Family = 'IPv4' | 'IPv6'

export interface Network {
  readonly family: Family
  readonly first: bigint
  /** How many addresses it has. */
  readonly size: bigint
}

/** Throws when it is none. */
export function network(cidr: string): Network {
  const [address = '', length = ''] = cidr.split('/')
  const family = familyOf(address)
  const bits = family === 'IPv4' ? 32 : 128
  if (!family || !/^\d+$/.test(length) || Number(length) > bits) throw new Error(`${cidr} is no network such as 10.96.0.0/16`)
  const size = 1n << BigInt(bits - Number(length))
  return { family, first: (numberOf(address) / size) * size, size }
}

export function familyOf(address: string): Family | undefined {
  return isIPv4(address) ? 'IPv4' : isIPv6(address) ? 'IPv6' : undefined
}

export const contains = ({ family, first, size }: Network, address: string): boolean =>
  familyOf(address) === family && numberOf(address) >= first && numberOf(address) < first + size

/** Of a valid address. */
export function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)
  const [head = '', tail] = withoutDots(address).split('::')
  const [before, after] = [head, tail ?? ''].map(half => half.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].reduce((sum, part) => (sum << 16n) + BigInt(`0x${part}`), 0n)
}

/** `::ffff:1.2.3.4` with its last part as two groups. */
function withoutDots(address: string): string {
  const dotted = /[\d.]+$/.exec(address)?.[0] ?? ''
  if (!dotted.includes('.')) return address
  const number = numberOf(dotted)
  return `${address.slice(0, -dotted.length)}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`
}

/** The usual text of an address. */
export function textOf(family: Family, number: bigint): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map(shift => (number >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  return shortened(groups)
}

/** The longest run of two or more zero groups as `::`. */
function shortened(groups: string[]): string {
  let [start, length] = [-1, 1]
  for (let at = 0; at < groups.length; at++) {
    const end = groups.findIndex((group, index) => index >= at && group !== '0')
    const run = (end < 0 ? groups.length : end) - at
    if (run > length) [start, length] = [at, run]
  }
  if (start < 0) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

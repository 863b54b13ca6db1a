/** Ranges of IP addresses as text: `10.0.0.0/8`, `fd00::/48`. Reads them strictly, as Go's net.ParseCIDR does, and never resolves names. */

export interface Cidr {
  readonly family: 'IPv4' | 'IPv6'
  /** The first address of the range. */
  readonly network: bigint
  readonly prefix: number
}

/** Undefined when the text is no range. Bits beyond the prefix may be set, as in `10.0.0.1/8`; they do not count. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const parsed = parseAddress(address)
  if (!parsed || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const width = parsed.family === 'IPv4' ? 32 : 128
  const prefix = Number(length)
  if (prefix > width) return undefined
  const beyond = BigInt(width - prefix)
  return { family: parsed.family, network: (parsed.value >> beyond) << beyond, prefix }
}

export function parseAddress(text: string): { family: Cidr['family']; value: bigint } | undefined {
  const family = text.includes(':') ? 'IPv6' : 'IPv4'
  const value = family === 'IPv6' ? ipv6(text) : ipv4(text)
  return value === undefined ? undefined : { family, value }
}

/** Judged by the colon, so that it has an answer for what is no range too (spec/installation-api.md §7.3). */
export const familyOf = (cidr: string): Cidr['family'] => (cidr.includes(':') ? 'IPv6' : 'IPv4')

export const contains = (outer: Cidr, inner: Cidr): boolean =>
  outer.family === inner.family && outer.prefix <= inner.prefix && sameUpTo(outer, inner, outer.prefix)

export const overlaps = (one: Cidr, other: Cidr): boolean =>
  one.family === other.family && sameUpTo(one, other, Math.min(one.prefix, other.prefix))

/** Whether two texts are ranges, and have addresses in common. */
export function haveCommon(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)]
  return a !== undefined && b !== undefined && overlaps(a, b)
}

function sameUpTo(one: Cidr, other: Cidr, prefix: number): boolean {
  const beyond = BigInt((one.family === 'IPv4' ? 32 : 128) - prefix)
  return one.network >> beyond === other.network >> beyond
}

/** One spelling for all that mean the same range; what is no range stays as it is. */
export function canonicalCidr(text: string): string {
  const cidr = parseCidr(text)
  return cidr ? `${longAddress(cidr)}/${cidr.prefix}` : text
}

/** The first address with every digit of every group: `fd00:0000:…:0000`; an IPv4 address has only one spelling. */
export function longAddress({ family, network }: Cidr): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map(shift => (network >> shift) & 0xffn).join('.')
  return network.toString(16).padStart(32, '0').match(/.{4}/g)!.join(':')
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined
  return parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n)
}

function ipv6(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::')
  if (rest.length > 0) return undefined
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  if (!before || !after) return undefined
  const missing = 8 - before.length - after.length
  // `::` stands for at least one group; without it there are eight.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...before, ...Array<bigint>(missing).fill(0n), ...after].reduce((value, group) => (value << 16n) + group, 0n)
}

/** The 16-bit groups of one side of `::`; the last 32 bits may be written as an IPv4 address. */
function groups(text: string): bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1)!
  const embedded = last.includes('.') ? ipv4(last) : undefined
  if (last.includes('.') && embedded === undefined) return undefined
  const plain = embedded === undefined ? parts : parts.slice(0, -1)
  if (!plain.every(part => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined
  const values = plain.map(part => BigInt(`0x${part}`))
  return embedded === undefined ? values : [...values, embedded >> 16n, embedded & 0xffffn]
}

/** DER, as far as certificates are written in it: takes it apart, and puts it together. Knows no certificate. https://www.itu.int/rec/T-REC-X.690 */

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  none: 0x05,
  objectId: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  shortTime: 0x17,
  longTime: 0x18,
  wide: 0x1c,
  twoOctets: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** `[n]` around a value. */
  around: (n: number) => 0xa0 + n,
  /** `[n]` in place of the value's own tag. */
  instead: (n: number) => 0x80 + n,
} as const

/** One value: what it is, what is in it, and its octets with both. */
export interface Der {
  readonly tag: number
  readonly content: Buffer
  readonly whole: Buffer
}

/** The values that stand there one after the other. Throws when the octets are no DER. */
export function parse(octets: Uint8Array): Der[] {
  const all = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const values: Der[] = []
  for (let at = 0; at < all.length; ) {
    const [length, begin] = lengthAt(all, at + 1)
    const end = begin + length
    if (end > all.length) throw new Error('DER: a value ends too early')
    values.push({ tag: all[at]!, content: all.subarray(begin, end), whole: all.subarray(at, end) })
    at = end
  }
  return values
}

/** What is in a sequence, a set, or anything else that holds values. */
export const inside = (value: Der | undefined): Der[] => (value ? parse(value.content) : [])

/** The length written there, and where what has it begins. Four octets of length are more than any certificate needs. */
function lengthAt(octets: Buffer, at: number): [length: number, begin: number] {
  const first = octets[at] ?? 0xff
  if (first < 0x80) return [first, at + 1]
  const count = first - 0x80
  if (count < 1 || count > 4 || at + 1 + count > octets.length) throw new Error('DER: a length that cannot be')
  return [octets.readUIntBE(at + 1, count), at + 1 + count]
}

/** A value of this tag, whose content is all of these in a row. */
export function value(tag: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const inner = Buffer.concat(content.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
  if (inner.length < 0x80) return Buffer.from([tag, inner.length, ...inner])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(inner.length)
  const written = length.subarray(length.findIndex(octet => octet !== 0))
  return Buffer.concat([Buffer.from([tag, 0x80 + written.length]), written, inner])
}

export const sequence = (...values: readonly Uint8Array[]): Buffer => value(tags.sequence, ...values)

/** A number that is not negative, most significant octet first. */
export function integer(octets: Uint8Array): Buffer {
  const first = octets.findIndex(octet => octet !== 0)
  const number = first < 0 ? Uint8Array.of(0) : octets.subarray(first)
  return value(tags.integer, number[0]! < 0x80 ? number : Buffer.concat([Uint8Array.of(0), number]))
}

/** Bits that are set, counted from the first; zeros at the end are not written. */
export function bits(...set: readonly number[]): Buffer {
  const octets = Buffer.alloc(Math.ceil((Math.max(...set) + 1) / 8))
  for (const bit of set) octets[bit >> 3]! |= 0x80 >> (bit & 7)
  return value(tags.bits, Uint8Array.of(octets.length * 8 - 1 - Math.max(...set)), octets)
}

/** From the dotted form: `2.5.4.3`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return value(tags.objectId, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(number: number): number[] {
  const octets = [number % 128]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 + (rest % 128))
  return octets
}

/** A point in time, milliseconds since 1970, to the second: with two digits of the year until 2049, with four from 2050 on. */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  return digits < '2050' ? value(tags.shortTime, digits.slice(2)) : value(tags.longTime, digits)
}

/** A text of any of the kinds that names are written in. */
export function textOf({ tag, content }: Der): string {
  if (tag === tags.utf8) return content.toString('utf8')
  const width = tag === tags.twoOctets ? 2 : tag === tags.wide ? 4 : undefined
  if (width === undefined) return content.toString('latin1')
  const units = Array.from({ length: Math.floor(content.length / width) }, (_, index) => content.readUIntBE(index * width, width))
  return width === 2 ? String.fromCharCode(...units) : String.fromCodePoint(...units)
}

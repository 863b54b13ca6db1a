/** The hash behind `hash.operator.tigera.io` annotations: another value restarts pods, so it must stay the predecessor's to the letter. Knows nothing of what it hashes. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'

/**
 * Lowercase hexadecimal SHA-1 of the value as Go's `%q` prints it: a quoted string, or `map["k":"v" …]` with sorted keys
 * (spec/installation-render.md §1.3). Bytes that are no UTF-8 are given as a Buffer.
 */
export function hash(value: string | Uint8Array | Readonly<Record<string, string>>): string {
  return createHash('sha1').update(quoted(value)).digest('hex')
}

function quoted(value: string | Uint8Array | Readonly<Record<string, string>>): string {
  if (typeof value === 'string') return quote(value)
  if (value instanceof Uint8Array) return quoteBytes(value)
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `map[${entries.map(([key, text]) => `${quote(key)}:${quote(text)}`).join(' ')}]`
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** Go's strconv.Quote: letters, marks, numbers, punctuation, symbols and the ASCII space stand for themselves. */
const escaped = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

const quote = (text: string): string => `"${text.replace(escaped, escapeOf)}"`

function escapeOf(character: string): string {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0)!
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  // A lone surrogate cannot be UTF-8: Go would have read U+FFFD, which is printable.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** As quote, but each byte that belongs to no valid UTF-8 sequence becomes `\xNN`. */
function quoteBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return quote(Buffer.from(bytes).toString('utf8'))
  let out = '"'
  for (let at = 0; at < bytes.length; ) {
    const length = sequence(bytes, at)
    if (length === 0) out += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`
    else out += quote(Buffer.from(bytes.subarray(at, at + length)).toString('utf8')).slice(1, -1)
    at += Math.max(1, length)
  }
  return `${out}"`
}

/** The length of the valid UTF-8 sequence that begins here; 0 when none does. */
function sequence(bytes: Uint8Array, at: number): number {
  return [1, 2, 3, 4].find(length => at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) ?? 0
}

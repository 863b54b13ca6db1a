import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hash } from './hash.ts'

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

test.each([
  ['quotes, backslashes and line ends are escaped', 'a "b"\\\n\t\r', String.raw`"a \"b\"\\\n\t\r"`],
  ['printable letters of any script stand for themselves', 'Grüße 世界 🙂', '"Grüße 世界 🙂"'],
  ['control characters become hexadecimal', '\u0000\u001f\u007f', String.raw`"\x00\x1f\x7f"`],
  ['the named control characters keep their names', '\u0007\b\f\v', String.raw`"\a\b\f\v"`],
  ['a space that is not the ASCII one is not printable', 'a\u00a0b\u2028', String.raw`"a\u00a0b\u2028"`],
  ['characters beyond the first plane that print nothing take eight digits', '\u{e0001}', String.raw`"\U000e0001"`],
])('a text: %s', (_, text, quoted) => {
  expect(hash(text)).toBe(sha1(quoted))
})

test('a text hashes like its octets', () => {
  expect(hash(Buffer.from('Grüße\n"世界"'))).toBe(hash('Grüße\n"世界"'))
})

test('octets that are no UTF-8 become hexadecimal one by one', () => {
  expect(hash(Uint8Array.of(0x61, 0xff, 0xc3, 0x62, 0xe4, 0xb8, 0x96))).toBe(sha1(String.raw`"a\xff\xc3b世"`))
})

test('a map is printed with sorted keys and single spaces', () => {
  expect(hash({ b: '2', a: 'x\n' })).toBe(sha1(String.raw`map["a":"x\n" "b":"2"]`))
  expect(hash({})).toBe(sha1('map[]'))
})

test('keys are sorted by their octets, not by UTF-16', () => {
  expect(hash({ '\u{1f642}': '1', '\ufffd': '2' })).toBe(sha1('map["\ufffd":"2" "\u{1f642}":"1"]'))
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSelector } from './selector.ts'

test.each([
  'all()',
  'global( )',
  'has(gpu)',
  "rack == '1'",
  'kubernetes.io/os != "windows"',
  'zone in {\'a\', "b"}',
  "zone not in{'a'}",
  'zone in {}',
  "name contains 'db' && !(role starts with 'x' || role ends  with 'y')",
  '! has( a )||all()',
  "a == '&& )'",
  '!!(((has(a))))',
])('%s can be read', selector => {
  expect(isSelector(selector)).toBe(true)
})

test.each([
  '',
  'rack',
  "rack = '1'",
  'rack == 1',
  "rack == '1",
  'has()',
  'has(a',
  'all() all()',
  "zone in ('a')",
  "zonein {'a'}",
  "zone is 'a'",
  'has(a) &&',
  'has(a) & has(b)',
  '(has(a)',
  'has(ä)',
  '\u0000',
  '!',
])('%s cannot', selector => {
  expect(isSelector(selector)).toBe(false)
})

test('a selector of 4096 characters can be read, and none of more', () => {
  expect(isSelector('all()'.padEnd(4096))).toBe(true)
  expect(isSelector('all()'.padEnd(4097))).toBe(false)
})

test('whatever is put together of conditions can be read, and without one of them it cannot', () => {
  const { selector } = fc.letrec<{ selector: string; some: string }>(tie => ({
    some: fc.constantFrom('all()', 'has(a)', "b == 'c'", "d not in {'e', 'f'}"),
    selector: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('some'),
      tie('selector').map(inner => `!${inner}`),
      tie('selector').map(inner => `( ${inner} )`),
      fc.tuple(tie('selector'), fc.constantFrom('&&', ' || '), tie('selector')).map(parts => parts.join('')),
    ),
  }))
  fc.assert(
    fc.property(selector, one => {
      expect(isSelector(one)).toBe(true)
      expect(isSelector(`${one} &&`)).toBe(false)
      expect(isSelector(`(${one}`)).toBe(false)
      expect(isSelector(one.replace(/all\(\)|has\(a\)|b == 'c'|d not in .*?\}/, ''))).toBe(false)
    }),
  )
})

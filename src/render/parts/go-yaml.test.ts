import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../kube/objects.ts'
import { readYaml } from '../../kube/yaml.ts'
import { goYaml } from './go-yaml.ts'

test('keys are sorted, lists as far in as their key, and text has quotes only where it needs them', () => {
  const value: { [key: string]: Json } = {
    b: { list: [{ name: 'a', also: [1, [2, { c: 3 }]] }, 'text', []], none: {} },
    a: {
      text: 'true',
      number: '12',
      plain: 'https://a:8080/x',
      colon: 'a: b',
      quote: "it's",
      space: ' x',
      empty: '',
      time: '10:30',
      dash: '-x',
    },
    c: 'one\n two\n',
    d: 'one\ntwo',
  }
  expect(goYaml(value)).toBe(`a:
  colon: 'a: b'
  dash: -x
  empty: ""
  number: "12"
  plain: https://a:8080/x
  quote: it's
  space: ' x'
  text: "true"
  time: "10:30"
b:
  list:
  - also:
    - 1
    - - 2
      - c: 3
    name: a
  - text
  - []
  none: {}
c: |
  one
   two
d: |-
  one
  two
`)
})

test('whatever is written is read as what it was', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(' ', '\n', ':', '#', '-', "'", '"', 'a', '1', '\t', '{', '!', '~', '.', 'é', '\u2028'),
      maxLength: 8,
    }),
    fc.constantFrom('yes', 'NO', 'null', '~', '1e3', '0x1f', '2026-11-21', '<<', '.inf', '1_000', '=', '0o7', '+1', '-', '?', '1:2:3'),
  )
  const { json } = fc.letrec(tie => ({
    json: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(text, tie('json'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(text, json, { maxKeys: 3 }), value => {
      const plain: { [key: string]: Json } = JSON.parse(JSON.stringify(value))
      expect(readYaml(goYaml(plain))).toEqual({ value: plain })
    }),
    { numRuns: Number(process.env.NUM_RUNS ?? 200) },
  )
})

import { expect, test } from 'vitest'
import { ManifestError, parseManifests, toYaml } from './manifests.ts'

const installation = 'apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: { name: default }\n'

test('many documents, Lists and empty documents give their objects in order', () => {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'b' } }] })
  expect(parseManifests('x', `${installation}---\n---\n${list}\n`).map(({ kind }) => kind)).toEqual(['Installation', 'Secret'])
})

test.each([
  ['a: [1, 2\n', 'x.yaml:2:1:'],
  ['a: 1\na: 2\n', 'x.yaml:2:1: Map keys must be unique'],
  ['just text', 'x.yaml:1: this is no Kubernetes object'],
  ['- 1\n- 2\n', 'x.yaml:1: this is no Kubernetes object'],
  [`${installation}---\nkind: Secret\napiVersion: v1\n`, 'x.yaml:5: Secret has no metadata.name'],
  ['apiVersion: v1\nkind: Secret\nmetadata: { name: 1 }\n', 'Secret has no metadata.name: give it one, in quotes'],
  [`a: &a [x,x,x]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]\n`, 'alias'],
])('%j is refused with its place', (text, message) => {
  expect(() => parseManifests('x.yaml', text)).toThrow(ManifestError)
  expect(() => parseManifests('x.yaml', text)).toThrow(message)
})

test('what is written is read back the same, also what looks like a boolean or a date', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data: { a: 'yes', b: '0644', c: '2001-01-01', d: 'ä\n{', e: '' },
  }
  expect(parseManifests('x', toYaml([object, object]))).toEqual([object, object])
})

test('dates, times and numbers without digits are text, as kubectl has it', () => {
  const [object] = parseManifests(
    'x',
    `${installation}spec: { a: 2001-01-01, b: 12:30, c: E9, d: ., e: 1e3, f: .5, g: 1., h: -2.5e-1, i: 1_000 }\n`,
  )
  const numbers = { e: 1000, f: 0.5, g: 1, h: -0.25, i: 1000 }
  expect((object as unknown as { spec: object }).spec).toEqual({ a: '2001-01-01', b: '12:30', c: 'E9', d: '.', ...numbers })
})

test('y and n are text, yes and off are booleans, 0644 is octal', () => {
  const [object] = parseManifests('x', `${installation}spec: { a: y, b: N, c: yes, d: off, e: 0644, f: True }\n`)
  expect((object as unknown as { spec: object }).spec).toEqual({ a: 'y', b: 'N', c: true, d: false, e: 420, f: true })
})

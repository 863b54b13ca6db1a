import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gatewayFacts, packed } from './generate-gateway.ts'

test('the packed definitions are those of the facts: run npm run generate', () => {
  const there = readFileSync(join(import.meta.dirname, '..', 'api', 'gateway', 'gen', 'definitions.json'), 'utf8')
  expect(packed(gatewayFacts()) === there).toBe(true)
})

test('parts that several have are written once, and before what holds them', () => {
  const long = { type: 'object', description: 'x'.repeat(80) }
  const both = { properties: { long }, of: ['y'.repeat(80)] }
  const { shared, definitions } = JSON.parse(packed([{ a: both }, { b: both, c: long, short: { x: 1 } }, { short: { x: 1 } }]))
  expect(shared).toEqual([long, { long: { $: 0 } }, ['y'.repeat(80)], { properties: { $: 1 }, of: { $: 2 } }])
  expect(definitions).toEqual([{ a: { $: 3 } }, { b: { $: 3 }, c: { $: 0 }, short: { x: 1 } }, { short: { x: 1 } }])
})

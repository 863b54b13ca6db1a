import { expect, test } from 'vitest'
import { Installation } from '../../api/installation.ts'
import type { JsonSchema } from '../../api/schema.ts'
import { limits, rules } from './rules.ts'

test('every rule has a name of its own', () => {
  const ids = [...rules, ...limits].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every rule is a sentence', () => {
  for (const { says } of rules) expect(says).toMatch(/^[A-Z].*\.$/s)
})

test('every rule is about a field that there is', () => {
  const root: JsonSchema = { properties: { spec: Installation.definition.spec.json } }
  for (const { path } of [...rules, ...limits]) {
    let at: JsonSchema | undefined = root
    for (const step of path.replaceAll('[]', '.[]').split('.')) at = step === '[]' ? at?.items : at?.properties?.[step]
    expect(at, path).toBeDefined()
  }
})

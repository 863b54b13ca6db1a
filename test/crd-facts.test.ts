/** The CRDs made from api/ against the facts of the reference's, field by field. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gatewayDefinitionNames, readGatewayDefinitions } from '../api/gateway/definitions.ts'
import { migrationKinds, operatorKinds, policyKinds, v1Kinds, v3Kinds } from '../api/index.ts'

const facts = (name: string, folder = 'crds'): Crd[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'parity', folder, `${name}.json`), 'utf8'))

interface Crd {
  metadata: { name: string }
}

/** Words of which the order says nothing. */
const unordered = new Set(['required', 'enum'])

/** The same value with sorted keys, and sorted lists where their order says nothing. `names` is set below `properties`, where keys are names of fields. */
function canonical(value: unknown, names = false): unknown {
  if (Array.isArray(value)) return value.map(item => canonical(item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    !names && unordered.has(key) && Array.isArray(inner) ? [...inner].sort() : canonical(inner, key === 'properties' && !names),
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const groups = [
  { name: 'operator.tigera.io_v1', kinds: operatorKinds, count: 9 },
  { name: 'crd.projectcalico.org_v1', kinds: v1Kinds, count: 22 },
  { name: 'projectcalico.org_v3', kinds: v3Kinds, count: 22 },
  { name: 'policy.networking.k8s.io_v1alpha2', kinds: policyKinds, count: 1 },
]

describe.each(groups)('$name', ({ name, kinds, count }) => {
  const made = kinds.map(kind => kind.crd())
  const wanted = facts(name)

  test(`has its ${count} kinds and no other`, () => {
    expect(wanted).toHaveLength(count)
    expect(made.map(crd => crd.metadata.name).sort()).toEqual(wanted.map(crd => crd.metadata.name).sort())
  })

  test.each(wanted.map(crd => [crd.metadata.name, crd] as const))('%s is as the reference has it', (crdName, crd) => {
    expect(canonical(made.find(({ metadata }) => metadata.name === crdName))).toEqual(canonical(crd))
  })
})

const gateways = { 'gateway.envoyproxy.io': 8, 'gateway.networking.k8s.io': 10, 'gateway.networking.x-k8s.io': 2 }

describe('Gateway API and Envoy Gateway', async () => {
  const made = await readGatewayDefinitions()
  const wanted = Object.keys(gateways).flatMap(group => facts(group, 'crds-external'))

  test('have their 20 kinds and no other, and all of them are known by name', () => {
    expect(made.map(({ spec }) => spec.group).filter(group => !(group in gateways))).toEqual([])
    for (const [group, count] of Object.entries(gateways)) expect(made.filter(({ spec }) => spec.group === group)).toHaveLength(count)
    expect([...gatewayDefinitionNames].sort()).toEqual(made.map(({ metadata }) => metadata.name).sort())
    expect(new Set(made.map(({ metadata }) => metadata.name))).toEqual(new Set(wanted.map(({ metadata }) => metadata.name)))
  })

  test.each(wanted.map(crd => [crd.metadata.name, crd] as const))('%s is as the reference has it', (name, crd) => {
    expect(canonical(made.find(({ metadata }) => metadata.name === name))).toEqual(canonical(crd))
  })

  test('what many of them say is in memory once', () => {
    const objects = new Set<object>()
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || objects.has(value)) return
      objects.add(value)
      for (const inner of Object.values(value)) visit(inner)
    }
    visit(made)
    expect(objects.size).toBeLessThan(10_000)
  })
})

test('54 CRDs in all, and the migration beside them', () => {
  expect(groups.flatMap(({ kinds }) => kinds)).toHaveLength(54)
  expect(migrationKinds.map(kind => kind.apiVersion)).toEqual(['migration.projectcalico.org/v1beta1'])
})

test('a changed bound, a lost rule and a renamed field would be seen', () => {
  const before = { properties: { required: { type: 'array', items: { maximum: 1 } } }, required: ['b', 'a'] }
  expect(canonical({ ...before, required: ['a', 'b'] })).toEqual(canonical(before))
  expect(canonical({ ...before, properties: { required: { type: 'array', items: { maximum: 2 } } } })).not.toEqual(canonical(before))
  expect(canonical({ ...before, 'x-kubernetes-validations': [] })).not.toEqual(canonical(before))
  expect(canonical({ ...before, required: ['a'] })).not.toEqual(canonical(before))
})

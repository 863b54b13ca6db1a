import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Installation, type InstallationSpec } from '../../api/installation.ts'
import type { JsonSchema } from '../../api/schema.ts'
import { computed } from './computed.ts'
import { overlaid } from './overlay.ts'
import { resolve } from './resolve.ts'
import { asking, factsWith, ipPool } from './testdata/asked.ts'

/** Texts that mean something somewhere, in places where they do and where they do not. */
const texts = [
  '',
  'x',
  'None',
  'all()',
  '/opt',
  '10.0.0.0/16',
  '10.1.0.0/24',
  'fd00::/64',
  'Enabled',
  'RollingUpdate',
  'LoadBalancer',
  '50%',
  '1Gi',
  '-1',
  'UseDefault',
]

/** Anything that the schema admits. */
function admitted(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(fc.integer({ min: -2, max: 200 }), fc.constantFrom(...texts))
  switch (schema.type) {
    case 'string':
      return fc.constantFrom(...texts)
    case 'integer':
      return fc.integer({ min: -2, max: 200 })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(admitted(schema.items ?? {}), { maxLength: 3 })
    default:
      return schema.additionalProperties
        ? fc.dictionary(fc.constantFrom(...texts), admitted(schema.additionalProperties), { maxKeys: 2 })
        : object(schema)
  }
}

function object({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, admitted(field)]))
  return fc.record(fields, { requiredKeys: required.filter(name => name in fields) })
}

/** Few fields of a spec each time, so that many are in order. */
const fields = Object.entries(Installation.definition.spec.json.properties ?? {})
const specs = fc
  .uniqueArray(fc.constantFrom(...fields), { maxLength: 4, selector: ([name]) => name })
  .chain(chosen =>
    fc.record(Object.fromEntries(chosen.map(([name, schema]) => [name, admitted(schema)]))),
  ) as fc.Arbitrary<InstallationSpec>

const pools = fc.constantFrom(
  [],
  [ipPool('a', { cidr: '10.0.0.0/16' })],
  [ipPool('b', { cidr: 'fd00::/64', vxlanMode: 'Always' }, { 'app.kubernetes.io/managed-by': 'tigera-operator' })],
)

test('whatever the schema admits is decided or refused with reasons', () => {
  let decided = 0
  fc.assert(
    fc.property(specs, specs, pools, (base, overlay, found) => {
      const result = resolve(asking(base, overlay), factsWith({ pools: found }))
      if ('problems' in result) expect(result.problems.every(({ message, object }) => message && object)).toBe(true)
      else decided++
    }),
    { numRuns: 500 },
  )
  expect(decided).toBeGreaterThan(50)
})

test('what is published decides the same when it is asked for: so it is with the defaults that the reference wrote into specs', () => {
  fc.assert(
    fc.property(specs, pools, (base, found) => {
      const facts = factsWith({ pools: found })
      const first = resolve(asking(base), facts)
      // An empty list is published as nothing, as the reference does, and nothing means that the operator decides.
      if ('problems' in first || first.pools.pools?.length === 0) return
      const published = computed(first.calico.spec)
      const second = resolve(asking(published), facts)
      expect('problems' in second ? second.problems : computed(second.calico.spec)).toEqual(published)
    }),
    { numRuns: 500 },
  )
})

test('an overlay laid over twice changes nothing more', () => {
  fc.assert(
    fc.property(specs, specs, (base, overlay) => {
      const once = overlaid(base, overlay)
      expect(overlaid(once, overlay)).toEqual(once)
    }),
  )
})

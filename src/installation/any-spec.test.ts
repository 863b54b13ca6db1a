import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Installation, type InstallationSpec } from '../../api/installation.ts'
import { specOf } from '../../test/specs.ts'
import { computed } from './computed.ts'
import { overlaid } from './overlay.ts'
import { resolve } from './resolve.ts'
import { asking, factsWith, ipPool } from './testdata/asked.ts'

/** ANY_SPEC_RUNS raises it. */
const runs = Number(process.env.ANY_SPEC_RUNS ?? 500)
/** Milliseconds, on a machine that does much else. */
const patience = 30_000 + runs * 20

/** Whatever the schema admits. */
const specs = specOf(Installation.definition.spec.json, { strange: 0 }) as fc.Arbitrary<InstallationSpec>

/** That, and what it does not admit. */
const any = fc
  .constantFrom(0, 0, 5, 40)
  .chain(strange => specOf(Installation.definition.spec.json, { strange })) as fc.Arbitrary<InstallationSpec>

const pools = fc.constantFrom(
  [],
  [ipPool('a', { cidr: '10.0.0.0/16' })],
  [ipPool('b', { cidr: 'fd00::/64', vxlanMode: 'Always' }, { 'app.kubernetes.io/managed-by': 'tigera-operator' })],
)

test('whatever is written, in order or not, is decided or refused with reasons', { timeout: patience }, () => {
  let decided = 0
  fc.assert(
    fc.property(any, any, pools, (base, overlay, found) => {
      const result = resolve(asking(base, overlay), factsWith({ pools: found }))
      if ('problems' in result) expect(result.problems.every(({ message, object }) => message && object)).toBe(true)
      else decided++
    }),
    { numRuns: runs },
  )
  expect(decided).toBeGreaterThan(runs / 20)
})

test('what is published decides the same when it is asked for: so it is with the defaults that the reference wrote into specs', {
  timeout: patience,
}, () => {
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
    { numRuns: runs },
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

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { IPPoolSpec as Pool } from '../../api/installation.ts'
import type { KubeObject } from '../kube/objects.ts'
import { ipPools } from './pools.ts'

const scenario = (name: string, file: string) =>
  JSON.parse(readFileSync(new URL(`../../test/parity/scenarios/${name}/${file}`, import.meta.url), 'utf8'))

interface Recorded extends KubeObject {
  spec: { assignmentMode?: string }
}

test.each([
  ['pools-several', true],
  ['vxlan-dualstack-nobgp', true],
  ['default-v1crd', false],
] as const)('pools of %s become the objects that were recorded', (name, v3) => {
  const { ipPools: computed } = scenario(name, 'status.json').statuses['Installation//default'].computed.calicoNetwork
  const recorded = (scenario(name, 'expected.json').objects as Recorded[]).filter(
    ({ kind, apiVersion }) => kind === 'IPPool' && (apiVersion === 'projectcalico.org/v3') === v3,
  )
  expect(recorded).not.toEqual([])
  const made = ipPools(computed as (Pool & { name: string })[], { v3 })
  // What the CRD's schema has as default does not show in recordings.
  const expected = recorded.map(({ spec, ...rest }) => ({ ...rest, spec: { assignmentMode: 'Automatic', ...spec } }))
  const byName = (a: KubeObject, b: KubeObject) => a.metadata.name.localeCompare(b.metadata.name)
  expect(made.toSorted(byName)).toEqual(expected.toSorted(byName))
})

test('a pool that somebody will complete says nothing that goes without saying', () => {
  const written = (pool: Pool) => ipPools([{ name: 'a', ...pool }], { v3: false, unfinished: true })[0]?.spec
  const usual = { cidr: '10.0.0.0/16', nodeSelector: 'all()', allowedUses: ['Workload', 'Tunnel'] }
  const unusual = { cidr: '10.0.0.0/16', nodeSelector: "zone == 'a'", allowedUses: ['Tunnel' as const] }
  const turned = { cidr: '10.0.0.0/16', allowedUses: ['Tunnel' as const, 'Workload' as const] }
  expect([usual, unusual, turned].map(written)).toEqual([{ cidr: '10.0.0.0/16' }, unusual, turned])
})

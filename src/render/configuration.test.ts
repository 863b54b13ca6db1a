import { expect, test } from 'vitest'
import { bgpConfiguration, felixConfiguration } from './configuration.ts'

test('what is enforced and what is only a default go different ways', () => {
  const share = {
    enforced: { nftablesMode: 'Disabled' as const, bpfEnabled: false },
    defaults: { healthPort: 9099, vxlanVNI: 4096 },
    annotations: { 'operator.tigera.io/bpfEnabled': 'false' },
  }
  expect(felixConfiguration(share, true)).toEqual([
    {
      object: {
        apiVersion: 'projectcalico.org/v3',
        kind: 'FelixConfiguration',
        metadata: { name: 'default', annotations: { 'operator.tigera.io/bpfEnabled': 'false' } },
        spec: { nftablesMode: 'Disabled', bpfEnabled: false },
      },
      part: true,
      defaults: { spec: { healthPort: 9099, vxlanVNI: 4096 } },
    },
  ])
})

test('the group is that of the mode', () => {
  const { objects } = bgpConfiguration({ enforced: { programClusterRoutes: 'Enabled' }, live: undefined }, false)
  expect(objects[0]).toEqual({
    object: {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'BGPConfiguration',
      metadata: { name: 'default' },
      spec: { programClusterRoutes: 'Enabled' },
    },
    part: true,
  })
})

test('an object about which there is nothing to say is not made', () => {
  expect(bgpConfiguration({ enforced: {}, live: undefined }, true)).toEqual({ objects: [], remove: [] })
})

const bgp = (spec: object, ...managers: string[]) => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'BGPConfiguration',
  metadata: { name: 'default', uid: 'u', managedFields: managers.map(manager => ({ manager })) },
  spec,
})

test('when there is nothing to say any more an object that was all ours goes, and of others what is ours', () => {
  const ref = { apiVersion: 'projectcalico.org/v3', kind: 'BGPConfiguration', name: 'default' }
  const gone = { objects: [], remove: [{ ref, ours: '' }] }
  const kept = {
    objects: [{ object: { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: 'default', uid: 'u' }, spec: {} }, part: true }],
    remove: [],
  }
  const left = (live: ReturnType<typeof bgp>) => bgpConfiguration({ enforced: {}, live }, true)
  expect(left(bgp({ programClusterRoutes: 'Enabled' }, 'calico-operator', 'calico-operator'))).toEqual(gone)
  expect(left(bgp({ programClusterRoutes: 'Enabled' }, 'calico-operator', 'kubectl'))).toEqual(kept)
  expect(left(bgp({ programClusterRoutes: 'Enabled' }))).toEqual(kept)
})

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
  const [wanted] = bgpConfiguration({ enforced: { programClusterRoutes: 'Enabled' } }, false)
  expect(wanted).toEqual({
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
  expect(bgpConfiguration({ enforced: {} }, true)).toEqual([])
})

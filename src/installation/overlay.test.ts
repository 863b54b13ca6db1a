import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { overlaid } from './overlay.ts'

const cases: [sentence: string, base: InstallationSpec, overlay: InstallationSpec, result: InstallationSpec][] = [
  ['what only the overlay sets is added', { registry: 'a/' }, { fipsMode: 'Enabled' }, { registry: 'a/', fipsMode: 'Enabled' }],
  ['what both set is the overlay’s', { controlPlaneReplicas: 2 }, { controlPlaneReplicas: 3 }, { controlPlaneReplicas: 3 }],
  ['an empty text is not set', { registry: 'a/' }, { registry: '' }, { registry: 'a/' }],
  ['zero is a number that is set', { nodeMetricsPort: 9091 }, { nodeMetricsPort: 0 }, { nodeMetricsPort: 0 }],
  [
    'fields of calicoNetwork are merged one by one',
    { calicoNetwork: { mtu: 1400, bgp: 'Enabled' } },
    { calicoNetwork: { mtu: 1350, hostPorts: 'Disabled' } },
    { calicoNetwork: { mtu: 1350, bgp: 'Enabled', hostPorts: 'Disabled' } },
  ],
  [
    'the list of pools is replaced as a whole',
    { calicoNetwork: { ipPools: [{ cidr: '10.0.0.0/16' }, { cidr: 'fd00::/64' }] } },
    { calicoNetwork: { ipPools: [{ cidr: '10.1.0.0/16' }] } },
    { calicoNetwork: { ipPools: [{ cidr: '10.1.0.0/16' }] } },
  ],
  [
    'an empty list of pools is a list of pools',
    { calicoNetwork: { ipPools: [{ cidr: '10.0.0.0/16' }] } },
    { calicoNetwork: { ipPools: [] } },
    { calicoNetwork: { ipPools: [] } },
  ],
  [
    'an empty list of tolerations takes those of the base away',
    { controlPlaneTolerations: [{ operator: 'Exists' }] },
    { controlPlaneTolerations: [] },
    { controlPlaneTolerations: [] },
  ],
  [
    'labels of nodes are replaced, not merged',
    { controlPlaneNodeSelector: { a: '1', b: '2' } },
    { controlPlaneNodeSelector: { c: '3' } },
    { controlPlaneNodeSelector: { c: '3' } },
  ],
  [
    'an empty selector takes that of the base away',
    { controlPlaneNodeSelector: { a: '1' } },
    { controlPlaneNodeSelector: {} },
    { controlPlaneNodeSelector: {} },
  ],
  [
    'ipam is replaced with its type, beside the other fields of cni',
    { cni: { type: 'Calico', ipam: { type: 'Calico' }, binDir: '/bin' } },
    { cni: { type: 'Calico', ipam: { type: 'HostLocal' } } },
    { cni: { type: 'Calico', ipam: { type: 'HostLocal' }, binDir: '/bin' } },
  ],
  [
    'a method of address detection replaces that of the base, so that there are never two',
    { calicoNetwork: { nodeAddressAutodetectionV4: { interface: 'eth0' } } },
    { calicoNetwork: { nodeAddressAutodetectionV4: { canReach: '10.0.0.1' } } },
    { calicoNetwork: { nodeAddressAutodetectionV4: { canReach: '10.0.0.1' } } },
  ],
]

test.each(cases)('%s', (...[, base, overlay, result]) => {
  expect(overlaid(base, overlay)).toEqual(result)
})

test('without an overlay everything stays', () => {
  const base: InstallationSpec = { registry: 'a/', calicoNetwork: { ipPools: [] } }
  expect(overlaid(base)).toEqual(base)
})

test('every field of a workload counts that the overlay sets, those of pods one by one', () => {
  const base: InstallationSpec = {
    typhaDeployment: {
      metadata: { labels: { a: '1' }, annotations: { kept: 'yes' } },
      spec: {
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        template: { spec: { containers: [{ name: 'calico-typha', resources: {} }], tolerations: [{ operator: 'Exists' }] } },
      },
    },
  }
  const overlay: InstallationSpec = {
    typhaDeployment: {
      metadata: { labels: { b: '2' } },
      spec: {
        minReadySeconds: 5,
        strategy: { rollingUpdate: { maxSurge: '50%' } },
        template: {
          spec: {
            initContainers: [{ name: 'typha-certs-key-cert-provisioner', resources: { requests: { cpu: 1 } } }],
            topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
            terminationGracePeriodSeconds: 60,
          },
        },
      },
    },
  }
  expect(overlaid(base, overlay)).toEqual({
    typhaDeployment: {
      metadata: { labels: { b: '2' }, annotations: { kept: 'yes' } },
      spec: {
        minReadySeconds: 5,
        strategy: { rollingUpdate: { maxSurge: '50%' } },
        template: {
          spec: {
            containers: [{ name: 'calico-typha', resources: {} }],
            tolerations: [{ operator: 'Exists' }],
            initContainers: [{ name: 'typha-certs-key-cert-provisioner', resources: { requests: { cpu: 1 } } }],
            topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
            terminationGracePeriodSeconds: 60,
          },
        },
      },
    },
  })
})

test('DNS of calico-node and minReadySeconds of the CSI driver count too', () => {
  const pod = (more: object) => ({ spec: { template: { spec: { nodeSelector: { a: '1' }, ...more } } } })
  const result = overlaid(
    { calicoNodeDaemonSet: pod({}), csiNodeDriverDaemonSet: pod({}) },
    {
      calicoNodeDaemonSet: { spec: { template: { spec: { dnsPolicy: 'Default', dnsConfig: { nameservers: ['10.0.0.1'] } } } } },
      csiNodeDriverDaemonSet: { spec: { minReadySeconds: 3 } },
    },
  )
  expect(result.calicoNodeDaemonSet).toEqual(pod({ dnsPolicy: 'Default', dnsConfig: { nameservers: ['10.0.0.1'] } }))
  expect(result.csiNodeDriverDaemonSet?.spec).toEqual({ minReadySeconds: 3, ...pod({}).spec })
})

test('neither argument is changed', () => {
  const base: InstallationSpec = { cni: { type: 'Calico' } }
  const overlay: InstallationSpec = { cni: { type: 'Calico', binDir: '/bin' } }
  const before = structuredClone([base, overlay])
  overlaid(base, overlay)
  expect([base, overlay]).toEqual(before)
})

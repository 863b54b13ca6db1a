import { describe, expect, test } from 'vitest'
import { addFlexVolume, both, type Change, endpoint, hostLocal, set, sixPool, typha } from '../../../test/manifest-changes.ts'
import { manifestOf, manifestParts } from '../../../test/manifest-install.ts'
import { noteOf, recordedIn } from '../../installation/imported.ts'
import { convert } from './convert.ts'

function converted(change: Change = () => {}) {
  const parts = manifestParts()
  change(parts)
  return convert(manifestOf(parts))
}

test('the manifest as it is comes to what the reference makes of it', () => {
  expect(converted()).toMatchObject({ problems: [], warnings: [], recorded: false, felixConfiguration: {} })
  expect(converted().spec).toEqual({
    cni: { type: 'Calico', ipam: { type: 'Calico' } },
    calicoNetwork: {
      bgp: 'Enabled',
      hostPorts: 'Enabled',
      mtu: 0,
      ipPools: [
        {
          ...{ cidr: '10.48.0.0/16', encapsulation: 'IPIP', natOutgoing: 'Enabled', nodeSelector: 'all()' },
          ...{ blockSize: 26, disableBGPExport: false },
        },
      ],
    },
    componentResources: [{ componentName: 'Node', resourceRequirements: { requests: { cpu: '250m' } } }],
    flexVolumePath: 'None',
    kubeletVolumePluginPath: '/var/lib/kubelet',
    nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
  })
})

test('what is kept in the status is read back as it was', () => {
  const { spec, felixConfiguration } = converted(both(set('FELIX_LOGFILEPATH', '/{"}: '), set('FELIX_REPORTINGINTERVAL', '30s')))
  const note = noteOf({ spec, felixConfiguration })!
  expect(recordedIn([{ ...note, lastTransitionTime: '2026-01-01T00:00:00Z' }])).toEqual({ spec, felixConfiguration })
  expect(felixConfiguration).toEqual({ logFilePath: '/{"}: ', reportingInterval: '30s' })
})

describe('taken over is', () => {
  test.each<[string, Change, object]>([
    [
      'VXLAN without BGP',
      ({ config }) => void Object.assign(config.data, { calico_backend: 'vxlan' }),
      { calicoNetwork: { bgp: 'Disabled' } },
    ],
    [
      'a pool without encapsulation',
      ({ pool }) => void Object.assign(pool.spec, { ipipMode: 'Never' }),
      { calicoNetwork: { ipPools: [{ encapsulation: 'None' }] } },
    ],
    [
      'a pool across subnets, closed to BGP',
      ({ pool }) => void Object.assign(pool.spec, { ipipMode: 'Never', vxlanMode: 'CrossSubnet', disableBGPExport: true }),
      { calicoNetwork: { ipPools: [{ encapsulation: 'VXLANCrossSubnet', disableBGPExport: true }] } },
    ],
    [
      'the pool that everybody knows among others, and none that is disabled',
      ({ objects, pool }) =>
        void objects.unshift(
          { ...pool, metadata: { name: 'a' }, ...{ spec: { cidr: '10.1.0.0/16' } } },
          { ...pool, metadata: { name: 'default-ipv4-old' }, ...{ spec: { cidr: '10.2.0.0/16', disabled: true } } },
        ),
      { calicoNetwork: { ipPools: [{ cidr: '10.48.0.0/16' }] } },
    ],
    [
      'IPv6 beside IPv4',
      both(
        sixPool,
        set('IP6', 'autodetect'),
        set('FELIX_IPV6SUPPORT', 'true'),
        set('IP6_AUTODETECTION_METHOD', 'can-reach=fd00::1'),
        parts => parts.cni(plugin => void Object.assign(plugin.ipam as object, { assign_ipv4: 'true', assign_ipv6: 'true' })),
      ),
      {
        calicoNetwork: {
          nodeAddressAutodetectionV6: { canReach: 'fd00::1' },
          ipPools: [{ cidr: '10.48.0.0/16' }, { cidr: 'fd00:10::/64' }],
        },
      },
    ],
    [
      'IPv6 alone',
      both(
        sixPool,
        set('IP', 'none'),
        set('IP6', 'autodetect'),
        set('FELIX_IPV6SUPPORT', undefined),
        set('CALICO_ROUTER_ID', 'hash'),
        parts => parts.cni(plugin => void Object.assign(plugin.ipam as object, { assign_ipv4: 'false', assign_ipv6: 'true' })),
      ),
      { calicoNetwork: { nodeAddressAutodetectionV6: { firstFound: true }, ipPools: [{ cidr: 'fd00:10::/64' }] } },
    ],
    [
      'addresses by ranges',
      set('IP_AUTODETECTION_METHOD', 'cidr=10.0.0.0/8,172.16.0.0/12'),
      { calicoNetwork: { nodeAddressAutodetectionV4: { cidrs: ['10.0.0.0/8', '172.16.0.0/12'] } } },
    ],
    [
      'addresses by interface',
      set('IP_AUTODETECTION_METHOD', 'interface=eth.*,en=x'),
      { calicoNetwork: { nodeAddressAutodetectionV4: { interface: 'eth.*,en=x' } } },
    ],
    ['host-local IPAM', hostLocal({}), { cni: { ipam: { type: 'HostLocal' } }, calicoNetwork: { bgp: 'Enabled' } }],
    [
      'host-local IPAM of two families, without BGP',
      both(
        hostLocal({ subnet: undefined, ranges: [[{ subnet: 'usePodCidr' }], [{ subnet: 'usePodCidrIPv6' }]] }),
        ({ config }) => void Object.assign(config.data, { calico_backend: 'none' }),
      ),
      { cni: { ipam: { type: 'HostLocal' } }, calicoNetwork: { bgp: 'Disabled' } },
    ],
    ['no host ports', parts => parts.cni((_, list) => void list.plugins.pop()), { calicoNetwork: { hostPorts: 'Disabled' } }],
    [
      'tuning, in an order of its own',
      parts =>
        parts.cni(
          (_, list) =>
            void list.plugins.push({
              type: 'tuning',
              sysctl: { 'net.ipv4.tcp_keepalive_time': '40', 'net.ipv4.tcp_keepalive_intvl': '15' },
            }),
        ),
      {
        calicoNetwork: {
          sysctl: [
            { key: 'net.ipv4.tcp_keepalive_intvl', value: '15' },
            { key: 'net.ipv4.tcp_keepalive_time', value: '40' },
          ],
        },
      },
    ],
    [
      'a tuning plugin that tunes nothing',
      parts => parts.cni((_, list) => void list.plugins.push({ type: 'tuning' })),
      { calicoNetwork: { hostPorts: 'Enabled' } },
    ],
    [
      'forwarding',
      parts => parts.cni(plugin => void Object.assign(plugin, { container_settings: { allow_ip_forwarding: true } })),
      { calicoNetwork: { containerIPForwarding: 'Enabled' } },
    ],
    [
      'one MTU, where it is written out',
      both(
        ({ config }) => void Object.assign(config.data, { veth_mtu: '1440' }),
        parts => parts.cni(plugin => void Object.assign(plugin, { mtu: 1440 })),
      ),
      { calicoNetwork: { mtu: 1440 } },
    ],
    ['FlexVolume', ({ node }) => addFlexVolume(node, true), { flexVolumePath: '/flex' }],
    [
      'ports of metrics',
      both(set('FELIX_PROMETHEUSMETRICSENABLED', 'True'), set('FELIX_PROMETHEUSMETRICSPORT', '9191')),
      { nodeMetricsPort: 9191 },
    ],
    [
      'of Typha its metrics, resources and affinity',
      typha(({ spec }) => {
        const { spec: pod } = spec!.template
        pod!.containers[0]!.env!.push({ name: 'TYPHA_PROMETHEUSMETRICSENABLED', value: 'true' }, { name: 'ANYTHING', value: 'x' })
        pod!.containers[0]!.resources = { limits: { memory: '1Gi' } }
        pod!.affinity = {
          podAntiAffinity: {},
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }] },
        }
      }),
      {
        typhaMetricsPort: 9091,
        componentResources: [{ componentName: 'Node' }, { componentName: 'Typha', resourceRequirements: { limits: { memory: '1Gi' } } }],
        typhaDeployment: { spec: { template: { spec: { affinity: { podAntiAffinity: {} } } } } },
        typhaAffinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] } },
      },
    ],
    [
      'where the control plane runs',
      ({ kubeControllers }) => void Object.assign(kubeControllers.spec!.template.spec!.nodeSelector!, { disk: 'ssd' }),
      { controlPlaneNodeSelector: { disk: 'ssd' } },
    ],
    ['BPF by the variable', both(endpoint, set('FELIX_BPFENABLED', 'true')), { calicoNetwork: { linuxDataplane: 'BPF' } }],
    [
      'BPF by FelixConfiguration',
      both(endpoint, ({ felix }) => void Object.assign(felix.spec, { bpfEnabled: true })),
      { calicoNetwork: { linuxDataplane: 'BPF' } },
    ],
    [
      'nftables',
      ({ felix }) => void Object.assign(felix.spec, { nftablesMode: 'Enabled' }),
      { calicoNetwork: { linuxDataplane: 'Nftables' } },
    ],
    [
      'no nftables where the variable forbids it',
      both(set('FELIX_NFTABLESMODE', 'Disabled'), ({ felix }) => void Object.assign(felix.spec, { nftablesMode: 'Enabled' })),
      { cni: { type: 'Calico' } },
    ],
    [
      "another's CNI plugin",
      both(
        ({ config }) => void Object.assign(config.data, { calico_backend: 'none' }),
        set('FELIX_INTERFACEPREFIX', 'eni'),
        set('FELIX_IPTABLESMANGLEALLOWACTION', 'Return'),
        set('IP', ''),
        ({ objects, pool }) => void objects.splice(objects.indexOf(pool), 1),
      ),
      { cni: { type: 'AmazonVPC' } },
    ],
    [
      'a manifest that has never started',
      ({ objects, felix }) => void objects.splice(objects.indexOf(felix), 1),
      { cni: { type: 'Calico' } },
    ],
  ])('%s', (_, change, expected) => {
    const { problems, spec } = converted(change)
    expect(problems).toEqual([])
    expect(spec).toMatchObject(expected)
  })

  test('with BPF where the API is, and no host ports', () => {
    const { spec, servicesEndpoint } = converted(both(endpoint, set('FELIX_BPFENABLED', 'true')))
    expect(spec.calicoNetwork).not.toHaveProperty('hostPorts')
    expect(servicesEndpoint?.data).toEqual({ KUBERNETES_SERVICE_HOST: '10.0.0.9', KUBERNETES_SERVICE_PORT: '6443' })
    expect(converted(endpoint).servicesEndpoint).toBeUndefined()
  })

  test('of Felix what has a field', () => {
    const values = {
      FELIX_IPTABLESREFRESHINTERVAL: '90',
      FELIX_REPORTINGINTERVAL: '1m30s',
      FELIX_IPTABLESBACKEND: 'nft',
      FELIX_AWSSRCDSTCHECK: 'disable',
      FELIX_WIREGUARDENABLED: 'true',
      FELIX_MAXIPSETSIZE: '2097152',
      FELIX_EXTERNALNODESLIST: '10.0.0.0/8,172.16.0.1',
      FELIX_FAILSAFEINBOUNDHOSTPORTS: 'tcp:22,udp:10.0.0.0/8:68',
      FELIX_FAILSAFEOUTBOUNDHOSTPORTS: 'none',
      FELIX_KUBENODEPORTRANGES: '30000:32767,40000',
      FELIX_ROUTETABLERANGE: '1-250',
    }
    const { felixConfiguration, problems } = converted(both(...Object.entries(values).map(([name, value]) => set(name, value))))
    expect(problems).toEqual([])
    expect(felixConfiguration).toEqual({
      iptablesRefreshInterval: '90s',
      reportingInterval: '1m30s',
      iptablesBackend: 'NFT',
      awsSrcDstCheck: 'Disable',
      wireguardEnabled: true,
      maxIpsetSize: 2097152,
      externalNodesList: ['10.0.0.0/8', '172.16.0.1'],
      failsafeInboundHostPorts: [
        { protocol: 'tcp', port: 22 },
        { protocol: 'udp', net: '10.0.0.0/8', port: 68 },
      ],
      failsafeOutboundHostPorts: [],
      kubeNodePortRanges: ['30000:32767', 40000],
      routeTableRange: { min: 1, max: 250 },
    })
    expect(converted(set('FELIX_IPTABLESBACKEND', 'auto'))).toMatchObject({ felixConfiguration: {}, problems: [] })
  })
})

test('of a calico-node for Windows it is told that it is left behind', () => {
  const { warnings } = converted(
    ({ objects, node }) => void objects.push({ ...node, metadata: { ...node.metadata, name: 'calico-node-windows' } }),
  )
  expect(warnings).toEqual([expect.stringContaining('calico-node-windows')])
})

import { describe, expect, test } from 'vitest'
import type { InstallationSpec, IPPoolSpec } from '../../api/installation.ts'
import { unsupported, unsupportedPools } from './capabilities.ts'
import type { Facts } from './facts.ts'
import { refusals } from './refusals.ts'
import type { PoolSetup, Setup } from './setup.ts'
import { decided, factsWith, problemsOf, resolving } from './testdata/asked.ts'

const refused = (spec: InstallationSpec, facts: Partial<Facts> = {}) => problemsOf(resolving(spec, facts)).map(({ message }) => message)
const pool = (encapsulation: IPPoolSpec['encapsulation'], cidr = '10.0.0.0/16'): IPPoolSpec => ({ cidr, encapsulation })

describe('what works together is accepted', () => {
  test.each<[string, InstallationSpec]>([
    ['VXLAN without BGP', { calicoNetwork: { bgp: 'Disabled', ipPools: [pool('VXLAN')] } }],
    [
      'IPIP without BGP when Felix programs routes',
      { calicoNetwork: { bgp: 'Disabled', clusterRoutingMode: 'Felix', ipPools: [pool('IPIP')] } },
    ],
    [
      'no encapsulation without BGP when Felix programs routes',
      { calicoNetwork: { bgp: 'Disabled', clusterRoutingMode: 'Felix', ipPools: [pool('None')] } },
    ],
    [
      'IPIP with HostLocal',
      { cni: { type: 'Calico', ipam: { type: 'HostLocal' } }, calicoNetwork: { bgp: 'Disabled', ipPools: [pool('IPIP')] } },
    ],
    ['VXLAN for IPv6', { calicoNetwork: { ipPools: [pool('VXLAN', 'fd00::/64')] } }],
    ['pools without encapsulation with the plugin of another', { cni: { type: 'AmazonVPC' }, calicoNetwork: { ipPools: [pool('None')] } }],
    ['BGP with the plugin of another, as long as there is no pool', { cni: { type: 'AmazonVPC' }, calicoNetwork: { bgp: 'Enabled' } }],
    ['the plugin of EKS on EKS', { cni: { type: 'AmazonVPC' }, kubernetesProvider: 'EKS' }],
    ['Calico’s plugin anywhere', { cni: { type: 'Calico' }, kubernetesProvider: 'GKE' }],
    ['VPP with BGP', { calicoNetwork: { linuxDataplane: 'VPP', ipPools: [pool('None')] } }],
    ['waiting for policies with nftables', { calicoNetwork: { linuxDataplane: 'Nftables', linuxPolicySetupTimeoutSeconds: 5 } }],
    ['host ports that are off with the plugin of another', { cni: { type: 'AmazonVPC' }, calicoNetwork: { hostPorts: 'Disabled' } }],
    [
      'Windows with VXLAN, and IPv6 as one likes',
      {
        serviceCIDRs: ['10.96.0.0/12'],
        calicoNetwork: { windowsDataplane: 'HNS', ipPools: [pool('VXLAN'), pool('None', 'fd00::/64'), pool('IPIP', '10.1.0.0/16')] },
      },
    ],
  ])('%s', (_, spec) => {
    expect(refused(spec)).toEqual([])
  })
})

describe('what does not is refused with the reason', () => {
  test.each<[string, InstallationSpec, string]>([
    [
      'IPIP without BGP',
      { calicoNetwork: { bgp: 'Disabled', ipPools: [pool('IPIPCrossSubnet')] } },
      'with BIRD cluster routing mode, IPIPCrossSubnet encapsulation requires that BGP is enabled',
    ],
    [
      'no encapsulation without BGP',
      { calicoNetwork: { bgp: 'Disabled', ipPools: [pool('None')] } },
      'with BIRD cluster routing mode, unencapsulated pools require that BGP is enabled',
    ],
    [
      'VPP without BGP',
      { calicoNetwork: { linuxDataplane: 'VPP', bgp: 'Disabled', ipPools: [pool('VXLAN')] } },
      'the VPP dataplane needs BGP, and it is Disabled',
    ],
    [
      'VPP without host ports',
      { calicoNetwork: { linuxDataplane: 'VPP', hostPorts: 'Disabled' } },
      'the VPP dataplane always has host ports, and they are Disabled',
    ],
    [
      'waiting for policies with VPP',
      { calicoNetwork: { linuxDataplane: 'VPP', linuxPolicySetupTimeoutSeconds: 5 } },
      'pods cannot wait for their policies with the dataplane VPP',
    ],
    [
      'IP forwarding with the plugin of another',
      { cni: { type: 'GKE' }, calicoNetwork: { containerIPForwarding: 'Disabled' } },
      'spec.calicoNetwork.containerIPForwarding is supported only for Calico CNI, and spec.cni.type is GKE',
    ],
    [
      'several interfaces with the plugin of another',
      { cni: { type: 'GKE' }, calicoNetwork: { multiInterfaceMode: 'None' } },
      'spec.calicoNetwork.multiInterfaceMode is supported only for Calico CNI, and spec.cni.type is GKE',
    ],
    [
      'a log of Calico’s plugin without the plugin',
      { cni: { type: 'GKE' }, logging: { cni: {} } },
      'spec.logging.cni is supported only for Calico CNI, and spec.cni.type is GKE',
    ],
    ['settings of AKS elsewhere', { azure: { policyMode: 'Default' } }, 'spec.azure is for AKS, and the provider is none'],
    ['settings of Windows without Windows', { windowsNodes: {} }, 'spec.windowsNodes is set, and the Windows dataplane is Disabled'],
    [
      'Windows with IPIP',
      { serviceCIDRs: ['10.96.0.0/12'], calicoNetwork: { windowsDataplane: 'HNS', ipPools: [pool('IPIP')] } },
      'IPv4 pool encapsulation IPIP is not supported by Calico for Windows',
    ],
    [
      'a bootstrap without BPF',
      { calicoNetwork: { bpfNetworkBootstrap: 'Enabled' } },
      'bpfNetworkBootstrap is Enabled, and the dataplane is Iptables',
    ],
  ])('%s', (...[, spec, message]) => {
    expect(refused(spec)).toEqual([message])
  })

  test('Windows without knowing where the API is', () => {
    const { environment } = factsWith()
    const { endpoint: _, ...without } = environment
    const spec: InstallationSpec = { serviceCIDRs: ['10.96.0.0/12'], calicoNetwork: { windowsDataplane: 'HNS', ipPools: [pool('VXLAN')] } }
    expect(refused(spec, { environment: without })).toEqual([
      'Windows nodes need to know where the Kubernetes API answers, and nothing says so',
    ])
  })

  test('once for what has nothing to do with a single pool', () => {
    const spec: InstallationSpec = {
      cni: { type: 'AmazonVPC' },
      calicoNetwork: { bgp: 'Enabled', ipPools: [pool('None'), pool('None', '10.1.0.0/16')] },
    }
    expect(refused(spec)).toEqual(['BGP is not supported when using non-Calico CNI'])
  })

  test('for each pool by itself', () => {
    const spec: InstallationSpec = { calicoNetwork: { bgp: 'Disabled', ipPools: [pool('IPIP'), pool('IPIP', 'fd00::/64')] } }
    expect(problemsOf(resolving(spec)).map(({ path }) => path)).toEqual(
      [0, 1, 1].map(index => `spec.calicoNetwork.ipPools[${index}].encapsulation`),
    )
  })
})

test('what works less than one would expect is told and not refused', () => {
  const old = { ...factsWith().environment, kubernetes: { major: 1, minor: 31 } }
  expect(decided({}, { environment: old }).warnings).toEqual([
    'Kubernetes 1.31 does not know MutatingAdmissionPolicy, so types and tiers of policies are not filled in. Write spec.types and spec.tier in every policy, or use Kubernetes 1.32 or later',
  ])
  expect(decided({}, { environment: { ...old, v3: false } }).warnings).toEqual([])
  expect(decided({}).warnings).toEqual([])
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  const onWindows: InstallationSpec = {
    fipsMode: 'Enabled',
    certificateManagement: { caCert: Buffer.from(pem).toString('base64'), signerName: 'example.com/signer' },
    serviceCIDRs: ['10.96.0.0/12'],
    calicoNetwork: { windowsDataplane: 'HNS', ipPools: [pool('VXLAN')] },
  }
  expect(decided(onWindows).warnings).toEqual([
    'there are no images for FIPS on Windows, so Windows nodes run the ordinary ones. Leave Windows nodes out of what must follow FIPS',
    'pods on Windows nodes cannot request their certificates, without which they do not reach Typha. Keep a pair for them in the Secret node-certs beside the operator',
  ])
})

test('every row of the table can be met, and says where', () => {
  for (const row of [...unsupported, ...unsupportedPools]) {
    const met: Record<string, string> = {}
    for (const [axis, values] of Object.entries(row.when)) {
      if (values && 'in' in values) met[axis] = values.in[0]!
      if (values && 'notIn' in values)
        met[axis] = ['Calico', 'GKE', 'HostLocal', 'IPIP', 'set'].find(value => !values.notIn.includes(value))!
    }
    const problems = refusals(met as unknown as Setup, [met as unknown as PoolSetup])
    const path = row.path.replace('[]', '[0]')
    expect(problems.filter(problem => problem.path === path).length, row.id).toBeGreaterThan(0)
  }
})

import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import type { ProviderName } from './providers.ts'
import { decided, ipPool, problemsOf, resolving } from './testdata/asked.ts'

const v4 = ipPool('a', { cidr: '10.0.0.0/16' })
const v6 = ipPool('b', { cidr: 'fd00::/64' })
const on = (name: Exclude<ProviderName, 'none'>, spec: InstallationSpec = {}) => decided({ ...spec, kubernetesProvider: name }).spec

describe('by provider', () => {
  test.each([
    ['EKS', 'AmazonVPC', 'AmazonVPC'],
    ['GKE', 'GKE', 'HostLocal'],
    ['AKS', 'AzureVNET', 'AzureVNET'],
    ['OpenShift', 'Calico', 'Calico'],
    ['TKG', 'Calico', 'Calico'],
  ] as const)('%s has the CNI plugin %s with the IPAM %s', (provider, type, ipam) => {
    expect(on(provider).cni).toMatchObject({ type, ipam: { type: ipam } })
  })

  test('EKS with Calico’s plugin has no BGP, and a pool of its own with VXLAN', () => {
    const { calicoNetwork } = on('EKS', { cni: { type: 'Calico' } })
    expect(calicoNetwork?.bgp).toBe('Disabled')
    expect(calicoNetwork?.ipPools).toMatchObject([{ name: 'default-ipv4-ippool', cidr: '172.16.0.0/16', encapsulation: 'VXLAN' }])
  })

  test.each([
    ['OpenShift', '/etc/kubernetes/kubelet-plugins/volume/exec/', '/var/lib/cni/bin', '/var/run/multus/cni/net.d'],
    ['GKE', '/home/kubernetes/flexvolume/', '/home/kubernetes/bin', '/etc/cni/net.d'],
    ['AKS', '/etc/kubernetes/volumeplugins/', '/opt/cni/bin', '/etc/cni/net.d'],
    ['RKE2', '/var/lib/kubelet/volumeplugins/', '/opt/cni/bin', '/etc/cni/net.d'],
    ['Kind', '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/', '/opt/cni/bin', '/etc/cni/net.d'],
  ] as const)('%s has its own directories', (...[provider, flexVolumePath, binDir, confDir]) => {
    expect(on(provider)).toMatchObject({ flexVolumePath, cni: { binDir, confDir } })
  })

  test('AKS keeps Typha off virtual nodes and has a policy mode', () => {
    const { typhaAffinity, azure } = on('AKS')
    expect(typhaAffinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
      {
        matchExpressions: [
          { key: 'type', operator: 'NotIn', values: ['virtual-node'] },
          { key: 'kubernetes.azure.com/cluster', operator: 'Exists' },
        ],
      },
    ])
    expect(azure).toEqual({ policyMode: 'Default' })
    expect(on('Kind').azure).toBeUndefined()
  })

  test('an empty provider is none', () => {
    expect(decided({ kubernetesProvider: '' }).spec.kubernetesProvider).toBe('')
    expect(decided({ kubernetesProvider: '' }).provider.name).toBe('none')
  })
})

describe('the addresses of nodes are looked for', () => {
  const detection = (spec: InstallationSpec, ...pools: Parameters<typeof ipPool>[1][]) =>
    decided(spec, { pools: pools.map((pool, index) => ipPool(`p${index}`, pool)) }).autodetection

  test('not before there is a pool of the family', () => {
    expect(detection({})).toEqual({})
  })

  test('for each family that has an enabled pool', () => {
    expect(detection({}, v4.spec!)).toEqual({ ipv4: 'first-found' })
    expect(detection({}, v6.spec!)).toEqual({ ipv6: 'first-found' })
    expect(detection({}, v4.spec!, v6.spec!)).toEqual({ ipv4: 'first-found', ipv6: 'first-found' })
    expect(detection({}, { ...v4.spec!, disabled: true })).toEqual({})
  })

  test('for the BPF dataplane at once, since it cannot do without', () => {
    expect(detection({ calicoNetwork: { linuxDataplane: 'BPF' } })).toEqual({ ipv4: 'first-found' })
  })

  test('for the BPF dataplane also of the pools that are decided here, while who lists pools says how', () => {
    const both = { podCidrs: { from: 'kubeadm', cidrs: ['10.0.0.0/16', 'fd00::/64'] } }
    expect(decided({ calicoNetwork: { linuxDataplane: 'BPF' } }, both).autodetection).toEqual({ ipv4: 'first-found', ipv6: 'first-found' })
    const listed: InstallationSpec = { calicoNetwork: { linuxDataplane: 'BPF', ipPools: [{ cidr: '10.0.0.0/16' }, { cidr: 'fd00::/64' }] } }
    expect(problemsOf(resolving(listed)).map(({ path }) => path)).toEqual(['spec.calicoNetwork.nodeAddressAutodetectionV6'])
    expect(detection(listed, v6.spec!)).toEqual({ ipv4: 'first-found', ipv6: 'first-found' })
  })

  test.each([
    ['EKS', 'can-reach=8.8.8.8'],
    ['DockerEnterprise', 'skip-interface=^br-.*'],
    ['RKE2', 'first-found'],
  ] as const)('on %s as %s', (kubernetesProvider, ipv4) => {
    expect(detection({ kubernetesProvider, cni: { type: 'Calico' } }, v4.spec!)).toEqual({ ipv4 })
  })

  test('in no way but the user’s', () => {
    expect(detection({ calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: false } } }, v4.spec!)).toEqual({})
    expect(detection({ calicoNetwork: { nodeAddressAutodetectionV4: { cidrs: ['10.0.0.0/8', '172.16.0.0/12'] } } }, v4.spec!)).toEqual({
      ipv4: 'cidr=10.0.0.0/8,172.16.0.0/12',
    })
    expect(detection({ calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } } }, v4.spec!)).toEqual({
      ipv4: 'kubernetes-internal-ip',
    })
  })
})

describe('what the user says stays', () => {
  test('also when it is zero or off', () => {
    const spec: InstallationSpec = {
      calicoNetwork: { mtu: 0, hostPorts: 'Disabled', linuxPolicySetupTimeoutSeconds: 7 },
      nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: '20%' } },
      logging: { cni: { logSeverity: 'Debug' } },
    }
    expect(decided(spec).spec).toMatchObject({
      ...spec,
      logging: { cni: { logSeverity: 'Debug', logFileMaxCount: 10, logFileMaxSize: '100Mi' } },
    })
    expect(decided(spec).mtu).toBe(0)
  })

  test('empty texts are none', () => {
    expect(decided({ flexVolumePath: '', kubeletVolumePluginPath: '' }).spec).toMatchObject({
      flexVolumePath: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
      kubeletVolumePluginPath: 'None',
    })
  })
})

test('waiting for policies is a matter of the iptables dataplane unless it is asked for', () => {
  const timeout = (linuxDataplane: 'Iptables' | 'Nftables' | 'BPF') =>
    decided({ calicoNetwork: { linuxDataplane } }).spec.calicoNetwork?.linuxPolicySetupTimeoutSeconds
  expect([timeout('Iptables'), timeout('Nftables'), timeout('BPF')]).toEqual([0, undefined, undefined])
})

describe('Windows nodes have directories', () => {
  const nodes = (kubernetesProvider: 'AKS' | 'EKS' | 'Kind', windowsDataplane: 'HNS' | 'Disabled') =>
    decided({
      kubernetesProvider,
      serviceCIDRs: ['10.96.0.0/12'],
      calicoNetwork: { windowsDataplane, ipPools: kubernetesProvider === 'Kind' ? [{ cidr: '10.0.0.0/16', encapsulation: 'VXLAN' }] : [] },
    }).spec.windowsNodes

  test('by provider, when Calico runs on them', () => {
    expect(nodes('AKS', 'HNS')).toEqual({
      cniBinDir: '/k/azurecni/bin',
      cniConfigDir: '/k/azurecni/netconf',
      cniLogDir: '/var/log/calico/cni',
    })
    expect(nodes('EKS', 'HNS')).toMatchObject({
      cniBinDir: '/Program Files/Amazon/EKS/cni',
      cniConfigDir: '/Program Files/Amazon/EKS/cni/config',
    })
    expect(nodes('Kind', 'HNS')).toMatchObject({ cniBinDir: '/opt/cni/bin', cniConfigDir: '/etc/cni/net.d' })
  })

  test('and none otherwise', () => {
    expect(nodes('Kind', 'Disabled')).toBeUndefined()
  })
})

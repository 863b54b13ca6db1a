import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { readerOf } from '../../test/reader.ts'
import type { KubeObject } from '../kube/objects.ts'
import { podSubnets, readFacts } from './read.ts'
import { asking, factsWith, ipPool } from './testdata/asked.ts'

const { environment } = factsWith()

async function reading(spec: InstallationSpec, objects: KubeObject[] = [], recorded?: { cidr: string }[]) {
  const reads: string[] = []
  const { base } = asking(spec)
  const status = recorded && { computed: { calicoNetwork: { ipPools: recorded } } }
  const facts = await readFacts(readerOf(objects, reads), environment, { base: { ...base, ...(status && { status }) } })
  return { facts, reads }
}

const object = (kind: string, name: string, more: object = {}): KubeObject => {
  const { metadata, ...rest } = { metadata: {}, ...more }
  return { apiVersion: 'v1', kind, metadata: { name, ...metadata }, ...rest }
}
const inKubeSystem = { metadata: { namespace: 'kube-system' } }
const configMap = (name: string, data: Record<string, string> = {}, namespace = 'kube-system') =>
  object('ConfigMap', name, { metadata: { namespace }, data })
const definition = (group: string, kind: string) =>
  object('CustomResourceDefinition', `${kind}.${group}`, { spec: { group, names: { kind }, versions: [{ name: 'v1' }] } })
const pool = ipPool('default-ipv4-ippool', { cidr: '192.168.0.0/16' })

test('of an empty cluster everything is read that could change the decision, and nothing twice', async () => {
  const { reads, facts } = await reading({})
  expect(reads.sort()).toEqual(
    [
      'APIService *',
      'BGPConfiguration default',
      'ConfigMap kube-system/aws-auth',
      'ConfigMap kube-system/eks-certificates-controller',
      'ConfigMap kube-system/kubeadm-config',
      'ConfigMap kube-system/rke2',
      'ConfigMap tigera-operator/bgp-layout',
      'ConfigMap tigera-operator/bird-templates',
      'ConfigMap tigera-operator/kubernetes-services-endpoint',
      'DaemonSet kube-system/aws-node',
      'DaemonSet kube-system/calico-node',
      'Deployment calico-system/calico-typha',
      'Deployment tigera-operator/tigera-operator',
      'FelixConfiguration default',
      'GatewayAPI default',
      'GatewayAPI tigera-secure',
      'Goldmane default',
      'IPPool *',
      'ImageSet *',
      'KubeControllersConfiguration default',
      'Node *',
      'Service kube-system/kube-dns',
      'Service kube-system/rke2-coredns-rke2-coredns',
      'Tier calico-system',
    ].sort(),
  )
  expect(facts).toMatchObject({ awsNode: false, tier: false, pools: [], imageSets: [], pullSecrets: [], nodes: { schedulable: 0 } })
  expect(facts.podCidrs).toBeUndefined()
})

describe('nothing is read for what was not asked', () => {
  const readsOf = async (...given: Parameters<typeof reading>) => (await reading(...given)).reads

  test('kubeadm’s range is of no interest once pools are recorded, or are listed and there', async () => {
    const read = 'ConfigMap kube-system/kubeadm-config'
    expect(await readsOf({}, [pool])).toContain(read)
    expect(await readsOf({}, [pool], [{ cidr: '192.168.0.0/16' }])).not.toContain(read)
    const listed: InstallationSpec = { calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }] } }
    expect(await readsOf(listed)).toContain(read)
    expect(await readsOf(listed, [pool])).not.toContain(read)
    expect(await readsOf({ calicoNetwork: { ipPools: [] } })).not.toContain(read)
    expect(await readsOf({ cni: { type: 'GKE' } })).not.toContain(read)
  })

  test('calico-node is read for BPF alone, and the API’s Service for its bootstrap alone', async () => {
    const bpf = await readsOf({ calicoNetwork: { linuxDataplane: 'BPF', bpfNetworkBootstrap: 'Enabled' } })
    expect(bpf).toEqual(
      expect.arrayContaining(['DaemonSet calico-system/calico-node', 'Service default/kubernetes', 'EndpointSlice default/*']),
    )
    const other = await readsOf({})
    expect(other).not.toContain('DaemonSet calico-system/calico-node')
    expect(other).not.toContain('Service default/kubernetes')
  })

  test('the Service of Goldmane is read when there is a Goldmane', async () => {
    const goldmane = object('Goldmane', 'default', { apiVersion: 'operator.tigera.io/v1' })
    expect(await readsOf({}, [goldmane])).toContain('Service calico-system/goldmane')
    expect((await reading({}, [goldmane])).facts.goldmane).toEqual({ service: undefined })
  })
})

describe('the provider is found', () => {
  const provider = async (...objects: KubeObject[]) => (await reading({}, objects)).facts.provider

  test.each<[string, KubeObject[], string, string]>([
    ['by a ConfigMap of EKS', [configMap('aws-auth')], 'EKS', 'ConfigMap kube-system/aws-auth'],
    ['by another ConfigMap of EKS', [configMap('eks-certificates-controller')], 'EKS', 'ConfigMap kube-system/eks-certificates-controller'],
    [
      'by a label of EKS on kube-dns, also an empty one',
      [object('Service', 'kube-dns', { metadata: { namespace: 'kube-system', labels: { 'eks.amazonaws.com/component': '' } } })],
      'EKS',
      'the label eks.amazonaws.com/component of Service kube-system/kube-dns',
    ],
    [
      'by the Service of RKE2',
      [object('Service', 'rke2-coredns-rke2-coredns', inKubeSystem)],
      'RKE2',
      'Service kube-system/rke2-coredns-rke2-coredns',
    ],
    [
      'by ClusterVersion of OpenShift',
      [definition('config.openshift.io', 'ClusterVersion')],
      'OpenShift',
      'ClusterVersion of config.openshift.io/v1 is served',
    ],
    ['by the API group of TKG', [definition('core.tanzu.vmware.com', 'Feature')], 'TKG', 'API group core.tanzu.vmware.com'],
    ['by nodes', [object('Node', 'a', { spec: { providerID: 'kind://docker/a' } })], 'Kind', 'a Node whose providerID begins with kind://'],
  ])('%s', async (...[, objects, name, evidence]) => {
    expect(await provider(...objects)).toEqual({ name, evidence })
  })

  test('also where the user names another, who is not believed then', async () => {
    expect((await reading({ kubernetesProvider: 'RKE2' }, [configMap('aws-auth')])).facts.provider?.name).toBe('EKS')
  })

  test('by nothing in an ordinary cluster', async () => {
    expect(await provider(object('Service', 'kube-dns', inKubeSystem), configMap('aws-auth', {}, 'default'))).toBeUndefined()
  })
})

describe('the platform’s range', () => {
  const subnets = (...texts: string[]) =>
    podSubnets({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kubeadm-config' },
      data: Object.fromEntries(texts.map((text, index) => [`k${index}`, text])),
    })

  test.each([
    ['is one range', 'networking:\n  podSubnet: 10.42.0.0/16\n  x: y', ['10.42.0.0/16']],
    ['is two ranges', 'podSubnet: 10.42.0.0/16,fd00:42::/48', ['10.42.0.0/16', 'fd00:42::/48']],
    ['may be quoted and spaced', `podSubnet: "10.42.0.0/16, fd00:42::/48" # pods`, ['10.42.0.0/16', 'fd00:42::/48']],
  ])('%s', (_, text, cidrs) => {
    expect(subnets('other: text', text)).toEqual({ from: 'ConfigMap kube-system/kubeadm-config', cidrs })
  })

  test('is missed where it should be', () => {
    const missing = 'kubeadm configuration is missing required podSubnet field'
    expect(subnets('dnsDomain: cluster.local')).toMatchObject({ cidrs: [], missing })
    expect(subnets('  podSubnet:\n  serviceSubnet: 10.96.0.0/16')).toMatchObject({ cidrs: [], missing })
    expect(subnets('podSubnet: 10.42.0.0/16,pods')).toMatchObject({ missing: expect.stringContaining('invalid CIDR address: pods') })
  })

  test('is that of the Network object on OpenShift', async () => {
    const network = object('Network', 'cluster', {
      apiVersion: 'config.openshift.io/v1',
      spec: { clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }] },
    })
    const from = 'Network cluster of config.openshift.io'
    expect((await reading({ kubernetesProvider: 'OpenShift' }, [network])).facts.podCidrs).toEqual({ from, cidrs: ['10.128.0.0/14'] })
    expect((await reading({ kubernetesProvider: 'OpenShift' })).facts.podCidrs).toEqual({
      from,
      cidrs: [],
      missing: `${from} is not there`,
    })
  })
})

test('pull secrets come in the order of the spec, those that exist, each once', async () => {
  const secret = (name: string) => object('Secret', name, { metadata: { namespace: 'tigera-operator' } })
  const { facts } = await reading({ imagePullSecrets: ['b', 'absent', 'a', 'b'].map(name => ({ name })) }, [secret('a'), secret('b')])
  expect(facts.pullSecrets.map(({ metadata }) => metadata.name)).toEqual(['b', 'a'])
})

test('in the older mode Calico’s own resources are read in the older group', async () => {
  const old = ipPool('a', { cidr: '10.0.0.0/16' })
  old.apiVersion = 'crd.projectcalico.org/v1'
  const inV3 = await readFacts(readerOf([old]), environment, asking({}))
  const inV1 = await readFacts(readerOf([old]), { ...environment, v3: false }, asking({}))
  expect([inV3.pools.length, inV1.pools.length]).toEqual([0, 1])
})

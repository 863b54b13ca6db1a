import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../../api/installation.ts'
import { hash } from '../../certificates/hash.ts'
import type { Facts } from '../../installation/facts.ts'
import { decided, ipPool } from '../../installation/testdata/asked.ts'
import type { ConfigMap, DaemonSet } from '../../kube/kinds.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { windows } from './windows.ts'

type Network = NonNullable<InstallationSpec['calicoNetwork']>

const keys = { client: keyPair('node-certs'), typha: keyPair('typha-certs'), trust }
const pools = [ipPool('v4', { cidr: '10.48.0.0/16' })]

/** Everything that is rendered when Windows nodes are wanted, with a pool that they can use. */
function rendered({ calicoNetwork, ...spec }: InstallationSpec = {}, facts: Partial<Facts> = {}) {
  const network: Network = { windowsDataplane: 'HNS', ...calicoNetwork }
  const calico = decided({ serviceCIDRs: ['10.96.0.0/12'], ...spec, calicoNetwork: network }, { pools, ...facts })
  return windows(calico, { windows: calico.windows!, keys, dnsAddresses: ['10.96.0.10'] })
}
const vxlan: Network = { bgp: 'Disabled', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'VXLAN' }] }
const bare: Network = { bgp: 'Enabled', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'None' }] }
const cloud: InstallationSpec = { cni: { type: 'AzureVNET' }, kubernetesProvider: 'AKS', serviceCIDRs: [] }

const workload = (...given: Parameters<typeof rendered>): DaemonSet =>
  rendered(...given).find((object): object is DaemonSet => object.kind === 'DaemonSet')!
const pods = (...given: Parameters<typeof rendered>) => workload(...given).spec!.template.spec!
const envOf = ({ env = [] }: { env?: { name: string; value?: string }[] } = {}) =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]))
const felixEnv = (...given: Parameters<typeof rendered>) => envOf(pods(...given).containers[0])
const configMap = (...given: Parameters<typeof rendered>) =>
  rendered(...given).find((object): object is ConfigMap => object.kind === 'ConfigMap')
const plugin = (...given: Parameters<typeof rendered>) => JSON.parse(configMap(...given)!.data!.config!).plugins[0]
const names = (list: { name: string }[] = []) => list.map(({ name }) => name)

describe('on Windows nodes', () => {
  test('confd runs where BGP does, beside felix and node', () => {
    expect(names(pods({ calicoNetwork: vxlan }).containers)).toEqual(['felix', 'node'])
    expect(names(pods({ calicoNetwork: bare }).containers)).toEqual(['felix', 'node', 'confd'])
  })

  test('what another plugin connects gets no plugin of ours, and no directories for it', () => {
    expect(configMap(cloud)).toBeUndefined()
    const spec = pods(cloud)
    expect(names(spec.initContainers)).toEqual(['uninstall-calico'])
    expect(spec.initContainers![0]!.volumeMounts).toEqual([])
    expect(names(spec.volumes).filter(name => name.startsWith('cni-'))).toEqual([])
    expect(names(spec.containers[0]!.volumeMounts)).toEqual(['tigera-ca-bundle', 'var-run-calico', 'var-lib-calico', 'node-certs'])
    expect(workload(cloud).spec!.template.metadata?.annotations).toEqual(trust.hashes)
  })

  test('single files are not mounted, and the rest is on drive C', () => {
    const roots = { name: 'tigera-ca-bundle', mountPath: '/etc/pki/tls/cert.pem', subPath: 'ca-bundle.crt', readOnly: true }
    const calico = decided({ serviceCIDRs: ['10.96.0.0/12'], calicoNetwork: { ...vxlan, windowsDataplane: 'HNS' } }, { pools })
    const more = { ...keys, trust: { ...trust, mounts: [...trust.mounts, roots] } }
    const [, set] = windows(calico, { windows: calico.windows!, keys: more, dnsAddresses: [] }) as [ConfigMap, DaemonSet]
    const mounts = set.spec!.template.spec!.containers[0]!.volumeMounts!.map(({ mountPath }) => mountPath)
    expect(mounts.filter(path => /certs|pem/.test(path))).toEqual(['c:/etc/pki/tls/certs', 'c:/node-certs'])
  })

  test('pods keep off nodes that are none', () => {
    expect(pods(cloud).affinity?.nodeAffinity).toBeDefined()
    expect(pods({ calicoNetwork: vxlan }).affinity).toBeUndefined()
  })

  test('Prometheus finds Felix where it is told to', () => {
    expect(workload({ calicoNetwork: vxlan, nodeMetricsPort: 9091 }).spec!.template.metadata?.annotations).toMatchObject({
      'hash.operator.tigera.io/cni-config': hash(configMap({ calicoNetwork: vxlan, nodeMetricsPort: 9091 })!.data!),
      'prometheus.io/port': '9091',
    })
    expect(felixEnv({ calicoNetwork: vxlan, nodeMetricsPort: 9091 })).toMatchObject({ FELIX_PROMETHEUSMETRICSPORT: '9091' })
  })
})

describe('the environment', () => {
  test.each<{ spec: InstallationSpec; backend: string }>([
    { spec: { calicoNetwork: bare }, backend: 'windows-bgp' },
    { spec: { calicoNetwork: vxlan }, backend: 'vxlan' },
    {
      spec: {
        cni: { type: 'Calico', ipam: { type: 'HostLocal' } },
        calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'None' }] },
      },
      backend: 'none',
    },
    { spec: cloud, backend: 'none' },
  ])('names who makes the routes: $backend', ({ spec, backend }) => {
    expect(felixEnv(spec)).toMatchObject({ CALICO_NETWORKING_BACKEND: backend })
    if (configMap(spec)) expect(plugin(spec)).toMatchObject({ mode: backend })
  })

  test('says what kind of cluster it is, and which network pods are in', () => {
    expect(felixEnv({ calicoNetwork: bare })).toMatchObject({ CLUSTER_TYPE: 'k8s,operator,bgp,windows', KUBE_NETWORK: 'Calico.*' })
    expect(felixEnv(cloud)).toMatchObject({
      CLUSTER_TYPE: 'k8s,operator,aks,windows',
      KUBE_NETWORK: 'azure.*',
      FELIX_ROUTESOURCE: 'WorkloadIPs',
    })
    expect(felixEnv({ ...cloud, cni: { type: 'AmazonVPC' }, kubernetesProvider: 'EKS' })).toMatchObject({
      CLUSTER_TYPE: 'k8s,operator,ecs,windows',
      KUBE_NETWORK: 'vpc.*',
      FELIX_BPFEXTTOSERVICECONNMARK: '0x80',
    })
  })

  test('has nothing that only Linux has', () => {
    const given = felixEnv({ calicoNetwork: { ...bare, mtu: 0 } })
    expect(given).toMatchObject({ FELIX_VXLANMTU: '0', FELIX_WIREGUARDMTU: '0' })
    for (const name of ['FELIX_HEALTHPORT', 'NO_DEFAULT_POOLS', 'FELIX_IPINIPMTU', 'FELIX_INTERFACEPREFIX'])
      expect(given).not.toHaveProperty(name)
  })

  test('names the interface for VXLAN, or leaves it to be found', () => {
    expect(felixEnv({ calicoNetwork: vxlan })).toHaveProperty('VXLAN_ADAPTER', undefined)
    expect(felixEnv({ calicoNetwork: vxlan, windowsNodes: { vxlanAdapter: 'Ethernet 2' } })).toMatchObject({ VXLAN_ADAPTER: 'Ethernet 2' })
  })
})

describe('the CNI configuration', () => {
  test.each([
    ['C:\\k\\cni', '\\k\\cni', 'c:/\\k\\cni/calico-kubeconfig'],
    ['c:/k/cni/', '/k/cni/', 'c:/k/cni/calico-kubeconfig'],
    ['/etc/cni/net.d', '/etc/cni/net.d', 'c:/etc/cni/net.d/calico-kubeconfig'],
    ['D:\\cni', 'D:\\cni', 'c:/D:\\cni/calico-kubeconfig'],
  ])('is looked for in %s', (cniConfigDir, told, kubeconfig) => {
    const spec: InstallationSpec = { calicoNetwork: vxlan, windowsNodes: { cniConfigDir } }
    expect(envOf(pods(spec).initContainers![1])).toMatchObject({ CNI_NET_DIR: told })
    expect(plugin(spec).kubernetes.kubeconfig).toBe(kubeconfig)
    expect(pods(spec).volumes!.find(({ name }) => name === 'cni-net-dir')?.hostPath?.path).toBe(cniConfigDir)
  })

  test('sends what is for Services of any range to kube-proxy', () => {
    const spec = { calicoNetwork: vxlan, serviceCIDRs: ['10.96.0.0/16', 'fd00:96::/112'] }
    expect(plugin(spec).policies.map(({ Value }: { Value: object }) => Value)).toEqual([
      { Type: 'OutBoundNAT', ExceptionList: spec.serviceCIDRs },
      { Type: 'SDNROUTE', DestinationPrefix: '10.96.0.0/16', NeedEncap: true },
      { Type: 'SDNROUTE', DestinationPrefix: 'fd00:96::/112', NeedEncap: true },
    ])
    expect(envOf(pods(spec).initContainers![1])).toMatchObject({ KUBERNETES_SERVICE_CIDRS: '10.96.0.0/16,fd00:96::/112' })
  })

  test('takes addresses from where the Installation says', () => {
    expect(plugin({ calicoNetwork: vxlan }).ipam).toEqual({ type: 'calico-ipam', subnet: 'usePodCidr' })
    const hostLocal: InstallationSpec = { cni: { type: 'Calico', ipam: { type: 'HostLocal' } }, calicoNetwork: { ...bare, mtu: 1400 } }
    expect(plugin(hostLocal)).toMatchObject({ ipam: { type: 'host-local', subnet: 'usePodCidr' }, mtu: 1400 })
    expect(felixEnv(hostLocal)).toMatchObject({ USE_POD_CIDR: 'true' })
  })

  test('has the user’s beginning of addresses for VXLAN', () => {
    expect(plugin({ calicoNetwork: vxlan })).toMatchObject({ vxlan_mac_prefix: '0E-2A', vxlan_vni: 4096 })
    expect(plugin({ calicoNetwork: vxlan, windowsNodes: { vxlanMACPrefix: '0E-3B' } })).toMatchObject({ vxlan_mac_prefix: '0E-3B' })
  })
})

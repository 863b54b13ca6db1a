import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../../api/installation.ts'
import { hash } from '../../certificates/hash.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Facts } from '../../installation/facts.ts'
import { decided, ipPool } from '../../installation/testdata/asked.ts'
import type { ConfigMap, DaemonSet } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { cniConfig } from './cni-config.ts'
import { node } from './node.ts'

const keys = { client: keyPair('node-certs'), typha: keyPair('typha-certs'), trust }

const titles = (objects: KubeObject[]) => objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)
const workload = (calico: Calico, with_ = keys): DaemonSet =>
  node(calico, with_).find((object): object is DaemonSet => object.kind === 'DaemonSet')!
const pods = (calico: Calico, with_ = keys) => workload(calico, with_).spec!.template.spec!
const envOf = ({ env = [] }: { env?: { name: string; value?: string }[] } = {}) =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]))
const env = (spec: InstallationSpec, facts?: Partial<Facts>) => envOf(pods(decided(spec, facts)).containers[0])
const init = (calico: Calico, name: string) => pods(calico).initContainers?.find(container => container.name === name)

interface Plugin {
  [field: string]: unknown
  type: string
}
const plugins = (calico: Calico): Plugin[] => JSON.parse(cniConfig(calico).data.config!).plugins
const calicoPlugin = (spec: InstallationSpec, facts?: Partial<Facts>) =>
  plugins(decided(spec, facts)).find(({ type }) => type === 'calico')!

const v4 = ipPool('v4', { cidr: '10.0.0.0/16' })
const v6 = ipPool('v6', { cidr: 'fd00::/48' })
const configMap = (name: string, data?: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'tigera-operator', labels: { of: 'the user' } },
  data,
})

describe('calico-node comes', () => {
  test('after who it is and what it reads', () => {
    expect(titles(node(decided({}), keys))).toEqual([
      'ServiceAccount calico-node',
      'ClusterRole calico-node',
      'ClusterRoleBinding calico-node',
      'ServiceAccount calico-cni-plugin',
      'ClusterRole calico-cni-plugin',
      'ClusterRoleBinding calico-cni-plugin',
      'ConfigMap cni-config',
      'DaemonSet calico-node',
    ])
  })

  test('without a CNI configuration where another plugin connects pods', () => {
    const calico = decided({ cni: { type: 'AmazonVPC' } })
    expect(titles(node(calico, keys))).not.toContain('ConfigMap cni-config')
    expect(init(calico, 'install-cni')).toBeUndefined()
    expect(pods(calico).volumes?.map(({ name }) => name)).not.toContain('cni-bin-dir')
  })

  test('with more rights where the platform guards more than RBAC says', () => {
    expect(titles(node(decided({ kubernetesProvider: 'DockerEnterprise' }), keys))).toContain('ClusterRoleBinding calico-cluster-admin')
    const [, role] = node(decided({ kubernetesProvider: 'OpenShift' }), keys)
    expect(role).toMatchObject({
      rules: expect.arrayContaining([expect.objectContaining({ verbs: ['use'], resourceNames: ['privileged'] })]),
    })
  })

  test('only on nodes handed over, while another calico-node leaves kube-system', () => {
    const calico = decided({}, { migratingNamespace: true })
    const objects = node(calico, keys)
    expect(titles(objects)).toEqual(
      expect.arrayContaining(['ClusterRole calico-node-migration', 'ClusterRoleBinding calico-node-migration']),
    )
    expect(pods(calico).nodeSelector).toEqual({ 'projectcalico.org/operator-node-migration': 'migrated' })
    expect(objects.find(({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name === 'calico-node')).toMatchObject({
      subjects: [{ namespace: 'calico-system' }, { namespace: 'kube-system' }, { kind: 'Group', name: 'system:nodes' }],
    })
  })
})

describe('the environment of calico-node', () => {
  test('keeps 0 as an MTU, which is not the same as none', () => {
    expect(env({ calicoNetwork: { mtu: 0 } })).toMatchObject({ FELIX_VXLANMTU: '0', FELIX_WIREGUARDMTU: '0', FELIX_IPINIPMTU: '0' })
    expect(env({})).not.toHaveProperty('FELIX_VXLANMTU')
  })

  test('has IPv6 MTUs only with IPv6, and that for IP in IP only with BGP', () => {
    const given = env(
      {
        calicoNetwork: {
          mtu: 1400,
          bgp: 'Disabled',
          nodeAddressAutodetectionV6: { firstFound: true },
          ipPools: [{ cidr: 'fd00::/48', encapsulation: 'VXLAN' }],
        },
      },
      { pools: [v6] },
    )
    expect(given).toMatchObject({ FELIX_VXLANMTUV6: '1400', FELIX_WIREGUARDMTUV6: '1400', IP6: 'autodetect', FELIX_IPV6SUPPORT: 'true' })
    expect(given).not.toHaveProperty('FELIX_IPINIPMTU')
  })

  test('makes a router’s identity from the node’s name where no address is one', () => {
    const network: InstallationSpec['calicoNetwork'] = {
      bgp: 'Enabled',
      nodeAddressAutodetectionV6: { firstFound: true },
      ipPools: [{ cidr: 'fd00::/48' }],
    }
    expect(env({ calicoNetwork: network }, { pools: [v6] })).toMatchObject({ IP: 'none', CALICO_ROUTER_ID: 'hash' })
  })

  test.each<{ spec: InstallationSpec; backend: string }>([
    { spec: { calicoNetwork: { bgp: 'Enabled' } }, backend: 'bird' },
    { spec: { calicoNetwork: { bgp: 'Enabled', linuxDataplane: 'VPP' } }, backend: 'none' },
    { spec: { calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.0.0.0/16', encapsulation: 'VXLAN' }] } }, backend: 'vxlan' },
    {
      spec: {
        cni: { type: 'Calico', ipam: { type: 'HostLocal' } },
        calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.0.0.0/16', encapsulation: 'None' }] },
      },
      backend: 'none',
    },
    { spec: { cni: { type: 'AmazonVPC' } }, backend: 'none' },
  ])('names who makes the routes: $backend', ({ spec, backend }) => {
    expect(env(spec)).toMatchObject({ CALICO_NETWORKING_BACKEND: backend })
  })

  test('gives VPP what it needs, and on EKS the switch of source checks', () => {
    const vpp: InstallationSpec = { cni: { type: 'Calico' }, calicoNetwork: { linuxDataplane: 'VPP', bgp: 'Enabled' } }
    expect(env(vpp)).toMatchObject({ FELIX_USEINTERNALDATAPLANEDRIVER: 'false', CLUSTER_TYPE: 'k8s,operator,bgp,vpp' })
    expect(env(vpp)).not.toHaveProperty('FELIX_AWSSRCDSTCHECK')
    expect(env({ ...vpp, kubernetesProvider: 'EKS' })).toMatchObject({
      FELIX_AWSSRCDSTCHECK: 'Disable',
      CLUSTER_TYPE: 'k8s,operator,ecs,bgp,vpp',
    })
  })

  test('encrypts between hosts where the cloud’s own plugin connects pods', () => {
    expect(env({ kubernetesProvider: 'EKS', cni: { type: 'AmazonVPC' } })).toMatchObject({ FELIX_WIREGUARDHOSTENCRYPTIONENABLED: 'true' })
    expect(env({ kubernetesProvider: 'EKS', cni: { type: 'Calico' } })).not.toHaveProperty('FELIX_WIREGUARDHOSTENCRYPTIONENABLED')
    expect(env({ cni: { type: 'AmazonVPC' } })).not.toHaveProperty('FELIX_WIREGUARDHOSTENCRYPTIONENABLED')
  })

  test('waits for policies where pods do', () => {
    const network: InstallationSpec['calicoNetwork'] = { linuxDataplane: 'Iptables', linuxPolicySetupTimeoutSeconds: 5 }
    expect(env({ calicoNetwork: network })).toMatchObject({ FELIX_ENDPOINTSTATUSPATHPREFIX: '/var/run/calico' })
    expect(calicoPlugin({ calicoNetwork: network })).toMatchObject({ policy_setup_timeout_seconds: 5 })
    expect(env({})).not.toHaveProperty('FELIX_ENDPOINTSTATUSPATHPREFIX')
  })

  test('checks the name of Typha only when there is one', () => {
    const anonymous = { ...keys, typha: keyPair('typha-certs', { commonName: undefined, uriSan: 'spiffe://typha' }) }
    expect(envOf(pods(decided({}), anonymous).containers[0])).toMatchObject({ FELIX_TYPHAURISAN: 'spiffe://typha' })
    expect(envOf(pods(decided({}), anonymous).containers[0])).not.toHaveProperty('FELIX_TYPHACN')
  })
})

describe('before calico-node', () => {
  test('the kernel is prepared for eBPF, and must be only where that moves packets', () => {
    expect(init(decided({}), 'ebpf-bootstrap')?.command).toEqual(['calico-node', '-init', '-best-effort'])
    expect(init(decided({ calicoNetwork: { linuxDataplane: 'BPF' } }), 'ebpf-bootstrap')?.command).toEqual(['calico-node', '-init'])
  })

  test('eBPF learns where the API is, while nobody else can tell it', () => {
    const calico = {
      ...decided({}),
      dataplane: { kind: 'bpf', bootstrap: { servicePorts: ['10.96.0.1:443'], apiServerEndpoints: ['10.0.0.1:6443', '[fd00::1]:6443'] } },
      felix: { healthPort: 9099, vxlanVNI: 4096, cgroupV2Path: '/run/cgroup' },
    } satisfies Calico
    expect(envOf(init(calico, 'ebpf-bootstrap'))).toEqual({
      KUBERNETES_SERVICE_IPS_PORTS: '10.96.0.1:443',
      KUBERNETES_APISERVER_ENDPOINTS: '10.0.0.1:6443,[fd00::1]:6443',
      CALICO_CGROUP_PATH: '/run/cgroup',
    })
  })

  test('its certificate is requested first, by a container that may what it may', () => {
    const client = keyPair('node-certs', { initContainer: ({ securityContext }) => ({ name: 'requests', securityContext }) })
    const [first] = pods(decided({}), { ...keys, client }).initContainers!
    expect(first).toMatchObject({ name: 'requests', securityContext: { privileged: true } })
  })

  test('there is no FlexVolume driver where none is wanted', () => {
    const calico = decided({ flexVolumePath: 'None' })
    expect(pods(calico).initContainers?.map(({ name }) => name)).toEqual(['ebpf-bootstrap', 'install-cni'])
    expect(pods(calico).volumes?.map(({ name }) => name)).not.toContain('flexvol-driver-host')
  })
})

describe('the user’s own files', () => {
  const birdTemplates = configMap('bird-templates', { 'b.cfg': 'two', 'a.cfg': 'one' })
  const bgpLayout = configMap('bgp-layout', { earlyNetworkConfiguration: 'layout' })
  const calico = decided({}, { birdTemplates, bgpLayout })

  test('are copied to where pods can mount them, without what is the user’s', () => {
    const copies = node(calico, keys).filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name !== 'cni-config')
    expect(copies).toEqual([
      { ...bgpLayout, metadata: { name: 'bgp-layout', namespace: 'calico-system' } },
      { ...birdTemplates, metadata: { name: 'bird-templates', namespace: 'calico-system' } },
    ])
  })

  test('start new pods when they change', () => {
    expect(workload(calico).spec?.template.metadata?.annotations).toMatchObject({
      'hash.operator.tigera.io/bird-templates': hash({ 'a.cfg': 'one', 'b.cfg': 'two' }),
      'hash.operator.tigera.io/bgp-layout': hash({ earlyNetworkConfiguration: 'layout' }),
    })
  })

  test('are mounted template by template, and the layout where calico-node is told to look', () => {
    const [main] = pods(calico).containers
    expect(main?.volumeMounts?.slice(-3)).toEqual([
      { name: 'bird-templates', mountPath: '/etc/calico/confd/templates/a.cfg', subPath: 'a.cfg', readOnly: true },
      { name: 'bird-templates', mountPath: '/etc/calico/confd/templates/b.cfg', subPath: 'b.cfg', readOnly: true },
      { name: 'bgp-layout', mountPath: '/etc/calico/early-networking.yaml', subPath: 'earlyNetworkConfiguration', readOnly: true },
    ])
    expect(envOf(main)).toMatchObject({ CALICO_EARLY_NETWORKING: '/etc/calico/early-networking.yaml' })
  })

  test('of no templates are still a volume, and nothing else', () => {
    const empty = decided({}, { birdTemplates: configMap('bird-templates') })
    expect(pods(empty).volumes?.map(({ name }) => name)).toContain('bird-templates')
    expect(titles(node(empty, keys))).not.toContain('ConfigMap bird-templates')
    expect(workload(empty).spec?.template.metadata?.annotations).not.toHaveProperty('hash.operator.tigera.io/bird-templates')
  })
})

describe('the CNI configuration', () => {
  test.each<{ pools: Facts['pools']; ipam: object }>([
    { pools: [v4], ipam: { type: 'calico-ipam', assign_ipv4: 'true', assign_ipv6: 'false' } },
    { pools: [v4, v6], ipam: { type: 'calico-ipam', assign_ipv4: 'true', assign_ipv6: 'true' } },
    { pools: [], ipam: { type: 'calico-ipam', assign_ipv4: 'false', assign_ipv6: 'false' } },
  ])('assigns addresses of the families that pools in the cluster have: $ipam', ({ pools, ipam }) => {
    expect(calicoPlugin({}, { pools }).ipam).toEqual(ipam)
  })

  test.each<{ pools: Calico['pools']; ipam: object }>([
    { pools: { ipv4: true, ipv6: false }, ipam: { type: 'host-local', subnet: 'usePodCidr' } },
    { pools: { ipv4: false, ipv6: true }, ipam: { type: 'host-local', subnet: 'usePodCidrIPv6' } },
    { pools: { ipv4: false, ipv6: false }, ipam: { type: 'host-local', subnet: 'usePodCidr' } },
    {
      pools: { ipv4: true, ipv6: true },
      ipam: { type: 'host-local', ranges: [[{ subnet: 'usePodCidr' }], [{ subnet: 'usePodCidrIPv6' }]] },
    },
  ])('takes the node’s own ranges with host-local: $ipam', ({ pools, ipam }) => {
    const calico = decided({ cni: { type: 'Calico', ipam: { type: 'HostLocal' } } })
    expect(plugins({ ...calico, pools })[0]!.ipam).toEqual(ipam)
  })

  test('has more plugins only when they are wanted; settings that are none count as wanted', () => {
    const types = (calicoNetwork: InstallationSpec['calicoNetwork']) => plugins(decided({ calicoNetwork })).map(({ type }) => type)
    expect(types({})).toEqual(['calico', 'portmap'])
    expect(types({ hostPorts: 'Disabled' })).toEqual(['calico'])
    expect(types({ sysctl: [] })).toEqual(['calico', 'portmap', 'tuning'])
    expect(plugins(decided({ calicoNetwork: { sysctl: [{ key: 'net.ipv4.tcp_keepalive_time', value: '60' }] } })).at(-1)).toEqual({
      type: 'tuning',
      sysctl: { 'net.ipv4.tcp_keepalive_time': '60' },
    })
  })

  test('hands pods over to VPP through its socket', () => {
    expect(calicoPlugin({ calicoNetwork: { linuxDataplane: 'VPP', bgp: 'Enabled' } })).toMatchObject({
      dataplane_options: { type: 'grpc', socket: 'unix:///var/run/calico/cni-server.sock' },
    })
    expect(calicoPlugin({})).not.toHaveProperty('dataplane_options')
  })

  test('logs in whole MiB', () => {
    expect(calicoPlugin({ logging: { cni: { logFileMaxSize: '2560Ki' } } })).toMatchObject({ log_file_max_size: 2 })
  })
})

test('profiles of AppArmor and the binding of BIRD are annotations of the pods', () => {
  const calico = { ...decided({}), bgpBindMode: 'NodeIP', node: { updateStrategy: {}, appArmorProfile: 'localhost/x', metricsPort: 9091 } }
  expect(workload(calico).spec?.template.metadata?.annotations).toMatchObject({
    'container.apparmor.security.beta.kubernetes.io/calico-node': 'localhost/x',
    'hash.operator.tigera.io/bgp-bind-mode': hash('NodeIP'),
    'prometheus.io/port': '9091',
    'prometheus.io/scrape': 'true',
  })
})

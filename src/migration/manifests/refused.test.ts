import { describe, expect, test } from 'vitest'
import { addFlexVolume, both, type Change, endpoint, hostLocal, set, sixPool, typha } from '../../../test/manifest-changes.ts'
import { manifestOf, manifestParts } from '../../../test/manifest-install.ts'
import { convert } from './convert.ts'

function converted(change: Change = () => {}, provider?: string) {
  const parts = manifestParts()
  change(parts)
  return convert(manifestOf(parts), provider)
}

/** `calico-node spec…env[IP]: IP is …`: where, and what. */
const refusals = (change: Change, provider?: string): string[] =>
  converted(change, provider).problems.map(({ object, path, message }) => `${object?.name} ${path}: ${message}`)

const nodePath = 'calico-node spec.template.spec'
const variable = (name: string, container = 'containers[calico-node]') => `${nodePath}.${container}.env[${name}]`
const installed = variable('CNI_NETWORK_CONFIG', 'initContainers[install-cni]')

describe('refused is', () => {
  test.each<[string, Change, string[]]>([
    [
      'a datastore of its own',
      set('DATASTORE_TYPE', 'etcdv3'),
      [`${variable('DATASTORE_TYPE')}: DATASTORE_TYPE is "etcdv3", and only kubernetes can be taken over`],
    ],
    [
      'a variable that nobody knows',
      set('SOME_THING', 'secret'),
      [`${variable('SOME_THING')}: SOME_THING of the container calico-node is not known here`],
    ],
    [
      'a variable of Felix that has no field',
      set('FELIX_ETCDPASSWORD', 'secret'),
      [`${variable('FELIX_ETCDPASSWORD')}: FELIX_ETCDPASSWORD cannot be taken over: FelixConfiguration has no field of this name`],
    ],
    [
      'what a field cannot hold',
      set('FELIX_MAXIPSETSIZE', 'many'),
      [
        `${variable('FELIX_MAXIPSETSIZE')}: FELIX_MAXIPSETSIZE cannot be taken over: it is no value for the field maxIpsetSize of FelixConfiguration`,
      ],
    ],
    [
      'a value from a Secret',
      set('IP', { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }),
      [`${variable('IP')}: IP is taken from secretKeyRef`],
    ],
    [
      'a value from a ConfigMap that is not there',
      set('IP', { valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } }),
      [`${variable('IP')}: IP is taken from ConfigMap kube-system/x, which is not there`],
    ],
    ['a name of the node of its own', set('NODENAME', 'me'), [`${variable('NODENAME')}: NODENAME is not the name of the node`]],
    ['a fixed address', set('IP', '10.0.0.1'), [`${variable('IP')}: IP is "10.0.0.1", and only autodetect and none can be taken over`]],
    [
      'IPv6 by an unknown word, though IP says nothing',
      both(set('IP', undefined), set('IP6', 'x')),
      [`${variable('IP6')}: IP6 is "x", and only autodetect and none can be taken over`],
    ],
    [
      'an unknown way to find addresses',
      set('IP_AUTODETECTION_METHOD', 'magic'),
      [`${variable('IP_AUTODETECTION_METHOD')}: IP_AUTODETECTION_METHOD is "magic", which is not known here`],
    ],
    [
      'IPv6 support without addresses',
      set('FELIX_IPV6SUPPORT', 'true'),
      [`${variable('FELIX_IPV6SUPPORT')}: FELIX_IPV6SUPPORT is "true", which does not go with IP6`],
    ],
    [
      'another backend',
      ({ config }) => void Object.assign(config.data, { calico_backend: 'magic' }),
      [`${variable('CALICO_NETWORKING_BACKEND')}: CALICO_NETWORKING_BACKEND is "magic", which is not known here`],
    ],
    [
      'another IPAM',
      parts => parts.cni(plugin => void Object.assign(plugin, { ipam: { type: 'dhcp' } })),
      [`${installed}: the IPAM plugin "dhcp" is not known here`],
    ],
    [
      'host-local IPAM with VXLAN',
      both(hostLocal({}), ({ config }) => void Object.assign(config.data, { calico_backend: 'vxlan' })),
      [`${variable('CALICO_NETWORKING_BACKEND')}: CALICO_NETWORKING_BACKEND is vxlan, which does not go with the IPAM plugin host-local`],
    ],
    [
      'all that host-local IPAM says too much',
      hostLocal({ subnet: '10.1.0.0/24', routes: [{}], magic: true, ranges: [[{ rangeStart: 'x' }, {}]] }),
      [
        'magic is not known here',
        'routes is not taken over',
        'subnet is "10.1.0.0/24", and only usePodCidr or usePodCidrIPv6 can be taken over',
        'a set has more than one range',
        'ranges: rangeStart is not taken over',
      ].map(what => `${installed}: ipam: ${what}`),
    ],
    [
      'pools chosen by the CNI configuration',
      parts => parts.cni(plugin => void Object.assign(plugin.ipam as object, { ipv4_pools: ['a'] })),
      [`${installed}: ipam: ipv4_pools is not taken over`],
    ],
    [
      'a CNI configuration that is none',
      ({ config }) => void Object.assign(config.data, { cni_network_config: 'x' }),
      [`${installed}: CNI_NETWORK_CONFIG is no JSON`, `${installed}: the CNI configuration has no plugin of the type calico`],
    ],
    [
      'another name of the network',
      parts => parts.cni((_, list) => void Object.assign(list, { name: 'mine' })),
      [`${installed}: the name of the CNI configuration is "mine", and only k8s-pod-network can be taken over`],
    ],
    [
      'floating addresses',
      parts => parts.cni(plugin => void Object.assign(plugin, { feature_control: { floating_ips: true } })),
      [`${installed}: feature_control.floating_ips is on, which is not taken over`],
    ],
    [
      'other tuning',
      parts => parts.cni((_, list) => void list.plugins.push({ type: 'tuning', sysctl: { 'net.core.somaxconn': '1' } })),
      [
        `${installed}: the plugin tuning sets net.core.somaxconn, and only net.ipv4.tcp_keepalive_intvl, net.ipv4.tcp_keepalive_probes, net.ipv4.tcp_keepalive_time can be taken over`,
      ],
    ],
    [
      'MTUs that differ',
      set('FELIX_VXLANMTU', '1410'),
      [`${variable('FELIX_VXLANMTU')}: FELIX_VXLANMTU is 1410, and FELIX_IPINIPMTU is 0: there is one MTU for all`],
    ],
    [
      'an IPv6 pool that is not asked for',
      sixPool,
      [`${installed}: IPPool default-ipv6-ippool is of IPv6, and assign_ipv6 does not ask for such addresses`],
    ],
    [
      'IPv4 addresses without a pool',
      ({ objects, pool }) => void objects.splice(objects.indexOf(pool), 1),
      [`${installed}: assign_ipv4 asks for IPv4 addresses, and there is no IPv4 pool`],
    ],
    [
      'a pool with two encapsulations',
      ({ pool }) => void Object.assign(pool.spec, { vxlanMode: 'Always' }),
      ['default-ipv4-ippool spec.ipipMode: ipipMode is Always and vxlanMode Always'],
    ],
    [
      'a directory for CNI binaries of its own',
      ({ node }) =>
        void Object.assign(node.spec!.template.spec!.volumes!.find(({ name }) => name === 'cni-bin-dir')!.hostPath!, { path: '/usr/bin' }),
      [`${nodePath}.volumes[cni-bin-dir]: the volume cni-bin-dir is /usr/bin, and /opt/cni/bin is the only one that can be taken over`],
    ],
    [
      'half a FlexVolume',
      ({ node }) => addFlexVolume(node, false),
      [
        `${nodePath}.volumes[flexvol-driver-host]: of the volume flexvol-driver-host, a directory of the node, and the init container flexvol-driver only one is there`,
      ],
    ],
    [
      'nodes of its choice',
      ({ node }) => void Object.assign(node.spec!.template.spec!.nodeSelector!, { a: 'b' }),
      [`${nodePath}.nodeSelector: only nodes with a: b are selected, and calico-node is to run on all`],
    ],
    [
      'affinity',
      ({ node }) => void Object.assign(node.spec!.template.spec!, { affinity: notOnFargate }),
      [`${nodePath}.affinity: affinity is not taken over`],
    ],
    [
      'annotations',
      ({ node }) =>
        void Object.assign(node.metadata, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'x' } }),
      ['calico-node metadata.annotations: the annotation mine: "x" is not taken over'],
    ],
    [
      'the addon manager',
      ({ kubeControllers }) => void Object.assign(kubeControllers.metadata.labels!, { 'addonmanager.kubernetes.io/mode': 'Reconcile' }),
      ['calico-kube-controllers metadata.labels: is deployed by the addon manager: the label addonmanager.kubernetes.io/mode is Reconcile'],
    ],
    [
      'more of kube-controllers',
      ({ kubeControllers }) => void Object.assign(kubeControllers.spec!.template.spec!.containers[0]!.env![0]!, { value: 'node,policy' }),
      [
        'calico-kube-controllers spec.template.spec.containers[calico-kube-controllers].env[ENABLED_CONTROLLERS]: ENABLED_CONTROLLERS is "node,policy", and only node or node,loadbalancer can be taken over',
      ],
    ],
    [
      'nodes that Typha insists on',
      typha(
        ({ spec }) =>
          void Object.assign(spec!.template.spec!, {
            affinity: {
              nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
            },
          }),
      ),
      ['calico-typha spec.template.spec.affinity.nodeAffinity: required affinity to nodes is not taken over'],
    ],
    [
      'BPF without a way to the API',
      set('FELIX_BPFENABLED', 'true'),
      [
        'kubernetes-services-endpoint data: does not say where the Kubernetes API answers without kube-proxy, which the BPF dataplane has to know',
      ],
    ],
    [
      'two dataplanes',
      both(endpoint, set('FELIX_BPFENABLED', 'true'), set('FELIX_NFTABLESMODE', 'Enabled')),
      [`${variable('FELIX_NFTABLESMODE')}: both the BPF and the nftables dataplane are on`],
    ],
    [
      "another's CNI plugin with Calico's backend",
      set('FELIX_INTERFACEPREFIX', 'azv'),
      [
        `${variable('CALICO_NETWORKING_BACKEND')}: CALICO_NETWORKING_BACKEND is "bird", and with the CNI plugin AzureVNET it has to be "none"`,
        `${variable('IP')}: IP is "autodetect", and with the CNI plugin AzureVNET it has to be ""`,
      ],
    ],
    [
      'a DaemonSet without calico-node',
      ({ container }) => void Object.assign(container, { name: 'other' }),
      ['calico-node spec.template.spec.containers: has no container calico-node'],
    ],
  ])('%s', (_, change, expected) => {
    expect(refusals(change)).toEqual(expected)
    expect(converted(change)).toMatchObject({ spec: {}, felixConfiguration: {} })
  })

  test('everything at once, each with a remedy, and no value of what nobody knows', () => {
    const { problems } = converted(
      both(
        set('SOME_THING', 'hunter2'),
        set('FELIX_ETCDPASSWORD', 'hunter2'),
        set('IP', '1.2.3.4'),
        ({ config }) => void Object.assign(config.data, { calico_backend: 'x' }),
      ),
    )
    expect(problems.map(({ path }) => /env\[(\w+)\]/.exec(path ?? '')?.[1])).toEqual([
      'CALICO_NETWORKING_BACKEND',
      'IP',
      'FELIX_ETCDPASSWORD',
      'SOME_THING',
    ])
    for (const { reason, remedy } of problems) expect([reason, remedy?.length]).toEqual(['MigrationError', expect.any(Number)])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
})

test('affinity that calico-node has with this provider anyway says nothing new', () => {
  const affine: Change = ({ node }) => void Object.assign(node.spec!.template.spec!, { affinity: notOnFargate })
  expect(refusals(affine, 'EKS')).toEqual([])
  expect(refusals(affine, 'AKS')).toHaveLength(1)
})

const notOnFargate = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] }] }],
    },
  },
}

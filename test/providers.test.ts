/** What each provider means for what is rendered, as one table in words of its own: the rows of providers.ts are only right when they come out here. */
import { describe, expect, test } from 'vitest'
import type { APIServerSpec } from '../api/apiserver.ts'
import type { InstallationSpec } from '../api/installation.ts'
import type { NetworkPolicy } from '../api/v3/network-policy.ts'
import { apiServerOf } from '../src/installation/api-server.ts'
import type { Calico } from '../src/installation/calico.ts'
import { felixFields } from '../src/installation/felix.ts'
import type { ProviderName } from '../src/installation/providers.ts'
import { decided, factsWith, ipPool } from '../src/installation/testdata/asked.ts'
import type { DaemonSet, Deployment, EnvVar, Namespace } from '../src/kube/kinds.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import { apiServer } from '../src/render/apiserver/apiserver.ts'
import { criticalPodsQuota } from '../src/render/cluster/cluster.ts'
import { csi } from '../src/render/csi/csi.ts'
import { kubeControllers } from '../src/render/kube-controllers/kube-controllers.ts'
import { policies } from '../src/render/kube-controllers/policies.ts'
import { namespaces } from '../src/render/namespaces/namespaces.ts'
import { node } from '../src/render/node/node.ts'
import { keyPair, trust } from '../src/render/testdata/keys.ts'
import { typha } from '../src/render/typha/typha.ts'

const keys = { client: keyPair('node-certs'), typha: keyPair('typha-certs'), server: keyPair('typha-certs'), trust }
const pool = ipPool('default-ipv4-ippool', { cidr: '10.0.0.0/16', vxlanMode: 'Always' })

interface Seen {
  clusterType: string
  cni: string
  bgp: boolean
  address?: string
  dirs: string[]
  healthPort: string
  typhaHealthPort: string
  hostEncryption: boolean
  /** On calico-node and csi-node-driver alike: `key NotIn value`. */
  keptOff?: string
  /** Tolerations of Typha and kube-controllers beyond those of any provider. */
  tolerates: string[]
  typhaWhere?: string[]
  namespace: string[]
  quota: boolean
  /** Security context constraints that pods may use: calico-node, csi-node-driver, Typha, kube-controllers. */
  mayUse: string[]
  clusterAdmin: boolean
  apiServerInHostNetwork: boolean
  dns: string
  felix: object
}

const plain = {
  cni: 'Calico',
  bgp: true,
  address: 'first-found',
  dirs: ['/etc/cni/net.d', '/opt/cni/bin', '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds'],
  healthPort: '9099',
  typhaHealthPort: '9098',
  hostEncryption: false,
  tolerates: [],
  namespace: [],
  quota: false,
  mayUse: [],
  clusterAdmin: false,
  apiServerInHostNetwork: false,
  dns: "k8s-app in { 'kube-dns', 'coredns' } of kube-system UDP 53",
  felix: { healthPort: 9099, vxlanVNI: 4096, vxlanPort: 4789 },
}
const [confDir, binDir, flexVolume] = plain.dirs as [string, string, string]

/** With the pool of the cluster, and nothing asked but the provider. */
const expected: Record<ProviderName, Partial<Seen> & { clusterType: string }> = {
  none: { clusterType: 'k8s,operator,bgp' },
  Kind: { clusterType: 'k8s,operator,bgp' },
  TKG: { clusterType: 'k8s,operator,bgp', apiServerInHostNetwork: true },
  RKE2: { clusterType: 'k8s,operator,bgp', dirs: [confDir, binDir, '/var/lib/kubelet/volumeplugins/nodeagent~uds'] },
  DockerEnterprise: {
    clusterType: 'k8s,operator,bgp',
    address: 'skip-interface=^br-.*',
    clusterAdmin: true,
    felix: { ...plain.felix, vxlanVNI: 10000 },
  },
  OpenShift: {
    clusterType: 'k8s,operator,openshift,bgp',
    dirs: ['/var/run/multus/cni/net.d', '/var/lib/cni/bin', '/etc/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds'],
    healthPort: '9199',
    typhaHealthPort: '9198',
    namespace: ['openshift.io/run-level=0', 'openshift.io/node-selector=', 'security.openshift.io/scc.podSecurityLabelSync=false'],
    mayUse: ['privileged', 'privileged', 'nonroot-v2', 'nonroot-v2'],
    dns: "dns.operator.openshift.io/daemonset-dns == 'default' of openshift-dns UDP 5353 TCP 5353",
    felix: { ...plain.felix, healthPort: 9199 },
  },
  EKS: {
    clusterType: 'k8s,operator,ecs',
    cni: 'AmazonVPC',
    bgp: false,
    address: 'can-reach=8.8.8.8',
    dirs: [flexVolume],
    hostEncryption: true,
    keptOff: 'eks.amazonaws.com/compute-type NotIn fargate',
    felix: { ...plain.felix, routeTableRange: { min: 65, max: 99 } },
  },
  GKE: {
    clusterType: 'k8s,operator,gke',
    cni: 'GKE',
    bgp: false,
    dirs: ['/home/kubernetes/flexvolume/nodeagent~uds'],
    tolerates: ['kubernetes.io/arch=arm64:NoSchedule'],
    quota: true,
    felix: { ...plain.felix, routeTableRange: { min: 10, max: 250 } },
  },
  AKS: {
    clusterType: 'k8s,operator,aks',
    cni: 'AzureVNET',
    bgp: false,
    dirs: ['/etc/kubernetes/volumeplugins/nodeagent~uds'],
    hostEncryption: true,
    keptOff: 'type NotIn virtual-kubelet',
    typhaWhere: ['type NotIn virtual-node', 'kubernetes.azure.com/cluster Exists'],
    namespace: ['control-plane=true'],
  },
}

const named = <T extends KubeObject>(objects: KubeObject[], kind: string): T | undefined =>
  objects.find(each => each.kind === kind) as T | undefined
const envValue = (env: EnvVar[] = [], name: string) => env.find(each => each.name === name)?.value
const pairs = (map: Record<string, string> = {}): string[] => Object.entries(map).map(([key, value]) => `${key}=${value}`)

function terms({ spec }: DaemonSet | Deployment): string[] {
  const [term] = spec?.template.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return (term?.matchExpressions ?? []).map(({ key, operator, values = [] }) => [key, operator, ...values].join(' '))
}

function seen(calico: Calico): Seen {
  const nodeObjects = node(calico, keys)
  const calicoNode = named<DaemonSet>(nodeObjects, 'DaemonSet')!
  const [main] = calicoNode.spec!.template.spec!.containers
  const typhaObjects = typha(calico, keys)
  const typhaDeployment = named<Deployment>(typhaObjects, 'Deployment')!
  const controllers = kubeControllers(calico, trust)
  const csiObjects = csi({ ...calico, csi: { kubeletDir: '/var/lib/kubelet' } })
  const volumes = calicoNode.spec!.template.spec!.volumes ?? []
  const used = ['cni-net-dir', 'cni-bin-dir', 'flexvol-driver-host'].flatMap(
    name => volumes.find(each => each.name === name)?.hostPath?.path ?? [],
  )
  const keptOff = terms(calicoNode)
  expect(terms(named<DaemonSet>(csiObjects, 'DaemonSet')!)).toEqual(keptOff)
  const tolerations = [typhaDeployment, named<Deployment>(controllers, 'Deployment')!].map(each =>
    (each.spec?.template.spec?.tolerations ?? []).filter(({ value }) => value !== undefined),
  )
  expect(tolerations[0]).toEqual(tolerations[1])
  const { labels = {}, annotations } = (namespaces(calico)[0] as Namespace).metadata
  const common = /^(name|pod-security)/
  const uses = [nodeObjects, csiObjects, typhaObjects, controllers].flatMap(objects =>
    objects
      .flatMap(each => ('rules' in each ? (each.rules as { verbs: string[]; resourceNames?: string[] }[]) : []))
      .flatMap(rule => (rule.verbs.includes('use') ? (rule.resourceNames ?? []) : [])),
  )
  const server = apiServer(calico, { server: apiServerOf({} as APIServerSpec, calico), key: keyPair('calico-apiserver-certs') })
  const egress =
    (policies({ ...calico, tier: true })[0] as NetworkPolicy).spec?.egress?.filter(({ destination }) =>
      /dns/.test(destination?.selector ?? ''),
    ) ?? []
  const { claim } = felixFields(calico, factsWith())
  return {
    clusterType: envValue(main?.env, 'CLUSTER_TYPE')!,
    cni: calico.cni.type,
    bgp: calico.bgp,
    address: envValue(main?.env, 'IP_AUTODETECTION_METHOD'),
    dirs: used,
    healthPort: envValue(main?.env, 'FELIX_HEALTHPORT')!,
    typhaHealthPort: envValue(typhaDeployment.spec!.template.spec!.containers[0]?.env, 'TYPHA_HEALTHPORT')!,
    hostEncryption: envValue(main?.env, 'FELIX_WIREGUARDHOSTENCRYPTIONENABLED') === 'true',
    keptOff: keptOff[0],
    tolerates: (tolerations[0] ?? []).map(({ key, value, effect }) => `${key}=${value}:${effect}`),
    typhaWhere: terms(typhaDeployment).length > 0 ? terms(typhaDeployment) : undefined,
    namespace: [...pairs(labels).filter(each => !common.test(each)), ...pairs(annotations)],
    quota: criticalPodsQuota(calico).length > 0,
    mayUse: uses,
    clusterAdmin: nodeObjects.some(({ metadata }) => metadata.name === 'calico-cluster-admin'),
    apiServerInHostNetwork: named<Deployment>(server, 'Deployment')?.spec?.template.spec?.hostNetwork === true,
    dns: `${egress[0]?.destination?.selector} of ${/'(.*)'/.exec(egress[0]?.destination?.namespaceSelector ?? '')?.[1]} ${egress.map(({ protocol, destination }) => `${protocol} ${destination?.ports}`).join(' ')}`,
    felix: claim,
  }
}

const asked = (provider: ProviderName, more: InstallationSpec = {}): InstallationSpec =>
  provider === 'none' ? more : { kubernetesProvider: provider, ...more }
const facts = { pools: [pool] }
const look = (provider: ProviderName, more?: InstallationSpec) => seen(decided(asked(provider, more), facts))

describe('with nothing asked but the provider', () => {
  test.each(Object.entries(expected) as [ProviderName, Partial<Seen>][])('%s means what it has always meant', (provider, row) => {
    expect(look(provider)).toEqual({ ...plain, ...row })
  })
})

describe("with Calico's own plugin", () => {
  const own: InstallationSpec = { cni: { type: 'Calico' } }

  test.each<[ProviderName, Partial<Seen>]>([
    ['EKS', { clusterType: 'k8s,operator,ecs', bgp: false, dirs: plain.dirs, hostEncryption: false, apiServerInHostNetwork: true }],
    ['GKE', { clusterType: 'k8s,operator,gke,bgp', dirs: [confDir, '/home/kubernetes/bin', '/home/kubernetes/flexvolume/nodeagent~uds'] }],
    [
      'AKS',
      {
        clusterType: 'k8s,operator,aks,bgp',
        dirs: [confDir, binDir, '/etc/kubernetes/volumeplugins/nodeagent~uds'],
        hostEncryption: false,
      },
    ],
  ])('%s has the rest of what it is, and routes by BGP where nobody else does', (provider, row) => {
    expect(look(provider, own)).toMatchObject({ cni: 'Calico', bgp: true, felix: plain.felix, ...row })
  })
})

describe('with the BPF dataplane', () => {
  const bpf: InstallationSpec = { calicoNetwork: { linuxDataplane: 'BPF' } }
  const felix = (provider: ProviderName) => {
    const spec = asked(provider, bpf)
    const { claim, enforce } = felixFields(decided(spec, facts), factsWith(facts))
    return { ...claim, ...enforce }
  }

  test('Felix has the ports and switches of the provider', () => {
    const common = { healthPort: 9099, vxlanVNI: 4096, vxlanPort: 4789, nftablesMode: 'Enabled', bpfEnabled: true }
    expect(felix('none')).toEqual(common)
    expect(felix('OpenShift')).toEqual({ ...common, healthPort: 9199 })
    expect(felix('EKS')).toEqual({ ...common, routeTableRange: { min: 65, max: 99 } })
    expect(felix('DockerEnterprise')).toEqual({
      ...common,
      vxlanVNI: 10000,
      vxlanPort: 8472,
      nftablesMode: 'Disabled',
      bpfHostConntrackBypass: false,
    })
  })
})

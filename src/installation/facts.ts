/**
 * What is looked at in the cluster before anything is decided. Only reads, and only through a Reader; judges nothing.
 * Every kind and place that is read is watched from then on, so what does not matter for what was asked is not read.
 */
import { GatewayAPI } from '../../api/gatewayapi.ts'
import { Goldmane } from '../../api/goldmane.ts'
import { ImageSet } from '../../api/imageset.ts'
import { Installation, type InstallationSpec } from '../../api/installation.ts'
import { Tier } from '../../api/v3/tier.ts'
import { APIService, ConfigMap, DaemonSet, Deployment, EndpointSlice, Node, type PodDNSConfig, Secret, Service } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Endpoint, OperatorIdentity } from './calico.ts'
import { type CniFound, type CniType, cniTypeOf } from './cni.ts'
import type { Imported } from './imported.ts'
import {
  type BGPConfiguration,
  calicoKinds,
  type FelixConfiguration,
  type IPPool,
  type KubeControllersConfiguration,
  OpenShiftClusterVersion,
  OpenShiftNetwork,
} from './kinds.ts'
import { cniBefore, type KnownProvider, knownProvider } from './memory.ts'
import { runsEverywhere } from './migration-label.ts'
import { countNodes, type NodeFacts } from './nodes.ts'
import { overlaid } from './overlay.ts'
import { type Detected, detectProvider, type NodeEvidence, tellingGroups } from './provider-detection.ts'
import { providerNamed } from './providers.ts'
import { labelsTiers } from './served-admission.ts'
import { lacksNodes } from './typha.ts'
import { understoodSpec } from './understood.ts'

/** What was asked: the Installation named default, and the one named overlay where there is one. */
export interface Asked {
  readonly base: Installation
  readonly overlay?: Installation
  /** What neither's schema knows, and which is left out of both. */
  readonly unclear?: readonly Problem[]
  /** From an installation by manifest; part of the base's spec as it stands here. */
  readonly imported?: Imported
}

/** Takes out of both what nobody here understands, so that whatever the CRD of the cluster let pass is told instead of acted upon. */
export function heard(base: Installation, overlay?: Installation): Asked {
  const { known, problems } = understoodSpec(base, Installation.definition.spec.json)
  if (!overlay) return { base: known, unclear: problems }
  const over = understoodSpec(overlay, Installation.definition.spec.json)
  return { base: known, overlay: over.known, unclear: [...problems, ...over.problems] }
}

/** What the process knows without asking the cluster for objects (spec/installation-controller.md §1.2, §1.3). */
export interface Environment {
  readonly operator: OperatorIdentity
  /** Calico's own resources are CRDs of projectcalico.org/v3. */
  readonly v3: boolean
  /** CRDs and admission policies are installed and kept (`-manage-crds`). */
  readonly manageCrds: boolean
  readonly clusterDomain: string
  readonly kubernetes?: { major: number; minor: number }
  /** Where the operator itself reaches the API: KUBERNETES_SERVICE_HOST and _PORT. */
  readonly endpoint?: Endpoint
}

/** Which addresses the platform says that pods have; `missing` when it should say so and does not. */
export interface PodCidrs {
  /** The object that says so. */
  readonly from: string
  readonly cidrs: readonly string[]
  readonly missing?: string
}

export interface Facts {
  readonly environment: Environment
  readonly nodes: NodeFacts
  readonly provider?: Detected
  /** What else the cluster tells of it by now, in words (memory.ts). */
  readonly otherProvider?: string
  /** DaemonSet kube-system/aws-node is there: the Amazon VPC CNI plugin connects pods. */
  readonly awsNode: boolean
  /** The CNI plugin that Calico runs with, where it was never named (memory.ts). */
  readonly cniBefore?: CniType
  /** Deployment calico-system/calico-typha; read only while there are too few nodes for it. */
  readonly typha?: Deployment
  /** All of them, disabled ones too. */
  readonly pools: readonly IPPool[]
  /** Read only until the pools are decided, made and recorded. */
  readonly podCidrs?: PodCidrs
  readonly felix?: FelixConfiguration
  readonly bgp?: BGPConfiguration
  readonly kubeControllers?: KubeControllersConfiguration
  /** DaemonSet calico-system/calico-node; read only for the BPF dataplane, which is switched on when it is rolled out, and beside one of a manifest. */
  readonly calicoNode?: DaemonSet
  /** ConfigMap kubernetes-services-endpoint. */
  readonly servicesEndpoint?: ConfigMap
  /** How Service default/kubernetes and its endpoints are found; read only when bpfNetworkBootstrap asks for it. */
  readonly apiServer?: { readonly service?: Service; readonly slices: readonly EndpointSlice[] }
  readonly birdTemplates?: ConfigMap
  readonly bgpLayout?: ConfigMap
  /** Of the operator's own Deployment; undefined when it has none. */
  readonly operatorDns?: { readonly policy?: string; readonly config?: PodDNSConfig }
  readonly goldmane?: { readonly service?: Service }
  /** Somebody asks for Envoy Gateway. */
  readonly gateways?: boolean
  readonly tier: boolean
  /** Admission policies of ours label every policy with its tier. */
  readonly tierLabels: boolean
  readonly imageSets: readonly ImageSet[]
  /** Those of the spec that exist, in the order of the spec. */
  readonly pullSecrets: readonly Secret[]
  /** DaemonSet kube-system/calico-node, of an installation by manifest. */
  readonly predecessor?: DaemonSet
  /** Nodes are taken over from that one. */
  readonly migratingNamespace: boolean
}

const ours = 'calico-system'

export async function readFacts(cluster: Reader, environment: Environment, { base, overlay }: Asked): Promise<Facts> {
  const spec = overlaid(base.spec ?? {}, overlay?.spec)
  const kinds = calicoKinds(environment.v3)
  const { namespace, name } = environment.operator
  const found = await together({
    nodes: cluster.derive('nodes as Typha and the provider matter', Node, countNodes),
    awsNode: spec.cni?.type ? undefined : cluster.get(DaemonSet, 'aws-node', 'kube-system'),
    pools: cluster.list(kinds.ipPool),
    felix: cluster.get(kinds.felix, 'default'),
    bgp: cluster.get(kinds.bgp, 'default'),
    kubeControllers: cluster.get(kinds.kubeControllers, 'default'),
    predecessor: cluster.get(DaemonSet, 'calico-node', 'kube-system'),
    servicesEndpoint: cluster.get(ConfigMap, 'kubernetes-services-endpoint', namespace),
    apiServer: spec.calicoNetwork?.bpfNetworkBootstrap === 'Enabled' ? readApiServer(cluster) : undefined,
    birdTemplates: cluster.get(ConfigMap, 'bird-templates', namespace),
    bgpLayout: cluster.get(ConfigMap, 'bgp-layout', namespace),
    operator: cluster.get(Deployment, name, namespace),
    goldmane: cluster.get(Goldmane, 'default'),
    gateways: Promise.all(['default', 'tigera-secure'].map(each => cluster.get(GatewayAPI, each))),
    tier: cluster.get(Tier, 'calico-system'),
    tierLabels: labelsTiers(cluster, environment),
    imageSets: cluster.list(ImageSet),
    pullSecrets: Promise.all(pullSecretNames(spec).map(secret => cluster.get(Secret, secret, namespace))),
  })
  const { operator, goldmane, gateways, awsNode, tier, ...same } = found
  const known = await readProvider(cluster, base, found.nodes.evidence)
  const { provider } = known
  const before = cniBefore(base)
  const further = await together({
    podCidrs: isDeciding(base, found.pools)
      ? readPodCidrs(cluster, { spec, provider, awsNode: awsNode !== undefined, cniBefore: before })
      : undefined,
    goldmane: goldmane && cluster.get(Service, 'goldmane', ours),
    typha: lacksNodes(found.nodes) ? cluster.get(Deployment, 'calico-typha', ours) : undefined,
    calicoNode: found.predecessor || spec.calicoNetwork?.linuxDataplane === 'BPF' ? cluster.get(DaemonSet, 'calico-node', ours) : undefined,
  })
  return {
    ...same,
    environment,
    ...{ provider, ...(known.otherwise !== undefined && { otherProvider: known.otherwise }) },
    awsNode: awsNode !== undefined,
    ...(before && { cniBefore: before }),
    podCidrs: further.podCidrs,
    typha: further.typha,
    calicoNode: further.calicoNode,
    operatorDns: operator && dnsOf(operator),
    goldmane: goldmane && { service: further.goldmane },
    ...(gateways.some(each => each !== undefined) && { gateways: true }),
    tier: tier !== undefined,
    pullSecrets: found.pullSecrets.filter(secret => secret !== undefined),
    migratingNamespace: found.predecessor !== undefined && !runsEverywhere(further.calicoNode),
  }
}

/** Each once: of pods, the API server takes no name twice. */
const pullSecretNames = ({ imagePullSecrets = [] }: InstallationSpec): string[] => [
  ...new Set(imagePullSecrets.map(({ name = '' }) => name)),
]

const dnsOf = ({ spec }: Deployment) => ({ policy: spec?.template.spec?.dnsPolicy, config: spec?.template.spec?.dnsConfig })

/** Reads side by side, so that watches open side by side too. */
async function together<T extends Record<string, unknown>>(reads: T): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const entries = Object.entries(reads).map(async ([name, read]) => [name, await read] as const)
  return Object.fromEntries(await Promise.all(entries)) as { [K in keyof T]: Awaited<T[K]> }
}

async function readApiServer(cluster: Reader): Promise<NonNullable<Facts['apiServer']>> {
  const [service, slices] = await Promise.all([cluster.get(Service, 'kubernetes', 'default'), cluster.list(EndpointSlice, 'default')])
  return { service, slices: slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'kubernetes') }
}

/** By all that tells, also where the user names one: that is not believed against the evidence. */
export async function readProvider(cluster: Reader, base: Installation, nodes: NodeEvidence): Promise<KnownProvider> {
  const served = cluster.derive('API groups that tell the provider', APIService, tellingGroupsIn)
  const { groups, clusterVersion, authMap, certificatesMap, dns, rke2Map, rke2Dns } = await together({
    groups: served,
    // A kind is only asked for where its group is, because asking opens a watch.
    clusterVersion: served.then(found => found.includes(tellingGroups.openShift) && cluster.serves(OpenShiftClusterVersion)),
    authMap: cluster.get(ConfigMap, 'aws-auth', 'kube-system'),
    certificatesMap: cluster.get(ConfigMap, 'eks-certificates-controller', 'kube-system'),
    dns: cluster.get(Service, 'kube-dns', 'kube-system'),
    rke2Map: cluster.get(ConfigMap, 'rke2', 'kube-system'),
    rke2Dns: cluster.get(Service, 'rke2-coredns-rke2-coredns', 'kube-system'),
  })
  const label = 'eks.amazonaws.com/component'
  const eks = [
    authMap && 'ConfigMap kube-system/aws-auth',
    certificatesMap && 'ConfigMap kube-system/eks-certificates-controller',
    dns?.metadata.labels?.[label] !== undefined && `the label ${label} of Service kube-system/kube-dns`,
  ]
  const rke2 = [rke2Map && 'ConfigMap kube-system/rke2', rke2Dns && 'Service kube-system/rke2-coredns-rke2-coredns']
  return knownProvider(base, detectProvider({ nodes, groups, clusterVersion, eks: eks.filter(isText), rke2: rke2.filter(isText) }))
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** An APIService stands for each version of each group that is served. */
const tellingGroupsIn = (services: APIService[]): string[] =>
  Object.values(tellingGroups).filter(group => services.some(({ spec }) => spec?.group === group))

/** What the platform says matters for pools that are listed until the first is made, and otherwise until those that were decided are recorded. */
function isDeciding({ spec, status }: Installation, pools: readonly IPPool[]): boolean {
  const listed = spec?.calicoNetwork?.ipPools
  if (listed) return listed.length > 0 && pools.length === 0
  return !status?.computed?.calicoNetwork?.ipPools?.length
}

interface CniQuestion extends CniFound {
  readonly spec: InstallationSpec
  readonly provider: Detected | undefined
}

/** The plugins of others have addresses of their own, so the platform's are no concern then. */
async function readPodCidrs(cluster: Reader, { spec, provider, ...found }: CniQuestion): Promise<PodCidrs | undefined> {
  const facts = providerNamed(spec.kubernetesProvider || provider?.name)
  if (cniTypeOf(spec, facts, found) !== 'Calico') return undefined
  if (facts.podCidrsFrom === 'Network.config.openshift.io') {
    const network = await cluster.get(OpenShiftNetwork, 'cluster')
    const from = 'Network cluster of config.openshift.io'
    if (!network) return { from, cidrs: [], missing: `${from} is not there` }
    return { from, cidrs: (network.spec?.clusterNetwork ?? []).map(({ cidr }) => cidr) }
  }
  const config = await cluster.get(ConfigMap, 'kubeadm-config', 'kube-system')
  return config && podSubnets(config)
}

/** Of the YAML inside only one line matters, so only that line is read; it may be quoted. */
export function podSubnets({ data = {} }: ConfigMap): PodCidrs {
  const from = 'ConfigMap kube-system/kubeadm-config'
  const line = Object.values(data).flatMap(text => /podSubnet:[ \t]*(.*)/.exec(text)?.[1] ?? [])[0]
  const cidrs = (line ?? '')
    .replaceAll(/["']|\s#.*$/g, '')
    .split(',')
    .map(cidr => cidr.trim())
    .filter(cidr => cidr !== '')
  return cidrs.length > 0 ? { from, cidrs } : { from, cidrs, missing: 'kubeadm configuration is missing required podSubnet field' }
}

/**
 * What is looked at in the cluster before anything is decided. Only reads, and only through a Reader; judges nothing.
 * Every kind and place that is read is watched from then on, so what does not matter for what was asked is not read.
 */
import { GatewayAPI } from '../../api/gatewayapi.ts'
import { Goldmane } from '../../api/goldmane.ts'
import { ImageSet } from '../../api/imageset.ts'
import type { Installation, InstallationSpec } from '../../api/installation.ts'
import { Tier } from '../../api/v3/tier.ts'
import { APIService, ConfigMap, DaemonSet, Deployment, EndpointSlice, Node, Secret, Service } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import { parseCidr } from './cidr.ts'
import { type CniFound, cniTypeOf } from './cni.ts'
import { type Asked, type Environment, type Facts, type PodCidrs, specOf } from './facts.ts'
import { calicoKinds, type IPPool, OpenShiftClusterVersion, OpenShiftNetwork } from './kinds.ts'
import { cniBefore, type KnownProvider, knownProvider, usualBefore } from './memory.ts'
import { runsEverywhere } from './migration-label.ts'
import { countNodes } from './nodes.ts'
import { type Detected, detectProvider, type NodeEvidence, nodeEvidence, tellingGroups } from './provider-detection.ts'
import { type ClusterDns, providerNamed } from './providers.ts'
import { labelsTiers } from './served-admission.ts'
import { lacksNodes } from './typha.ts'

const ours = 'calico-system'

export async function readFacts(cluster: Reader, environment: Environment, asked: Asked): Promise<Facts> {
  const { base } = asked
  const spec = specOf(asked)
  const kinds = calicoKinds(environment.v3)
  const { namespace, name } = environment.operator
  const found = await together({
    nodes: cluster.derive('nodes as Typha and the provider matter', Node, countNodes),
    awsNode: base.spec?.cni?.type ? undefined : cluster.get(DaemonSet, 'aws-node', 'kube-system'),
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
      ? readPodCidrs(cluster, { spec: base.spec ?? {}, provider, awsNode: awsNode !== undefined, cniBefore: before })
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
    ...(before && { cniBefore: before, usualBefore: usualBefore(base) }),
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
async function readProvider(cluster: Reader, base: Installation, nodes: NodeEvidence): Promise<KnownProvider> {
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

/** Whom the cluster tells of, for those who look at nothing else of its nodes. */
export async function readDetected(cluster: Reader, base: Installation): Promise<Detected | undefined> {
  const evidence = await cluster.derive('what nodes say about the provider', Node, nodeEvidence)
  return (await readProvider(cluster, base, evidence)).provider
}

/** Of the Service by which pods ask the cluster's DNS; undefined when there is no such Service. */
export async function readDnsAddresses(cluster: Reader, { service, namespace }: ClusterDns): Promise<string[] | undefined> {
  const found = await cluster.get(Service, service, namespace)
  return found && (found.spec?.clusterIPs ?? []).filter(address => address !== 'None')
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
  if (cidrs.length === 0) return { from, cidrs, missing: 'kubeadm configuration is missing required podSubnet field' }
  const strange = cidrs.find(cidr => !parseCidr(cidr))
  return {
    from,
    cidrs,
    ...(strange !== undefined && { missing: `invalid CIDR address: ${strange}, of podSubnet in the kubeadm configuration` }),
  }
}

/**
 * What follows from the provider of a Kubernetes cluster, provider by provider. A table of facts and nothing else: who the provider is, says provider-detection.ts;
 * nobody else asks for its name, they read the row (spec/installation-render.md §10, spec/installation-api.md §6.2).
 */
import type { Affinity, NodeAffinity, NodeSelectorRequirement, Toleration } from '../kube/kinds.ts'
import type { CniType } from './cni.ts'

/** `none`: a cluster of no provider that is known here, which is the ordinary case. */
export type ProviderName = 'none' | 'EKS' | 'GKE' | 'AKS' | 'OpenShift' | 'DockerEnterprise' | 'RKE2' | 'TKG' | 'Kind'

/** The cluster's DNS: where its Service is, and how policies select its pods. */
export interface ClusterDns {
  readonly namespace: string
  readonly service: string
  /** Of the pods, in the namespace; the spaces count, since policies are compared as text. */
  readonly selector: string
  readonly ports: readonly { readonly protocol: 'UDP' | 'TCP'; readonly port: number }[]
  /** A DaemonSet node-local-dns may answer on each node. */
  readonly perNode: boolean
}

export interface ProviderFacts {
  readonly name: ProviderName
  /** Stands in CLUSTER_TYPE after `k8s,operator`, with its comma. */
  readonly clusterType: string
  /** The CNI plugin that is there, or is wanted, when the user names none. */
  readonly cniType: CniType
  /** Whether Calico's own CNI routes by BGP when the user does not say. */
  readonly bgp: boolean
  /** How calico-node finds the IPv4 address of its node, in the words of `nodeAddressAutodetectionV4`. */
  readonly autodetection: { readonly firstFound?: boolean; readonly skipInterface?: string; readonly canReach?: string }
  /** The pool that is made when neither the user nor the platform names one. */
  readonly defaultPool: { readonly cidr: string; readonly encapsulation?: 'VXLAN' }
  /** What says which addresses the cluster's pods have. */
  readonly podCidrsFrom: 'kubeadm-config' | 'Network.config.openshift.io'
  readonly cniDirs: { readonly binDir: string; readonly confDir: string }
  readonly windowsCniDirs: { readonly binDir: string; readonly confDir: string }
  readonly flexVolumePath: string
  /** Where Typha may run, when the user does not say. */
  readonly typhaNodeAffinity?: NodeAffinity
  /** Keeps calico-node, csi-node-driver and calico-node-windows off nodes that are none. */
  readonly nodeAffinity?: Affinity
  /** Beside those that a workload has anyway; for Deployments, not DaemonSets. */
  readonly tolerations: Toleration[]
  readonly felix: {
    readonly healthPort: number
    readonly vxlanVNI: number
    /** What differs when the dataplane is BPF. */
    readonly bpf: { readonly vxlanPort: number; readonly nftablesMode: 'Enabled' | 'Disabled'; readonly hostConntrackBypass?: false }
  }
  /** WireGuard between hosts is on when this CNI plugin is used. */
  readonly hostEncryptionWith?: CniType
  /** Environment of calico-node that VPP needs here. */
  readonly vppEnv: Readonly<Record<string, string>>
  /** The CNI plugin may run before calico-node has written the node's name. */
  readonly nodenameFileOptional: boolean
  /** calico-node and the CNI plugin are bound to cluster-admin, because the platform guards more than RBAC says. */
  readonly clusterAdmin: boolean
  /** Critical pods outside kube-system need a ResourceQuota that admits them. */
  readonly criticalPodsQuota: boolean
  /** Pods need the use of a SecurityContextConstraints, and the platform's endpoint controller a binding of its own. */
  readonly securityContextConstraints: boolean
  readonly csiDriverLabels: Readonly<Record<string, string>>
  /** For every namespace that is made. */
  readonly namespace: { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> }
  /** What stands under `azure` when the user says nothing there. */
  readonly azure?: { readonly policyMode: 'Default' }
  /** For namespaces of the pod-security level `privileged`; empty when azure.policyMode is Manual. */
  readonly privilegedNamespaceLabels: Readonly<Record<string, string>>
  readonly dns: ClusterDns
  /** With this CNI plugin the API server cannot reach pods, so those that it calls are in the host network. */
  readonly hostNetworkForApiWith?: CniType
  /** There are Network and Infrastructure of config.openshift.io: to be read, and to be told about the network. */
  readonly openShiftConfig: boolean
  /** CRDs of Gateway API are the platform's own, which may refuse what others write of them. */
  readonly bringsGatewayApi: boolean
}

const nodesWhere = (...matchExpressions: NodeSelectorRequirement[]): NodeAffinity => ({
  requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
})

const standard: ProviderFacts = {
  name: 'none',
  clusterType: '',
  cniType: 'Calico',
  bgp: true,
  autodetection: { firstFound: true },
  defaultPool: { cidr: '192.168.0.0/16' },
  podCidrsFrom: 'kubeadm-config',
  cniDirs: { binDir: '/opt/cni/bin', confDir: '/etc/cni/net.d' },
  windowsCniDirs: { binDir: '/opt/cni/bin', confDir: '/etc/cni/net.d' },
  flexVolumePath: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
  tolerations: [],
  felix: { healthPort: 9099, vxlanVNI: 4096, bpf: { vxlanPort: 4789, nftablesMode: 'Enabled' } },
  vppEnv: {},
  nodenameFileOptional: false,
  clusterAdmin: false,
  criticalPodsQuota: false,
  securityContextConstraints: false,
  csiDriverLabels: {},
  namespace: { labels: {}, annotations: {} },
  privilegedNamespaceLabels: {},
  dns: {
    namespace: 'kube-system',
    service: 'kube-dns',
    selector: "k8s-app in { 'kube-dns', 'coredns' }",
    ports: [{ protocol: 'UDP', port: 53 }],
    perNode: true,
  },
  openShiftConfig: false,
  bringsGatewayApi: false,
}

export const providers: Record<ProviderName, ProviderFacts> = {
  none: standard,
  EKS: {
    ...standard,
    name: 'EKS',
    clusterType: ',ecs',
    cniType: 'AmazonVPC',
    bgp: false,
    autodetection: { canReach: '8.8.8.8' },
    defaultPool: { cidr: '172.16.0.0/16', encapsulation: 'VXLAN' },
    windowsCniDirs: { binDir: '/Program Files/Amazon/EKS/cni', confDir: '/Program Files/Amazon/EKS/cni/config' },
    nodeAffinity: { nodeAffinity: nodesWhere({ key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] }) },
    hostEncryptionWith: 'AmazonVPC',
    vppEnv: { FELIX_AWSSRCDSTCHECK: 'Disable' },
    hostNetworkForApiWith: 'Calico',
  },
  GKE: {
    ...standard,
    name: 'GKE',
    clusterType: ',gke',
    cniType: 'GKE',
    cniDirs: { binDir: '/home/kubernetes/bin', confDir: '/etc/cni/net.d' },
    flexVolumePath: '/home/kubernetes/flexvolume/',
    tolerations: [{ key: 'kubernetes.io/arch', operator: 'Equal', value: 'arm64', effect: 'NoSchedule' }],
    criticalPodsQuota: true,
  },
  AKS: {
    ...standard,
    name: 'AKS',
    clusterType: ',aks',
    cniType: 'AzureVNET',
    windowsCniDirs: { binDir: '/k/azurecni/bin', confDir: '/k/azurecni/netconf' },
    flexVolumePath: '/etc/kubernetes/volumeplugins/',
    typhaNodeAffinity: nodesWhere(
      { key: 'type', operator: 'NotIn', values: ['virtual-node'] },
      { key: 'kubernetes.azure.com/cluster', operator: 'Exists' },
    ),
    nodeAffinity: { nodeAffinity: nodesWhere({ key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] }) },
    hostEncryptionWith: 'AzureVNET',
    azure: { policyMode: 'Default' },
    privilegedNamespaceLabels: { 'control-plane': 'true' },
  },
  OpenShift: {
    ...standard,
    name: 'OpenShift',
    clusterType: ',openshift',
    podCidrsFrom: 'Network.config.openshift.io',
    cniDirs: { binDir: '/var/lib/cni/bin', confDir: '/var/run/multus/cni/net.d' },
    flexVolumePath: '/etc/kubernetes/kubelet-plugins/volume/exec/',
    felix: { ...standard.felix, healthPort: 9199 },
    securityContextConstraints: true,
    csiDriverLabels: { 'security.openshift.io/csi-ephemeral-volume-profile': 'restricted' },
    namespace: {
      labels: { 'openshift.io/run-level': '0' },
      annotations: { 'openshift.io/node-selector': '', 'security.openshift.io/scc.podSecurityLabelSync': 'false' },
    },
    dns: {
      namespace: 'openshift-dns',
      service: 'dns-default',
      selector: "dns.operator.openshift.io/daemonset-dns == 'default'",
      ports: [
        { protocol: 'UDP', port: 5353 },
        { protocol: 'TCP', port: 5353 },
      ],
      perNode: false,
    },
    openShiftConfig: true,
    bringsGatewayApi: true,
  },
  DockerEnterprise: {
    ...standard,
    name: 'DockerEnterprise',
    autodetection: { skipInterface: '^br-.*' },
    felix: { healthPort: 9099, vxlanVNI: 10000, bpf: { vxlanPort: 8472, nftablesMode: 'Disabled', hostConntrackBypass: false } },
    nodenameFileOptional: true,
    clusterAdmin: true,
  },
  RKE2: {
    ...standard,
    name: 'RKE2',
    flexVolumePath: '/var/lib/kubelet/volumeplugins/',
    dns: { ...standard.dns, service: 'rke2-coredns-rke2-coredns' },
  },
  TKG: { ...standard, name: 'TKG', hostNetworkForApiWith: 'Calico' },
  Kind: { ...standard, name: 'Kind' },
}

/** The row for what a spec says: an unset or empty provider is `none`. */
export const providerNamed = (name: string | undefined): ProviderFacts => providers[(name || 'none') as ProviderName]

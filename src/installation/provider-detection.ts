/**
 * Who the provider of a cluster is, from what nodes, API groups and kube-system hold. Judges evidence; gathering it is facts.ts's work.
 * AKS leaves no evidence, so its users have to say it (spec/installation-api.md §5).
 */
import type { Node } from '../kube/kinds.ts'
import type { ProviderName } from './providers.ts'

export interface Detected {
  readonly name: Exclude<ProviderName, 'none' | 'AKS'>
  /** What told so, for people: `ConfigMap kube-system/aws-auth`. */
  readonly evidence: string
}

/** What nodes say, in words that stay the same while nodes come and go. */
export interface NodeEvidence {
  /** A label that GKE gives its nodes. */
  readonly gke?: string
  /** A label that Docker Enterprise gives its masters. */
  readonly dockerEnterprise?: string
  readonly kind?: string
}

export function nodeEvidence(nodes: readonly Node[]): NodeEvidence {
  const masters = nodes.filter(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/master'] !== undefined)
  const gke = firstLabel(nodes, 'cloud.google.com/gke-')
  const dockerEnterprise = firstLabel(masters, 'com.docker.ucp')
  const kind = nodes.some(({ spec }) => spec?.providerID?.startsWith('kind://'))
  return { ...(gke && { gke }), ...(dockerEnterprise && { dockerEnterprise }), ...(kind && { kind: 'kind://' }) }
}

/** By the alphabet, so that it does not depend on which node is looked at. Asked at every heartbeat of thousands of nodes, so nothing is collected. */
function firstLabel(nodes: readonly Node[], prefix: string): string | undefined {
  let first: string | undefined
  for (const { metadata } of nodes) {
    for (const key in metadata.labels) {
      if (key.startsWith(prefix) && (first === undefined || key < first)) first = key
    }
  }
  return first
}

export interface Evidence {
  readonly nodes: NodeEvidence
  /** Of the API groups asked for, those that are served. */
  readonly groups: readonly string[]
  /** config.openshift.io/v1 serves ClusterVersion. */
  readonly clusterVersion: boolean
  /** Objects of kube-system that tell, as `ConfigMap kube-system/aws-auth`. */
  readonly eks: readonly string[]
  readonly rke2: readonly string[]
}

/** API groups that tell a provider. */
export const tellingGroups = { gke: 'networking.gke.io', tkg: 'core.tanzu.vmware.com', openShift: 'config.openshift.io' } as const

/** The first that matches. Undefined: none that is known. */
export function detectProvider({ nodes, groups, clusterVersion, eks, rke2 }: Evidence): Detected | undefined {
  if (nodes.gke && groups.includes(tellingGroups.gke)) {
    return { name: 'GKE', evidence: `API group ${tellingGroups.gke} and the label ${nodes.gke} of a Node` }
  }
  if (groups.includes(tellingGroups.tkg)) return { name: 'TKG', evidence: `API group ${tellingGroups.tkg}` }
  if (clusterVersion) return { name: 'OpenShift', evidence: 'ClusterVersion of config.openshift.io/v1 is served' }
  if (nodes.dockerEnterprise) return { name: 'DockerEnterprise', evidence: `the label ${nodes.dockerEnterprise} of a master Node` }
  if (eks[0]) return { name: 'EKS', evidence: eks[0] }
  if (rke2[0]) return { name: 'RKE2', evidence: rke2[0] }
  if (nodes.kind) return { name: 'Kind', evidence: `a Node whose providerID begins with ${nodes.kind}` }
  return undefined
}

/** What is counted of nodes, so that five thousand of them come down to a few values that seldom change. Never keeps a node. */
import type { Node } from '../kube/kinds.ts'
import { type NodeEvidence, nodeEvidence } from './provider-detection.ts'

export interface NodeFacts {
  /** Nodes that take new pods. */
  readonly schedulable: number
  /** Those of them that run Linux, and so may run a Typha. */
  readonly schedulableLinux: number
  readonly evidence: NodeEvidence
}

/** Spec/installation-controller.md §5. */
export function countNodes(nodes: readonly Node[]): NodeFacts {
  const schedulable = nodes.filter(node => node.spec?.unschedulable !== true && !isVirtual(node))
  return {
    schedulable: schedulable.length,
    schedulableLinux: schedulable.filter(({ metadata }) => metadata.labels?.['kubernetes.io/os'] === 'linux').length,
    evidence: nodeEvidence(nodes),
  }
}

/** AKS shows its serverless containers as a node, on which nothing of ours can run. */
const isVirtual = ({ metadata: { labels = {} } }: Node): boolean =>
  labels['kubernetes.azure.com/cluster'] !== undefined && labels.type === 'virtual-kubelet'

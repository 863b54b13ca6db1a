/** What is decided about Typha: how many, where they may run, how long they have to end. Never renders one (spec/installation-render.md §5). */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Affinity, NodeAffinity, Toleration } from '../kube/kinds.ts'
import type { Calico } from './calico.ts'
import type { Facts } from './facts.ts'
import type { NodeFacts } from './nodes.ts'
import type { ProviderFacts } from './providers.ts'
import { typhaReplicas } from './typha-replicas.ts'

/** Of a spec with its defaults. */
export function typhaOf(
  spec: InstallationSpec,
  provider: ProviderFacts,
  { nodes, typha }: Pick<Facts, 'nodes' | 'typha'>,
): Calico['typha'] {
  const { controlPlaneTolerations, typhaMetricsPort, typhaDeployment, typhaAffinity } = spec
  const affinity = affinityOf(typhaAffinity)
  return {
    // Two Typhas cannot share a node: their ports are the node's. With too few nodes there stay as many as there are.
    replicas: lacksNodes(nodes) ? (typha?.spec?.replicas ?? 1) : typhaReplicas(nodes.schedulable),
    gracePeriod: typhaDeployment?.spec?.template?.spec?.terminationGracePeriodSeconds ?? 300,
    ...(typhaMetricsPort !== undefined && { metricsPort: typhaMetricsPort }),
    tolerations: [...(controlPlaneTolerations?.length ? controlPlaneTolerations : everything), ...provider.tolerations],
    ...(affinity && { affinity }),
  }
}

/** There are not enough Linux nodes for all the Typhas that a cluster of this size needs (spec/installation-controller.md §5). */
export const lacksNodes = ({ schedulable, schedulableLinux }: NodeFacts): boolean => schedulableLinux < typhaReplicas(schedulable)

/** Typha serves calico-node, without which a node never becomes ready, so it must run on nodes that are not. */
const everything: Toleration[] = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { effect: 'NoSchedule', operator: 'Exists' },
  { effect: 'NoExecute', operator: 'Exists' },
]

function affinityOf(asked: InstallationSpec['typhaAffinity']): Affinity | undefined {
  const nodeAffinity = asked?.nodeAffinity as NodeAffinity | undefined
  if (nodeAffinity && saysNothing(nodeAffinity)) return undefined
  return { ...(nodeAffinity && { nodeAffinity }), podAntiAffinity: acrossZones }
}

const saysNothing = (affinity: NodeAffinity): boolean =>
  !affinity.requiredDuringSchedulingIgnoredDuringExecution && !affinity.preferredDuringSchedulingIgnoredDuringExecution?.length

const acrossZones: Affinity['podAntiAffinity'] = {
  preferredDuringSchedulingIgnoredDuringExecution: [
    {
      weight: 1,
      podAffinityTerm: {
        labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['calico-typha'] }] },
        topologyKey: 'topology.kubernetes.io/zone',
      },
    },
  ],
}

/** Where pods may run: sets of tolerations in the order in which running pods have them, and what keeps pods apart (spec/installation-render.md §1.2). Decides nothing. */
import type { Calico } from '../../installation/calico.ts'
import type { Affinity, PodSpec, Toleration } from '../../kube/kinds.ts'

const criticalAddons: Toleration = { key: 'CriticalAddonsOnly', operator: 'Exists' }

/** On every node, whatever it is tainted with. */
export const everywhere: Toleration[] = [
  criticalAddons,
  { operator: 'Exists', effect: 'NoSchedule' },
  { operator: 'Exists', effect: 'NoExecute' },
]

/** On the nodes of the control plane, for what nothing there depends on. Without `operator`, which is Equal: the taints have no value. */
export const controlPlaneTaints: Toleration[] = [
  { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
  { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
]

/** Where the user wants what controls Calico, and on the nodes of the control plane too, also when a node is kept for critical pods. */
export const onControlPlane = ({
  controlPlane: { nodeSelector, tolerations },
  provider,
}: Calico): Pick<PodSpec, 'nodeSelector' | 'tolerations'> => ({
  nodeSelector,
  tolerations: [...tolerations, ...controlPlaneTaints, criticalAddons, ...provider.tolerations],
})

/** Rather not on one host, nor in one zone, with another pod of the same name in these namespaces. */
export const apart = (name: string, namespaces: string[]): Affinity => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(topologyKey => ({
      weight: 100,
      podAffinityTerm: { labelSelector: { matchLabels: { 'k8s-app': name } }, namespaces, topologyKey },
    })),
  },
})

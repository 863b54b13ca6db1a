/** Where pods may run: sets of tolerations in the order in which running pods have them (spec/installation-render.md §1.2). Holds constants only. */
import type { Toleration } from '../../kube/kinds.ts'

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

/** On the nodes of the control plane too, also when a node is kept for critical pods. */
export const controlPlane: Toleration[] = [...controlPlaneTaints, criticalAddons]

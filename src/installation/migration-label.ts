/** The label by which a node says which calico-node runs on it while both are there. Only names; the reference knows the same. */
import type { DaemonSet } from '../kube/kinds.ts'

export const migrationLabel = 'projectcalico.org/operator-node-migration'

/**
 * `before`: the manifest's calico-node runs there. `between`: neither is to run, until the pod of the manifest's is gone. `after`: the operator's runs there.
 * What says `between` counts for the reference as not moved yet, so it could go on from there.
 */
export const stages = { before: 'pre-operator', between: 'leaving', after: 'migrated' } as const

/** Whether the operator's calico-node is on all nodes already, and not only on those that the manifest's has left. */
export const runsEverywhere = (calicoNode: DaemonSet | undefined): boolean =>
  calicoNode !== undefined && calicoNode.spec?.template.spec?.nodeSelector?.[migrationLabel] === undefined

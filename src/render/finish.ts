/**
 * The last word on every rendered object: whose it is, its labels, what all pods have in common, and the user's overrides.
 * What it returns is exactly what reaches the cluster. Never reads it, and knows no component but by the table of overrides.
 */
import type { Calico } from '../installation/calico.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Wanted } from '../reconcile/controller.ts'
import { identified } from './identity.ts'
import { overridden } from './overrides.ts'
import { labelledWithTier } from './parts/policy.ts'
import { finishedPods } from './pods.ts'

/** Whose objects these are: the resource that asked for them, with what in it overrides workloads. */
export interface Served {
  readonly owner: Calico['owner']
  readonly spec: object
}

/**
 * Finishes objects of the Installation, or of another resource when `served` is that one (spec/installation-controller.md §10.2).
 * Overrides come before labels, so that a user may claim a standard one (spec/installation-render.md §2). A part of somebody else's object stays as it is.
 */
export const finish = <T extends KubeObject | Wanted>(calico: Calico, rendered: readonly T[], served: Served = calico): T[] =>
  rendered.map(each => {
    const one: KubeObject | Wanted = each
    if ('kind' in one) return finished(calico, one, served) as T
    return one.part ? each : { ...each, object: finished(calico, one.object, served) }
  })

const finished = <T extends KubeObject>(calico: Calico, object: T, { owner, spec }: Served): T =>
  identified(overridden(finishedPods(calico, tiered(calico, object)), spec), { owner, operator: calico.operator.name })

const tiered = <T extends KubeObject>({ tierLabels }: Calico, object: T): T => (tierLabels ? labelledWithTier(object) : object)

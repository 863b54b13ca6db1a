/**
 * The last word on every rendered object: whose it is, its labels, what all pods have in common, and the user's overrides.
 * What it returns is exactly what reaches the cluster. Never reads it, and knows no component but by the table of overrides.
 */
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import type { Calico } from '../installation/calico.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Wanted } from '../reconcile/controller.ts'
import { labelled, owned } from './identity.ts'
import { overridden } from './overrides.ts'
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
  labelled(owned(overridden(finishedPods(calico, tiered(calico, object)), spec), owner), { owner, operator: calico.operator.name })

function tiered<T extends KubeObject>({ tierLabels }: Calico, object: T): T {
  if (!tierLabels || !isPolicy(object)) return object
  const { metadata, spec } = object
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, 'projectcalico.org/tier': spec.tier ?? 'default' } } }
}

const isPolicy = (object: KubeObject): object is NetworkPolicy =>
  object.apiVersion === NetworkPolicy.apiVersion && object.kind === NetworkPolicy.kind

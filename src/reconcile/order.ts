/** In which order the objects of one Outcome are written, and the reverse in which they go. A table; knows no component. */
import { groupKindOf, type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Wanted } from './controller.ts'

/** What others need comes first; policies and webhooks come last, since they can lock out what repairs them (design.md §3). */
const steps: readonly (readonly string[])[] = [
  ['/Namespace'],
  ['apiextensions.k8s.io/CustomResourceDefinition'],
  ['/ServiceAccount'],
  ['rbac.authorization.k8s.io/ClusterRole', 'rbac.authorization.k8s.io/Role'],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding'],
  ['/Secret', '/ConfigMap'],
  ['/Service'],
  [], // every kind that is not named here
  ['apps/Deployment', 'apps/DaemonSet', 'apps/StatefulSet', 'batch/Job', 'batch/CronJob'],
  [
    'projectcalico.org/NetworkPolicy',
    'projectcalico.org/GlobalNetworkPolicy',
    'crd.projectcalico.org/NetworkPolicy',
    'crd.projectcalico.org/GlobalNetworkPolicy',
    'networking.k8s.io/NetworkPolicy',
  ],
  [
    'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/MutatingAdmissionPolicy',
    'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  ],
]

const rest = steps.findIndex(step => step.length === 0)
const stepOf = new Map(steps.flatMap((kinds, step) => kinds.map(kind => [kind, step] as const)))

/** The step in which an object is written: smaller is earlier. */
export const writeStep = (object: Pick<ObjectRef | KubeObject, 'apiVersion' | 'kind'>): number => stepOf.get(groupKindOf(object)) ?? rest

/** What may be written at once, in order: by kind, but never before an object that it waits for. Whoever waits for itself does not. */
export function inBatches(wanted: readonly Wanted[]): Wanted[][] {
  const items = new Map(wanted.map(item => [keyOf(refOf(item.object)), item]))
  const places = new Map<Wanted, number>()
  const placeOf = (item: Wanted): number => {
    const known = places.get(item)
    if (known !== undefined) return known
    const own = writeStep(item.object) * spacing
    places.set(item, own)
    const awaited = (item.after ?? []).flatMap(({ ref }) => items.get(keyOf(ref)) ?? [])
    const place = awaited.reduce((latest, other) => (other === item ? latest : Math.max(latest, placeOf(other) + 1)), own)
    places.set(item, place)
    return place
  }
  return inSteps(wanted, placeOf)
}

/** Longer chains of objects of one step there are none. */
const spacing = 1000

/** Items grouped by step, in order; the order within a step is the given one. */
export function inSteps<T>(items: readonly T[], step: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>()
  for (const item of items) groups.set(step(item), [...(groups.get(step(item)) ?? []), item])
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}

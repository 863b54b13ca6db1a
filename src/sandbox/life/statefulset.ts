/** Numbered pods, one after the other. Pure. https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
import type { Node, Pod, StatefulSet } from '../../kube/kinds.ts'
import type { Plan } from './plan.ts'
import { isLive, isReady, isTerminating, podOf, templateHash } from './pods.ts'
import { placed } from './replicas.ts'

const hashLabel = 'controller-revision-hash'

export function statefulSetPlan(set: StatefulSet, own: Pod[], { nodes, all }: { nodes: Node[]; all: Iterable<Pod> }): Plan {
  const spec = set.spec!
  const revision = `${set.metadata.name}-${templateHash(spec.template)}`
  const first = spec.ordinals?.start ?? 0
  const names = Array.from({ length: spec.replicas ?? 1 }, (_, index) => `${set.metadata.name}-${first + index}`)
  const pods = new Map(own.map(pod => [pod.metadata.name, pod]))
  const atOnce = spec.podManagementPolicy === 'Parallel'
  const gap = names.findIndex(name => !pods.has(name))
  const waiting = !atOnce && names.slice(0, gap).some(name => !isReady(pods.get(name)!))
  const missing = gap < 0 || waiting ? [] : atOnce ? names.filter(name => !pods.has(name)) : [names[gap]!]
  const labels = (name: string) => ({
    [hashLabel]: revision,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': name.slice(set.metadata.name.length + 1),
  })
  return {
    create: missing.map(name => placed(podOf(set, spec.template, { name, labels: labels(name) }), nodes, all)),
    remove: leaving(set, { own, names, revision }),
    status: statusOf(
      set,
      own.filter(pod => names.includes(pod.metadata.name)),
      revision,
    ),
  }
}

/** From the last to the first: those too many, and then one old one while all others are well. */
function leaving({ spec }: StatefulSet, { own, names, revision }: { own: Pod[]; names: string[]; revision: string }): Pod[] {
  const surplus = own.filter(pod => !isTerminating(pod) && !names.includes(pod.metadata.name))
  if (surplus.length > 0) return surplus
  if (spec?.updateStrategy?.type === 'OnDelete' || own.some(isTerminating)) return []
  const old = own.filter(pod => isLive(pod) && pod.metadata.labels?.[hashLabel] !== revision)
  const last = names.map(name => old.find(({ metadata }) => metadata.name === name)).findLast(pod => pod !== undefined)
  const well = own.length === names.length && own.every(pod => pod === last || isReady(pod))
  return last && well ? [last] : []
}

function statusOf({ metadata, status }: StatefulSet, own: Pod[], revision: string): object {
  const live = own.filter(isLive)
  const ready = live.filter(isReady).length
  const updated = live.filter(pod => pod.metadata.labels?.[hashLabel] === revision).length
  const done = updated === live.length
  return {
    observedGeneration: metadata.generation,
    replicas: live.length,
    ...(ready > 0 && { readyReplicas: ready }),
    availableReplicas: ready,
    ...(updated > 0 && { updatedReplicas: updated, currentReplicas: done ? updated : live.length - updated }),
    currentRevision: done ? revision : (status?.currentRevision ?? revision),
    updateRevision: revision,
    collisionCount: status?.collisionCount ?? 0,
  }
}

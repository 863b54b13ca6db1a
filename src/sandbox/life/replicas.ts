/** As many pods as a ReplicaSet wants. Pure. https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
import type { Node, Pod, ReplicaSet } from '../../kube/kinds.ts'
import { chooseNode } from './fit.ts'
import type { Plan } from './plan.ts'
import { isLive, isReady, podOf } from './pods.ts'

/** Where new pods go is decided with them; `all` are the pods that are there already. */
export function replicaSetPlan(set: ReplicaSet, own: Pod[], { nodes, all }: { nodes: Node[]; all: Iterable<Pod> }): Plan {
  const live = own.filter(isLive)
  const wanted = set.spec?.replicas ?? 1
  const there = [...all]
  const create: Pod[] = []
  for (let index = live.length; index < wanted; index++) {
    const pod = placed(podOf(set, set.spec!.template!, { name: `${set.metadata.name}-`, labels: {} }), nodes, there)
    there.push(pod)
    create.push(pod)
  }
  // Those that are not ready are missed least.
  const expendable = [...live].sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
  return { create, remove: expendable.slice(0, Math.max(0, live.length - wanted)), status: statusOf(set, live) }
}

/** The pod on the node that is best for it; without a node when none will do. */
export function placed(pod: Pod, nodes: Iterable<Node>, pods: Iterable<Pod>): Pod {
  const node = chooseNode(pod.spec!, nodes, pods)
  return node ? { ...pod, spec: { ...pod.spec!, nodeName: node.metadata.name } } : pod
}

function statusOf({ metadata, spec }: ReplicaSet, live: Pod[]): object {
  const labels = Object.entries(spec?.template?.metadata?.labels ?? {})
  const ready = live.filter(isReady).length
  return {
    replicas: live.length,
    ...(live.length > 0 && {
      fullyLabeledReplicas: live.filter(pod => labels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length,
    }),
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: metadata.generation,
  }
}

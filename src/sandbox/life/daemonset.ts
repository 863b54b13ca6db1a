/** One pod on each node that it is for, replaced a few at a time. Pure. https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ */
import type { DaemonSet, Node, Pod } from '../../kube/kinds.ts'
import { daemonTolerations, fits } from './fit.ts'
import type { Plan } from './plan.ts'
import { isLive, isReady, isTerminating, podOf, share, templateHash } from './pods.ts'

const hashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'

/** The nodes that the set is for. */
export function daemonNodes({ spec }: DaemonSet, nodes: Iterable<Node>): Node[] {
  const pod = spec!.template.spec!
  const tolerations = [...(pod.tolerations ?? []), ...daemonTolerations(pod)]
  return [...nodes].filter(node => fits(pod, node, tolerations))
}

export function daemonSetPlan(set: DaemonSet, nodes: Iterable<Node>, pods: Pod[]): Plan {
  const spec = set.spec!
  const hash = templateHash(spec.template)
  const wanted = daemonNodes(set, nodes)
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  const byNode = Map.groupBy(pods, pod => pod.spec?.nodeName ?? '')
  const stray = pods.filter(pod => !names.has(pod.spec?.nodeName ?? ''))
  const roll = spec.updateStrategy?.type === 'OnDelete' ? undefined : rolling(spec.updateStrategy?.rollingUpdate ?? {}, wanted.length)
  const create = wanted.filter(({ metadata: { name } }) => !byNode.get(name)?.length).map(({ metadata }) => metadata.name)
  const replace = roll ? replacements(wanted, { byNode, hash, ...roll }) : { remove: [], create: [] }
  const labels = { [hashLabel]: hash, [generationLabel]: set.metadata.annotations?.[generationAnnotation] ?? '1' }
  return {
    create: [...create, ...replace.create].map(nodeName => podOf(set, spec.template, { name: `${set.metadata.name}-`, labels, nodeName })),
    remove: [...stray.filter(pod => !isTerminating(pod)), ...replace.remove],
    status: statusOf(set, { wanted, byNode, stray, hash }),
  }
}

const rolling = ({ maxUnavailable, maxSurge }: { maxUnavailable?: number | string; maxSurge?: number | string }, total: number) => ({
  unavailable: share(maxUnavailable ?? 1, total, 'up'),
  surge: share(maxSurge ?? 0, total, 'up'),
})

interface Roll {
  byNode: Map<string, Pod[]>
  hash: string
  unavailable: number
  surge: number
}

/** Old pods to go now: first those that are of no use, then as many others as may be missed. With a surge, new ones come before old ones go. */
function replacements(wanted: Node[], { byNode, hash, unavailable, surge }: Roll): { remove: Pod[]; create: string[] } {
  const live = wanted.map(({ metadata: { name } }) => ({ name, pods: (byNode.get(name) ?? []).filter(isLive) }))
  const isNew = (pod: Pod) => pod.metadata.labels?.[hashLabel] === hash
  const stale = live.filter(({ pods }) => pods.some(pod => !isNew(pod)))
  const old = (pods: Pod[]) => pods.filter(pod => !isNew(pod))
  if (surge > 0) {
    const surging = live.filter(({ pods }) => pods.length > 1).length
    const done = stale.filter(({ pods }) => pods.some(pod => isNew(pod) && isReady(pod)))
    const next = stale.filter(({ pods }) => !pods.some(isNew)).slice(0, Math.max(0, surge - surging + done.length))
    return { remove: done.flatMap(({ pods }) => old(pods)), create: next.map(({ name }) => name) }
  }
  const missing = live.filter(({ pods }) => !pods.some(isReady)).length
  const useless = stale.flatMap(({ pods }) => old(pods)).filter(pod => !isReady(pod))
  const useful = stale.flatMap(({ pods }) => old(pods)).filter(isReady)
  return { remove: [...useless, ...useful.slice(0, Math.max(0, unavailable - missing))], create: [] }
}

interface Counts {
  wanted: Node[]
  byNode: Map<string, Pod[]>
  stray: Pod[]
  hash: string
}

function statusOf({ metadata, status }: DaemonSet, { wanted, byNode, stray, hash }: Counts): object {
  const here = wanted.map(({ metadata: { name } }) => (byNode.get(name) ?? []).filter(isLive))
  const count = (test: (pod: Pod) => boolean) => here.filter(pods => pods.some(test)).length
  const ready = count(isReady)
  return {
    ...(status?.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    currentNumberScheduled: count(() => true),
    numberMisscheduled: new Set(stray.filter(isLive).map(({ spec }) => spec?.nodeName)).size,
    desiredNumberScheduled: wanted.length,
    numberReady: ready,
    observedGeneration: metadata.generation,
    updatedNumberScheduled: count(pod => pod.metadata.labels?.[hashLabel] === hash),
    numberAvailable: ready,
    numberUnavailable: wanted.length - ready,
  }
}

/** One pod on each node that it is for, replaced a few at a time. Pure. https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ */
import type { DaemonSet, Node, Pod } from '../../kube/kinds.ts'
import { daemonTolerations, fits } from './fit.ts'
import type { Plan } from './plan.ts'
import { isLive, isReady, isTerminating, podOf, share, templateHash } from './pods.ts'

const hashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'

/** The names of the nodes that the set is for. */
export function daemonNodes({ spec }: DaemonSet, nodes: Iterable<Node>): Set<string> {
  const pod = spec!.template.spec!
  const tolerations = [...(pod.tolerations ?? []), ...daemonTolerations(pod)]
  return new Set([...nodes].filter(node => fits(pod, node, tolerations)).map(({ metadata }) => metadata.name))
}

/** `wanted`: the names of the nodes that the set is for. */
export function daemonSetPlan(set: DaemonSet, wanted: ReadonlySet<string>, pods: Pod[]): Plan {
  const spec = set.spec!
  const hash = templateHash(spec.template)
  const byNode = Map.groupBy(pods, pod => pod.spec?.nodeName ?? '')
  const posts = Array.from(wanted, name => postOf(name, byNode.get(name) ?? [], hash))
  const stray = pods.filter(({ spec: at }) => !wanted.has(at?.nodeName ?? ''))
  const roll = spec.updateStrategy?.type === 'OnDelete' ? undefined : rolling(spec.updateStrategy?.rollingUpdate ?? {}, wanted.size)
  const create = posts.filter(({ empty }) => empty).map(({ name }) => name)
  const replace = roll ? replacements(posts, roll) : { remove: [], create: [] }
  const labels = { [hashLabel]: hash, [generationLabel]: set.metadata.annotations?.[generationAnnotation] ?? '1' }
  return {
    create: [...create, ...replace.create].map(nodeName => podOf(set, spec.template, { name: `${set.metadata.name}-`, labels, nodeName })),
    remove: [...stray.filter(pod => !isTerminating(pod)), ...replace.remove],
    status: statusOf(set, posts, stray),
  }
}

/** A node that the set is for, and what runs there. Looked at once for each plan: there may be thousands. */
interface Post {
  name: string
  /** Not even a pod that is on its way out. */
  empty: boolean
  live: Pod[]
  old: Pod[]
  ready: boolean
  updated: boolean
  updatedReady: boolean
}

function postOf(name: string, pods: Pod[], hash: string): Post {
  const live = pods.filter(isLive)
  const updated = live.filter(pod => pod.metadata.labels?.[hashLabel] === hash)
  const old = updated.length === live.length ? [] : live.filter(pod => !updated.includes(pod))
  const updatedReady = updated.some(isReady)
  return { name, empty: pods.length === 0, live, old, ready: updatedReady || old.some(isReady), updated: updated.length > 0, updatedReady }
}

const rolling = ({ maxUnavailable, maxSurge }: { maxUnavailable?: number | string; maxSurge?: number | string }, total: number) => ({
  unavailable: share(maxUnavailable ?? 1, total, 'up'),
  surge: share(maxSurge ?? 0, total, 'up'),
})

/** Old pods to go now: first those that are of no use, then as many others as may be missed. With a surge, new ones come before old ones go. */
function replacements(posts: Post[], { unavailable, surge }: ReturnType<typeof rolling>): { remove: Pod[]; create: string[] } {
  const stale = posts.filter(({ old }) => old.length > 0)
  if (surge > 0) {
    const surging = posts.filter(({ live }) => live.length > 1).length
    const done = stale.filter(({ updatedReady }) => updatedReady)
    const next = stale.filter(({ updated }) => !updated).slice(0, Math.max(0, surge - surging + done.length))
    return { remove: done.flatMap(({ old }) => old), create: next.map(({ name }) => name) }
  }
  const spare = Math.max(0, unavailable - posts.filter(({ ready }) => !ready).length)
  const useless = stale.flatMap(({ old }) => old.filter(pod => !isReady(pod)))
  const useful = stale.filter(({ old }) => old.some(isReady)).slice(0, spare)
  return { remove: [...useless, ...useful.flatMap(({ old }) => old.filter(isReady))], create: [] }
}

function statusOf({ metadata, status }: DaemonSet, posts: Post[], stray: Pod[]): object {
  const ready = posts.filter(post => post.ready).length
  return {
    ...(status?.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    currentNumberScheduled: posts.filter(({ live }) => live.length > 0).length,
    numberMisscheduled: new Set(stray.filter(isLive).map(({ spec }) => spec?.nodeName)).size,
    desiredNumberScheduled: posts.length,
    numberReady: ready,
    observedGeneration: metadata.generation,
    updatedNumberScheduled: posts.filter(({ updated }) => updated).length,
    numberAvailable: ready,
    numberUnavailable: posts.length - ready,
  }
}

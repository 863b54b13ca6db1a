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

/** `wanted`: the names of the nodes that the set is for. `byNode`: its pods, by the node they are on. */
export function daemonSetPlan(set: DaemonSet, wanted: ReadonlySet<string>, byNode: ReadonlyMap<string, readonly Pod[]>): Plan {
  const spec = set.spec!
  const hash = templateHash(spec.template)
  const create: string[] = []
  const posts: Post[] = []
  for (const name of wanted) {
    const pods = byNode.get(name)
    if (pods) posts.push(postOf(pods, { name, hash }))
    else create.push(name)
  }
  const stray = [...byNode.keys()].filter(name => !wanted.has(name)).flatMap(name => byNode.get(name) ?? [])
  const roll = spec.updateStrategy?.type === 'OnDelete' ? undefined : rolling(spec.updateStrategy?.rollingUpdate ?? {}, wanted.size)
  const replace = roll ? replacements(posts, { ...roll, empty: create.length }) : { remove: [], create: [] }
  const labels = { [hashLabel]: hash, [generationLabel]: set.metadata.annotations?.[generationAnnotation] ?? '1' }
  return {
    create: [...create, ...replace.create].map(nodeName => podOf(set, spec.template, { name: `${set.metadata.name}-`, labels, nodeName })),
    remove: [...stray.filter(pod => !isTerminating(pod)), ...replace.remove],
    status: statusOf(set, { posts, total: wanted.size, stray }),
  }
}

/** A node that the set is for, and what runs there. */
interface Post {
  name: string
  /** The template that pods are compared with. */
  hash: string
  live: Pod[]
  old: Pod[]
  ready: boolean
  updated: boolean
  updatedReady: boolean
}

/** There may be thousands, of which one has changed since the last plan: those that are as they were are not looked at again. */
const posts = new WeakMap<readonly Pod[], Post>()

function postOf(pods: readonly Pod[], { name, hash }: { name: string; hash: string }): Post {
  const known = posts.get(pods)
  if (known?.hash === hash) return known
  const live = pods.filter(isLive)
  const updated = live.filter(pod => pod.metadata.labels?.[hashLabel] === hash)
  const old = live.filter(pod => !updated.includes(pod))
  const updatedReady = updated.some(isReady)
  const post = { name, hash, live, old, ready: updatedReady || old.some(isReady), updated: updated.length > 0, updatedReady }
  posts.set(pods, post)
  return post
}

const rolling = ({ maxUnavailable, maxSurge }: { maxUnavailable?: number | string; maxSurge?: number | string }, total: number) => ({
  unavailable: share(maxUnavailable ?? 1, total, 'up'),
  surge: share(maxSurge ?? 0, total, 'up'),
})

/** Old pods to go now: first those that are of no use, then as many others as may be missed. With a surge, new ones come before old ones go. */
function replacements(
  posts: Post[],
  { unavailable, surge, empty }: ReturnType<typeof rolling> & { empty: number },
): { remove: Pod[]; create: string[] } {
  const stale = posts.filter(({ old }) => old.length > 0)
  if (surge > 0) {
    const surging = posts.filter(({ live }) => live.length > 1).length
    const done = stale.filter(({ updatedReady }) => updatedReady)
    const next = stale.filter(({ updated }) => !updated).slice(0, Math.max(0, surge - surging + done.length))
    return { remove: done.flatMap(({ old }) => old), create: next.map(({ name }) => name) }
  }
  const spare = Math.max(0, unavailable - empty - posts.filter(({ ready }) => !ready).length)
  const useless = stale.flatMap(({ old }) => old.filter(pod => !isReady(pod)))
  const useful = stale.filter(({ old }) => old.some(isReady)).slice(0, spare)
  return { remove: [...useless, ...useful.flatMap(({ old }) => old.filter(isReady))], create: [] }
}

function statusOf({ metadata, status }: DaemonSet, { posts, total, stray }: { posts: Post[]; total: number; stray: Pod[] }): object {
  const ready = posts.filter(post => post.ready).length
  return {
    ...(status?.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    currentNumberScheduled: posts.filter(({ live }) => live.length > 0).length,
    numberMisscheduled: new Set(stray.filter(isLive).map(({ spec }) => spec?.nodeName)).size,
    desiredNumberScheduled: total,
    numberReady: ready,
    observedGeneration: metadata.generation,
    updatedNumberScheduled: posts.filter(({ updated }) => updated).length,
    numberAvailable: ready,
    numberUnavailable: total - ready,
  }
}

/** A Deployment's ReplicaSets: the new one grows while the old ones shrink. Pure. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
import type { Deployment, Pod, ReplicaSet } from '../../kube/kinds.ts'
import { conditionsOf } from './conditions.ts'
import type { Plan } from './plan.ts'
import { isReady, isTerminating, share, templateHash } from './pods.ts'

const hashLabel = 'pod-template-hash'
export const revisionAnnotation = 'deployment.kubernetes.io/revision'

export interface Owned {
  sets: ReplicaSet[]
  /** Of all the sets. */
  pods: Pod[]
  /** RFC 3339, to the second. */
  now: string
}

export function deploymentPlan(deployment: Deployment, { sets, pods, now }: Owned): Plan {
  const spec = deployment.spec!
  const hash = templateHash(spec.template)
  const current = sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hash)
  const old = sets.filter(set => set !== current)
  const podsOf = (set: ReplicaSet) => pods.filter(pod => pod.metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid))
  const revision = revisionOf(current, sets)
  const made = current ?? newSet(deployment, { hash, revision })
  const sizes =
    spec.strategy?.type === 'Recreate' ? recreated(deployment, { made, old, podsOf }) : rolled(deployment, { made, old, podsOf })
  const sized = [made, ...old].map(set => ({ set, replicas: sizes.get(set) ?? set.spec?.replicas ?? 0 }))
  const changed = sized.filter(({ set }) => set !== made || current).filter(({ set, replicas }) => set.spec?.replicas !== replicas)
  const limit = spec.revisionHistoryLimit ?? 10
  const empty = old
    .filter(set => set.spec?.replicas === 0 && podsOf(set).length === 0)
    .sort((a, b) => revisionNumber(b) - revisionNumber(a))
  const { status, again } = statusOf(deployment, { made, sets, podsOf, now })
  return {
    create: current ? [] : [withReplicas(made, sizes.get(made) ?? 0)],
    update: changed.map(({ set, replicas }) => withReplicas(set, replicas)),
    remove: empty.slice(limit),
    status,
    annotations: { [revisionAnnotation]: revision },
    ...(again !== undefined && { again }),
  }
}

const withReplicas = (set: ReplicaSet, replicas: number): ReplicaSet => ({ ...set, spec: { ...set.spec!, replicas } })
const revisionNumber = ({ metadata }: ReplicaSet) => Number(metadata.annotations?.[revisionAnnotation] ?? 0)

const revisionOf = (current: ReplicaSet | undefined, sets: ReplicaSet[]): string =>
  String(current ? revisionNumber(current) : Math.max(0, ...sets.map(revisionNumber)) + 1)

function newSet({ metadata, spec }: Deployment, { hash, revision }: { hash: string; revision: string }): ReplicaSet {
  const { template, selector, minReadySeconds } = spec!
  const labels = { ...template.metadata?.labels, [hashLabel]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace!,
      labels,
      annotations: { [revisionAnnotation]: revision },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name, uid: metadata.uid!, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as NonNullable<typeof template.metadata> },
    },
  }
}

interface Sizing {
  made: ReplicaSet
  old: ReplicaSet[]
  podsOf: (set: ReplicaSet) => Pod[]
}

/** The old ones end before the new one begins. */
function recreated({ spec }: Deployment, { made, old, podsOf }: Sizing): Map<ReplicaSet, number> {
  const left = old.some(set => podsOf(set).length > 0)
  return new Map([...old.map(set => [set, 0] as const), [made, left ? (made.spec?.replicas ?? 0) : (spec?.replicas ?? 1)]])
}

/** Never more than the surge above what is wanted, nor fewer available than may be missed. */
function rolled({ spec }: Deployment, { made, old, podsOf }: Sizing): Map<ReplicaSet, number> {
  const wanted = spec?.replicas ?? 1
  const surge = share(spec?.strategy?.rollingUpdate?.maxSurge ?? '25%', wanted, 'up')
  const missed = share(spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, 'down')
  const unavailable = surge === 0 ? Math.max(1, missed) : missed
  const now = made.spec?.replicas ?? 0
  const others = old.reduce((sum, set) => sum + (set.spec?.replicas ?? 0), 0)
  const grown = now >= wanted ? wanted : Math.min(wanted, now + Math.max(0, wanted + surge - now - others))
  const sizes = new Map<ReplicaSet, number>([[made, spec?.paused && made.spec?.replicas === undefined ? 0 : grown]])
  const available = (set: ReplicaSet) => podsOf(set).filter(pod => !isTerminating(pod) && isReady(pod)).length
  // What of the old is not available is missed by nobody.
  let free = [made, ...old].reduce((sum, set) => sum + available(set), 0) - (wanted - unavailable)
  for (const set of old) {
    const size = set.spec?.replicas ?? 0
    const useless = Math.max(0, size - available(set))
    const useful = Math.min(size - useless, Math.max(0, free))
    free -= useful
    if (!spec?.paused) sizes.set(set, size - useless - useful)
  }
  return sizes
}

interface Seen {
  made: ReplicaSet
  sets: ReplicaSet[]
  podsOf: (set: ReplicaSet) => Pod[]
  now: string
}

function statusOf(deployment: Deployment, { made, sets, podsOf, now }: Seen): { status: object; again: number | undefined } {
  const { metadata, spec, status } = deployment
  const live = (set: ReplicaSet) => podsOf(set).filter(pod => !isTerminating(pod))
  const all = sets.flatMap(live)
  const counts = { replicas: all.length, updatedReplicas: live(made).length, readyReplicas: all.filter(isReady).length }
  const wanted = spec?.replicas ?? 1
  const given = Object.fromEntries(Object.entries({ ...counts, availableReplicas: counts.readyReplicas }).filter(([, count]) => count > 0))
  // Those that a rollout has too many of are missed, too, as long as they are not available.
  const asked = sets.reduce((sum, { spec: set }) => sum + (set?.replicas ?? 0), 0)
  const unavailable = Math.max(0, Math.max(wanted, asked) - counts.readyReplicas)
  const { conditions, again } = conditionsOf(deployment, { ...counts, name: made.metadata.name, now })
  return {
    again,
    status: {
      ...(status?.collisionCount !== undefined && { collisionCount: status.collisionCount }),
      observedGeneration: metadata.generation,
      ...given,
      ...(unavailable > 0 && { unavailableReplicas: unavailable }),
      conditions,
    },
  }
}

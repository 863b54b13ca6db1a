/** What a Deployment says of itself: whether enough of it is available, and whether it gets on. Pure. */
import type { Deployment, DeploymentCondition } from '../../kube/kinds.ts'
import { share } from './pods.ts'

export interface Progress {
  replicas: number
  updatedReplicas: number
  readyReplicas: number
  /** Of the newest ReplicaSet. */
  name: string
  /** RFC 3339, to the second. */
  now: string
}

/** The conditions, and the milliseconds after which they may change though nothing else does. */
export function conditionsOf(deployment: Deployment, progress: Progress): { conditions: DeploymentCondition[]; again: number | undefined } {
  const { spec } = deployment
  const wanted = spec?.replicas ?? 1
  const missed = spec?.strategy?.type === 'Recreate' ? 0 : share(spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, 'down')
  const enough = progress.readyReplicas >= wanted - missed
  const available = enough
    ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }
  const progressing = progressingOf(deployment, progress)
  const { now } = progress
  return {
    conditions: [condition(deployment, 'Available', { ...available, now }), condition(deployment, 'Progressing', { ...progressing, now })],
    again: progressing.again,
  }
}

interface Said {
  status: string
  reason: string
  message: string
  now: string
}

/** A condition that says the same as before keeps its times. */
function condition({ status: before }: Deployment, type: string, { now, ...said }: Said & { again?: number }): DeploymentCondition {
  const { status, reason, message } = said
  const old = before?.conditions?.find(each => each.type === type)
  if (old?.status === status && old.reason === reason && old.message === message) return old
  return { type, status, lastUpdateTime: now, lastTransitionTime: old?.status === status ? old.lastTransitionTime! : now, reason, message }
}

interface Going {
  status: string
  reason: string
  message: string
  again?: number
}

function progressingOf({ spec, status }: Deployment, { replicas, updatedReplicas, readyReplicas, name, now }: Progress): Going {
  const wanted = spec?.replicas ?? 1
  if (updatedReplicas === wanted && replicas === wanted && readyReplicas === wanted) {
    return { status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` }
  }
  const going = { status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` }
  const late = { status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet "${name}" has timed out progressing.` }
  const before = status?.conditions?.find(({ type }) => type === 'Progressing')
  const deadline = (spec?.progressDeadlineSeconds ?? 600) * 1000
  if (updatedReplicas > (status?.updatedReplicas ?? 0) || readyReplicas > (status?.readyReplicas ?? 0)) return { ...going, again: deadline }
  if (before?.message === late.message) return late
  if (before?.message !== going.message) return { ...going, again: deadline }
  const waited = Date.parse(now) - Date.parse(before.lastUpdateTime ?? now)
  return waited < deadline ? { ...going, again: deadline - waited } : late
}

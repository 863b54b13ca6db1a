/** What a node says of the pods on it: running and ready, at their end, or failing for a reason. Pure. */
import type { Container, Node, Pod } from '../../kube/kinds.ts'
import { controllerOf } from './pods.ts'

/** Why containers do not run, in the kubelet's words: `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError`. */
export interface Failure {
  reason: string
  message?: string
}

export interface Circumstances {
  node: Node | undefined
  failure: Failure | undefined
  /** RFC 3339, to the second. */
  now: string
  /** One for each family, for a pod that has a network of its own. */
  addresses: string[]
}

/** The status that follows on the one a pod has; the same when nothing changes any more. */
export function nextStatus(pod: Pod, { node, failure, now, addresses }: Circumstances): NonNullable<Pod['status']> {
  const status = pod.status ?? {}
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return status
  if (failure) return failing(pod, { failure, now })
  if (status.phase === 'Running' && controllerOf(pod)?.kind === 'Job') return ended(pod, now)
  const hostIPs = (node?.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => ({ ip: address }))
  const podIPs = pod.spec?.hostNetwork ? hostIPs : addresses.map(ip => ({ ip }))
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  return {
    ...status,
    phase: 'Running',
    conditions: conditions(pod, { ready: true, now }),
    startTime: status.startTime ?? now,
    ...(hostIPs[0] && { hostIP: hostIPs[0].ip, hostIPs }),
    ...(podIPs[0] && { podIP: podIPs[0].ip, podIPs }),
    ...(initContainers.length > 0 && { initContainerStatuses: initContainers.map(container => finished(container, now)) }),
    containerStatuses: containers.map(container => ({
      ...about(container),
      ready: true,
      started: true,
      state: { running: { startedAt: status.startTime ?? now } },
    })),
  }
}

const about = ({ name, image = '' }: Container) => ({ name, image, imageID: image, lastState: {}, ready: false, restartCount: 0 })

const finished = (container: Container, now: string) => ({
  ...about(container),
  ready: true,
  started: false,
  state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
})

function failing(pod: Pod, { failure: { reason, message }, now }: { failure: Failure; now: string }): NonNullable<Pod['status']> {
  const crashing = reason === 'CrashLoopBackOff'
  return {
    ...pod.status,
    // Containers that crash have run; those without an image never did.
    phase: crashing ? 'Running' : 'Pending',
    conditions: conditions(pod, { ready: false, now }),
    startTime: pod.status?.startTime ?? now,
    containerStatuses: (pod.spec?.containers ?? []).map(container => ({
      ...about(container),
      started: false,
      state: { waiting: { reason, ...(message !== undefined && { message }) } },
      ...(crashing && {
        restartCount: 5,
        lastState: {
          terminated: { exitCode: 1, reason: 'Error', startedAt: pod.status?.startTime ?? now, finishedAt: pod.status?.startTime ?? now },
        },
      }),
    })),
  }
}

const ended = (pod: Pod, now: string): NonNullable<Pod['status']> => ({
  ...pod.status,
  phase: 'Succeeded',
  conditions: conditions(pod, { ready: false, now, reason: 'PodCompleted' }),
  containerStatuses: (pod.spec?.containers ?? []).map(container => ({ ...finished(container, now), ready: false })),
})

/** Conditions that stay as they are keep their times. */
function conditions(
  { status, spec }: Pod,
  { ready, now, reason = 'ContainersNotReady' }: { ready: boolean; now: string; reason?: string },
) {
  const names = (spec?.containers ?? []).map(({ name }) => name).join(' ')
  const message = reason === 'ContainersNotReady' ? { message: `containers with unready status: [${names}]` } : {}
  const said = { Initialized: true, Ready: ready, ContainersReady: ready, PodScheduled: true }
  return Object.entries(said).map(([type, is]) => {
    const value = is ? 'True' : 'False'
    const old = status?.conditions?.find(each => each.type === type)
    if (old?.status === value && old.reason === (is ? undefined : reason)) return old
    return { type, status: value, lastProbeTime: null as never, lastTransitionTime: now, ...(is ? {} : { reason, ...message }) }
  })
}

/** A pod that no node will have. */
export function unschedulable({ status }: Pod, { nodes, now }: { nodes: number; now: string }): NonNullable<Pod['status']> {
  const message = `0/${nodes} nodes are available: ${nodes} node(s) didn't satisfy what the pod asks for.`
  const old = status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (old?.status === 'False' && old.message === message) return status!
  const said = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null as never,
    lastTransitionTime: now,
    reason: 'Unschedulable',
    message,
  }
  return { ...status, phase: 'Pending', conditions: [said] }
}

/** What keeps the pods of a workload from being well: which pod, on which node, which container, in whose words. Looks at pods that it is given; never lists any. */
import type { ContainerStatus, Pod } from '../kube/kinds.ts'

export interface PodFindings {
  /** Pods that will not become well by themselves, at most three, and how many more. */
  failing: string[]
  /** Pods that may still, at most three. */
  starting: string[]
  /** Milliseconds until one that is starting counts as failing, if nothing else happens. */
  again?: number
}

/** How long a running pod may take to become ready before it counts as failing, in milliseconds. */
export const patience = 120_000

const shownPods = 3

/** All of a pod that is looked at below. */
export const seenOfPod = ({ apiVersion, kind, metadata: { name, namespace, deletionTimestamp }, spec, status }: Pod): Pod => ({
  apiVersion,
  kind,
  metadata: { name, namespace, deletionTimestamp },
  spec: { containers: [], nodeName: spec?.nodeName },
  status,
})

/** Pods that are being deleted do not count: others take their place. `now` is in milliseconds since 1970. */
export function podFindings(pods: readonly Pod[], now: number): PodFindings {
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const failures = living.map(pod => ({ pod, what: failureOf(pod) ?? unreadyTooLong(pod, now) }))
  const failing = failures.flatMap(({ pod, what }) => (what ? `Pod ${named(pod)} ${what}` : []))
  const others = failures.filter(({ what }) => !what).map(({ pod }) => pod)
  const starting = others.flatMap(pod => {
    const what = startOf(pod)
    return what ? `Pod ${named(pod)} ${what}` : []
  })
  const due = others.flatMap(pod => unreadySince(pod) ?? []).map(since => Math.max(0, since + patience - now))
  return { failing: shortened(failing), starting: shortened(starting), ...(due.length > 0 && { again: Math.min(...due) + 1 }) }
}

/** `calico-system/calico-node-x2x on node-3`. */
function named({ metadata: { namespace, name }, spec }: Pod): string {
  return `${namespace}/${name}${spec?.nodeName === undefined ? '' : ` on ${spec.nodeName}`}`
}

function failureOf({ status }: Pod): string | undefined {
  if (status?.phase === 'Failed') return `has failed${inBrackets(status.reason, status.message)}`
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const failure = containerFailure(container)
    if (failure) return failure
  }
  return undefined
}

function containerFailure({ name, image, state, lastState }: ContainerStatus): string | undefined {
  const { reason = '', message } = state?.waiting ?? {}
  if (reason === 'CrashLoopBackOff') return `has crash looping container: ${name}${lastEnd(lastState)}`
  if (reason === 'ImagePullBackOff' || reason === 'ErrImagePull' || reason === 'InvalidImageName')
    return `failed to pull container image for: ${name} (${image}${message ? `: ${message}` : ''})`
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError')
    return `cannot create container: ${name}${inBrackets(reason, message)}`
  if (state?.terminated?.reason === 'Error') return `has terminated container: ${name} (exit code ${state.terminated.exitCode})`
  return undefined
}

/** 137 is a kill from outside; where no reason such as OOMKilled is given, that is mostly the kubelet after failed probes. */
function lastEnd(last: ContainerStatus['lastState']): string {
  if (!last?.terminated) return ''
  const { reason = '', exitCode } = last.terminated
  return reason === 'Error' && exitCode === 137 ? ', possible liveness probe failure' : ` (${reason}, exit code ${exitCode})`
}

/** Since when a running pod has not been ready, in milliseconds since 1970. */
function unreadySince({ status }: Pod): number | undefined {
  if (status?.phase !== 'Running') return undefined
  const condition = status.conditions?.find(({ type, status: value }) => type === 'ContainersReady' && value === 'False')
  return (condition && Date.parse(condition.lastTransitionTime ?? status.startTime ?? '')) || undefined
}

function unreadyTooLong(pod: Pod, now: number): string | undefined {
  const since = unreadySince(pod)
  if (since === undefined || now - since <= patience) return undefined
  return `is running but not ready since ${new Date(since).toISOString().replace('.000Z', 'Z')}`
}

function startOf({ status }: Pod): string | undefined {
  if (status?.phase === 'Pending') {
    const unscheduled = status.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False')
    return unscheduled ? `is not scheduled${inBrackets(unscheduled.reason, unscheduled.message)}` : 'is starting'
  }
  const unready = status?.conditions?.some(({ type, status: value }) => type === 'ContainersReady' && value === 'False')
  return unready ? 'is running but not ready yet' : undefined
}

function inBrackets(...parts: (string | undefined)[]): string {
  const text = parts.filter(Boolean).join(': ')
  return text === '' ? '' : ` (${text})`
}

const shortened = (texts: string[]): string[] =>
  texts.length > shownPods ? [...texts.slice(0, shownPods), `… and ${texts.length - shownPods} more pods`] : texts

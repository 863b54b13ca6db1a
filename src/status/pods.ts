/** What keeps the pods of a workload from being well: on which nodes, which container, in whose words. Looks at pods that it is given; never lists any. */
import type { ContainerStatus, Pod } from '../kube/kinds.ts'
import { legible, listed } from '../reconcile/problems.ts'

export interface PodFindings {
  /** Some pod will not become well by itself. */
  failing: boolean
  /** Causes with the nodes they are seen on, those that last first: `node-7, node-9 ImagePullBackOff quay.io/… (pod x, container y: …)`. */
  text: string
  /** Since when the first of them has not been well, in milliseconds since 1970. */
  since?: number
  /** Milliseconds until one that is starting counts as failing, if nothing else happens. */
  again?: number
}

/** How long a running pod may take to become ready before it counts as failing, in milliseconds. */
export const patience = 120_000

const shownCauses = 3

/** All of a pod that is looked at below. */
export const seenOfPod = ({ apiVersion, kind, metadata: { name, namespace, deletionTimestamp }, spec, status }: Pod): Pod => ({
  apiVersion,
  kind,
  metadata: { name, namespace, deletionTimestamp },
  spec: { containers: [], nodeName: spec?.nodeName },
  status,
})

/** One pod that is not well, and why. */
interface Trouble {
  pod: Pod
  /** It will not pass by itself. */
  lasts: boolean
  /** In few words, as kubectl has them, with the image or reason: `ImagePullBackOff quay.io/calico/node:v3.32.1`. */
  what: string
  /** Where in the pod, and in whose words. */
  details: (string | undefined)[]
}

/**
 * Pods that are being deleted do not count: others take their place. `now` is in milliseconds since 1970;
 * `uncounted` pods are not well either, but were not looked at.
 */
export function podFindings(pods: readonly Pod[], now: number, uncounted = 0): PodFindings {
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const troubles = living.flatMap(pod => troubleOf(pod, now) ?? [])
  const causes = [...Map.groupBy(troubles, ({ lasts, what, details }) => JSON.stringify([lasts, what, details])).values()]
    .sort((a, b) => Number(b[0]!.lasts) - Number(a[0]!.lasts))
    .map(inWords)
  const since = troubles.flatMap(({ pod }) => unreadySince(pod) ?? [])
  const due = troubles
    .flatMap(({ lasts, pod }) => (lasts ? [] : (runningUnreadySince(pod) ?? [])))
    .map(time => Math.max(0, time + patience - now))
  return {
    failing: troubles.some(({ lasts }) => lasts),
    text: [...causes.slice(0, shownCauses), more(causes.length - shownCauses, uncounted)].filter(Boolean).join('; '),
    ...(since.length > 0 && { since: Math.min(...since) }),
    ...(due.length > 0 && { again: Math.min(...due) + 1 }),
  }
}

/** What is not shown; empty when all is. */
function more(causes: number, pods: number): string {
  return [causes > 0 && `${causes} more causes`, pods > 0 && `${pods} more pods`].filter(Boolean).join(', ')
}

/** Pods that have the same trouble, as one cause. */
function inWords(troubles: readonly Trouble[]): string {
  const { pod, what, details: said } = troubles[0]!
  // A runtime may hand on a whole page that a registry answered with.
  const details = said.map(text => text && legible(text))
  const places = troubles.map(({ pod: { spec, metadata } }) => spec?.nodeName ?? metadata.name).sort()
  const named = pod.spec?.nodeName === undefined ? undefined : `pod ${pod.metadata.name}`
  const [place, ...words] = [[named, details[0]].filter(Boolean).join(', '), ...details.slice(1)].filter(Boolean)
  return `${listed(places)} ${what}${place === undefined ? '' : ` (${[place, ...words].join(': ')})`}`
}

function troubleOf(pod: Pod, now: number): Trouble | undefined {
  const { status } = pod
  const lasting = (what: string, ...details: (string | undefined)[]): Trouble => ({ pod, lasts: true, what, details })
  const passing = (what: string, ...details: (string | undefined)[]): Trouble => ({ pod, lasts: false, what, details })
  if (status?.phase === 'Failed') return lasting(`Failed ${status.reason ?? ''}`.trim(), undefined, status.message)
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const failure = containerFailure(container)
    if (failure) return lasting(failure.what, `container ${container.name}`, failure.why)
  }
  const since = runningUnreadySince(pod)
  if (since !== undefined && now - since > patience) return lasting('running but not ready', unreadyContainers(pod))
  if (status?.phase === 'Pending') {
    const unscheduled = status.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False')
    return unscheduled ? passing(unscheduled.reason ?? 'not scheduled', undefined, unscheduled.message) : passing('starting')
  }
  if (isUnready(pod)) return passing('running but not ready yet', unreadyContainers(pod))
  return undefined
}

function containerFailure({ image, state, lastState }: ContainerStatus): { what: string; why?: string } | undefined {
  const { reason = '', message } = state?.waiting ?? {}
  if (reason === 'CrashLoopBackOff') return { what: reason, why: lastEnd(lastState) }
  if (reason === 'ImagePullBackOff' || reason === 'ErrImagePull' || reason === 'InvalidImageName')
    return { what: `${reason} ${image}`, why: message }
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') return { what: reason, why: message }
  if (state?.terminated?.reason === 'Error') return { what: 'Error', why: `exit code ${state.terminated.exitCode}` }
  return undefined
}

/** 137 is a kill from outside; where no reason such as OOMKilled is given, that is mostly the kubelet after failed probes. */
function lastEnd(last: ContainerStatus['lastState']): string | undefined {
  if (!last?.terminated) return undefined
  const { reason = '', exitCode } = last.terminated
  return reason === 'Error' && exitCode === 137 ? 'possible liveness probe failure' : `${reason}, exit code ${exitCode}`
}

function unreadyContainers({ status }: Pod): string | undefined {
  const names = (status?.containerStatuses ?? []).filter(({ ready }) => !ready).map(({ name }) => name)
  return names.length > 0 ? `container ${names.join(', ')}` : undefined
}

const unreadiness = ({ status }: Pod) =>
  status?.conditions?.find(({ type, status: value }) => type === 'ContainersReady' && value === 'False')

const isUnready = (pod: Pod): boolean => unreadiness(pod) !== undefined

/** Since when a pod has not been ready, in milliseconds since 1970. */
const unreadySince = (pod: Pod): number | undefined =>
  Date.parse(unreadiness(pod)?.lastTransitionTime ?? pod.status?.startTime ?? '') || undefined

const runningUnreadySince = (pod: Pod): number | undefined =>
  pod.status?.phase === 'Running' && isUnready(pod) ? unreadySince(pod) : undefined

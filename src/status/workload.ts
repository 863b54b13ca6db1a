/** How a workload is doing, from what it says of itself. Reads objects only; pods.ts looks at its pods (spec/installation-controller.md §12). */
import type { CertificateSigningRequest, DaemonSet, Deployment, StatefulSet } from '../kube/kinds.ts'
import { describe, refOf } from '../kube/objects.ts'
import { listed } from '../reconcile/problems.ts'
import type { Awaited } from './since.ts'

export type Workload = Deployment | DaemonSet | StatefulSet

/** What is still awaited, and from when the workload itself knows it; undefined when it is as wanted. */
export function awaitedOf(workload: Workload): Awaited | undefined {
  const what = awaited(workload)
  const since = workload.kind === 'Deployment' ? unavailableSince(workload) : undefined
  const subject = subjectOf(workload)
  return what === undefined ? undefined : { subject, text: `${subject} ${what}`, ...(since !== undefined && { since }) }
}

/** How every line about a workload begins: `DaemonSet calico-system/calico-node:`. */
export const subjectOf = (workload: Workload): string => `${describe(refOf(workload))}:`

/** Whether the workload says that all its pods are well: then nobody needs to look at them. */
export function isSettled(workload: Workload): boolean {
  const { metadata, status } = workload
  if ((status?.observedGeneration ?? 0) !== (metadata.generation ?? 0)) return false
  switch (workload.kind) {
    case 'DaemonSet': {
      const {
        numberMisscheduled = 0,
        numberUnavailable = 0,
        desiredNumberScheduled = 0,
        numberAvailable = 0,
        numberReady = 0,
      } = workload.status ?? {}
      return (
        numberMisscheduled === 0 &&
        numberUnavailable === 0 &&
        numberAvailable === desiredNumberScheduled &&
        numberReady === desiredNumberScheduled
      )
    }
    case 'Deployment': {
      const { unavailableReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = workload.status ?? {}
      const wanted = workload.spec?.replicas ?? 1
      return unavailableReplicas === 0 && availableReplicas === wanted && readyReplicas === wanted
    }
    case 'StatefulSet': {
      const { replicas, currentReplicas = 0, readyReplicas = 0, updatedReplicas = 0 } = workload.status ?? { replicas: 0 }
      const wanted = workload.spec?.replicas ?? 1
      return [replicas, currentReplicas, readyReplicas, updatedReplicas].every(number => number === wanted)
    }
  }
}

/** How many pods it should have. */
export function podsWanted(workload: Workload): number {
  return workload.kind === 'DaemonSet' ? (workload.status?.desiredNumberScheduled ?? 0) : (workload.spec?.replicas ?? 1)
}

/** Requests that nobody has decided, or that were approved and not signed; undefined when there are none. */
export function waitingRequests(requests: readonly CertificateSigningRequest[]): string | undefined {
  const waiting = requests.filter(({ status }) => {
    const conditions = status?.conditions ?? []
    if (conditions.length === 0 || conditions.some(condition => condition.status === 'Unknown')) return true
    return conditions.some(({ type }) => type === 'Approved') && !status?.certificate
  })
  if (waiting.length === 0) return undefined
  return `Waiting on CertificateSigningRequest(s) to be approved and signed: ${listed(waiting.map(({ metadata: { name } }) => name))}`
}

function awaited(workload: Workload): string | undefined {
  switch (workload.kind) {
    case 'DaemonSet':
      return awaitedNodes(workload)
    case 'Deployment':
      return awaitedReplicas(workload)
    case 'StatefulSet':
      return awaitedOrdinals(workload)
  }
}

function awaitedNodes({ metadata, status }: DaemonSet): string | undefined {
  const {
    updatedNumberScheduled: updated = 0,
    desiredNumberScheduled: desired = 0,
    numberUnavailable = 0,
    numberAvailable = 0,
  } = status ?? {}
  const unready = `${Math.min(numberUnavailable, desired)} of ${desired} nodes not ready`
  if (updated < desired) return `${updated} of ${desired} nodes updated${numberUnavailable > 0 ? `, ${unready}` : ''}`
  if (numberUnavailable > 0) return unready
  if (numberAvailable === 0 && desired !== 0) return `none of ${desired} nodes has a ready pod`
  return unobserved(metadata.generation, status?.observedGeneration)
}

function awaitedReplicas({ metadata, spec, status }: Deployment): string | undefined {
  const { unavailableReplicas = 0, availableReplicas = 0 } = status ?? {}
  const wanted = spec?.replicas ?? 1
  // While one pod takes the place of another there may be more than are wanted.
  if (unavailableReplicas > 0) return `${unavailableReplicas} of ${Math.max(wanted, unavailableReplicas)} replicas not ready`
  // One that is scaled to nothing on purpose has nothing to wait for.
  if (availableReplicas === 0 && wanted !== 0) return `0 of ${wanted} replicas ready`
  return unobserved(metadata.generation, status?.observedGeneration)
}

function awaitedOrdinals({ metadata, spec, status }: StatefulSet): string | undefined {
  const { currentReplicas = 0 } = status ?? {}
  const wanted = spec?.replicas ?? 1
  if (currentReplicas !== wanted) return `${currentReplicas} of ${wanted} replicas there`
  return unobserved(metadata.generation, status?.observedGeneration)
}

const unobserved = (generation = 0, observed = 0): string | undefined =>
  observed < generation ? `not yet taken up by its controller (generation ${generation}, observed ${observed})` : undefined

function unavailableSince({ status }: Deployment): number | undefined {
  const unavailable = status?.conditions?.find(({ type, status: value }) => type === 'Available' && value === 'False')
  return Date.parse(unavailable?.lastTransitionTime ?? '') || undefined
}

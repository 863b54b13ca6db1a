/** Whether a condition holds, judged on the live object alone. Pure; the rules of a finished rollout are Kubernetes' own (`kubectl rollout status`). */
import { isTrue, type KubeObject } from '../kube/objects.ts'
import type { Condition } from './controller.ts'

interface Workload extends KubeObject {
  spec?: { replicas?: number }
  status?: {
    observedGeneration?: number
    replicas?: number
    updatedReplicas?: number
    availableReplicas?: number
    desiredNumberScheduled?: number
    updatedNumberScheduled?: number
    numberAvailable?: number
    conditions?: { type: string; status: string }[]
  }
}

export function holds({ is }: Condition, live: KubeObject | undefined): boolean {
  switch (is) {
    case 'gone':
      return live === undefined
    case 'present':
    case 'written':
      return live !== undefined && live.metadata.deletionTimestamp === undefined
    case 'established':
      return isTrue((live as Workload | undefined)?.status?.conditions, 'Established')
    case 'answering':
      return ((live as Workload | undefined)?.status?.availableReplicas ?? 0) > 0
    case 'available':
      return live !== undefined && rolledOut(live as Workload)
  }
}

function rolledOut({ kind, metadata, spec, status = {} }: Workload): boolean {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false
  if (kind === 'DaemonSet') {
    const desired = status.desiredNumberScheduled ?? 0
    return (status.updatedNumberScheduled ?? 0) === desired && (status.numberAvailable ?? 0) === desired
  }
  const replicas = spec?.replicas ?? 1
  return (status.updatedReplicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas
}

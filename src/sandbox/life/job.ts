/** Pods that come to an end. Pure. https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
import type { Job, Node, Pod } from '../../kube/kinds.ts'
import type { Plan } from './plan.ts'
import { isLive, isReady, podOf } from './pods.ts'
import { placed } from './replicas.ts'

export function jobPlan(job: Job, own: Pod[], { nodes, all, now }: { nodes: Node[]; all: Iterable<Pod>; now: string }): Plan {
  const spec = job.spec!
  if (job.status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')) return {}
  const succeeded = own.filter(({ status }) => status?.phase === 'Succeeded').length
  const failed = own.filter(({ status }) => status?.phase === 'Failed').length
  const active = own.filter(isLive)
  const wanted = spec.completions ?? 1
  const over = failed > (spec.backoffLimit ?? 6)
  const missing = spec.suspend || over ? 0 : Math.max(0, Math.min(spec.parallelism ?? 1, wanted - succeeded) - active.length)
  const pod = () => placed(podOf(job, spec.template, { name: `${job.metadata.name}-`, labels: {} }), nodes, all)
  return {
    create: Array.from({ length: missing }, pod),
    status: {
      ...job.status,
      startTime: job.status?.startTime ?? now,
      active: active.length,
      ready: active.filter(isReady).length,
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
      uncountedTerminatedPods: {},
      ...ending({ done: succeeded >= wanted, over, now }),
    },
  }
}

function ending({ done, over, now }: { done: boolean; over: boolean; now: string }): object {
  if (!done && !over) return {}
  const at = { status: 'True', lastProbeTime: now, lastTransitionTime: now }
  if (over) {
    const words = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
    return { active: 0, conditions: ['FailureTarget', 'Failed'].map(type => ({ type, ...at, ...words })) }
  }
  const words = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  return { active: 0, completionTime: now, conditions: ['SuccessCriteriaMet', 'Complete'].map(type => ({ type, ...at, ...words })) }
}

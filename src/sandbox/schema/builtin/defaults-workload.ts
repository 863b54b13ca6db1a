/** Defaults of what runs pods. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ */
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodFailurePolicyOnPodConditionsPattern,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../../kube/kinds.ts'
import type { Defaults } from './filling.ts'

export const workloadDefaults: Defaults = {
  'api.apps.v1.Deployment': deployment,
  'api.apps.v1.DaemonSet': daemonSet,
  'api.apps.v1.StatefulSet': statefulSet,
  'api.apps.v1.ReplicaSet': ({ spec }: ReplicaSet) => {
    if (spec) spec.replicas ??= 1
  },
  'api.core.v1.ReplicationController': replicationController,
  'api.batch.v1.Job': job,
  'api.batch.v1.CronJob': cronJob,
  'api.batch.v1.PodFailurePolicyOnPodConditionsPattern': (pattern: PodFailurePolicyOnPodConditionsPattern) => {
    pattern.status ||= 'True'
  },
}

function deployment({ spec }: Deployment): void {
  if (!spec) return
  spec.replicas ??= 1
  spec.strategy ??= {}
  spec.strategy.type ||= 'RollingUpdate'
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {}
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
    spec.strategy.rollingUpdate.maxSurge ??= '25%'
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
}

function daemonSet({ spec }: DaemonSet): void {
  if (!spec) return
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ||= 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {}
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0
  }
  spec.revisionHistoryLimit ??= 10
}

function statefulSet({ spec }: StatefulSet): void {
  if (!spec) return
  spec.podManagementPolicy ||= 'OrderedReady'
  spec.updateStrategy ??= {}
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate'
    spec.updateStrategy.rollingUpdate ??= {}
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {}
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
}

function replicationController({ metadata, spec }: ReplicationController): void {
  if (!spec) return
  spec.replicas ??= 1
  const labels = spec.template?.metadata?.labels
  if (!labels) return
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
}

function job({ metadata, spec }: Job): void {
  if (!spec) return
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1
  const labels = spec.template.metadata?.labels
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  spec.manualSelector ??= false
}

function cronJob({ spec }: CronJob): void {
  if (!spec) return
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
}

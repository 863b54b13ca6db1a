/** Judges what runs pods: Deployments, DaemonSets, StatefulSets, ReplicaSets and Jobs. https://kubernetes.io/docs/concepts/workloads/controllers/ */
import type { DaemonSet, Deployment, Job, LabelSelector, PodTemplateSpec, ReplicaSet, StatefulSet } from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { dnsLabel } from '../names.ts'
import { isEmptySelector, notNegative, oneOf, perhapsNamed, selector, selects, unchanged } from './checks.ts'
import { checkTemplate } from './rules-pod.ts'

export function checkDeployment({ spec }: Deployment, old?: Deployment): FieldError[] {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')]
  const deadline = spec.progressDeadlineSeconds
  return [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...checkSelected(spec, 'deployment'),
    ...alwaysRestarts(spec.template),
    ...checkDeploymentStrategy(spec.strategy ?? {}),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...notNegative(deadline, 'spec.progressDeadlineSeconds'),
    ...(deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
    ...(old ? unchanged(spec.selector, old.spec?.selector, 'spec.selector') : []),
  ]
}

export function checkDaemonSet({ spec }: DaemonSet, old?: DaemonSet): FieldError[] {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')]
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  return [
    ...(old ? unchanged(spec.selector, old.spec?.selector, 'spec.selector') : []),
    ...checkSelected(spec, 'daemonset', false),
    ...alwaysRestarts(spec.template, 'DaemonSet'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...(type === 'RollingUpdate' ? checkDaemonSetRoll(rollingUpdate ?? {}) : []),
    ...(type === 'RollingUpdate' || type === 'OnDelete'
      ? []
      : [notSupported('spec.updateStrategy', asGo(spec.updateStrategy, surging), ['RollingUpdate', 'OnDelete'])]),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ]
}

export function checkStatefulSet({ spec }: StatefulSet, old?: StatefulSet): FieldError[] {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')]
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  return [
    ...oneOrOther(spec.podManagementPolicy, ['OrderedReady', 'Parallel'], 'spec.podManagementPolicy'),
    ...(type === 'RollingUpdate' || type === 'OnDelete'
      ? []
      : [invalid('spec.updateStrategy', asGo(spec.updateStrategy, partitioned), "must be 'RollingUpdate' or 'OnDelete'")]),
    ...notNegative(rollingUpdate?.partition, 'spec.updateStrategy.rollingUpdate.partition'),
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...(old ? [] : perhapsNamed(spec.serviceName, dnsLabel, 'spec.serviceName')),
    ...checkSelected(spec, 'statefulset'),
    ...alwaysRestarts(spec.template, 'StatefulSet'),
    ...(old ? checkStatefulSetUpdate(spec, old.spec) : []),
  ]
}

export function checkReplicaSet({ spec }: ReplicaSet, old?: ReplicaSet): FieldError[] {
  if (!spec) return [required('spec.selector')]
  return [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...checkSelected({ selector: spec.selector, template: spec.template ?? {} }, 'deployment'),
    ...alwaysRestarts(spec.template ?? {}),
    ...(old ? unchanged(spec.selector, old.spec?.selector, 'spec.selector') : []),
  ]
}

export function checkJob({ spec }: Job, old?: Job): FieldError[] {
  if (!spec) return [required('spec.template.spec.containers')]
  const restart = spec.template.spec?.restartPolicy ?? ''
  const before = old?.spec
  const fixed = ['completions', 'selector', 'template', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy'] as const
  return [
    ...notNegative(spec.parallelism, 'spec.parallelism'),
    ...notNegative(spec.completions, 'spec.completions'),
    ...notNegative(spec.activeDeadlineSeconds, 'spec.activeDeadlineSeconds'),
    ...notNegative(spec.backoffLimit, 'spec.backoffLimit'),
    ...notNegative(spec.ttlSecondsAfterFinished, 'spec.ttlSecondsAfterFinished'),
    ...checkTemplate(spec.template, 'spec.template'),
    ...(restart === 'Always' ? [required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')] : []),
    ...(before ? fixed.flatMap(field => unchanged(spec[field], before[field], `spec.${field}`)) : []),
  ]
}

interface Selecting {
  selector: LabelSelector
  template: PodTemplateSpec
}

/** A selector has to be there, to say something, and to select the pods of the template. */
function checkSelected({ selector: given, template }: Selecting, kind: string, demanded = true): FieldError[] {
  const labels = template.metadata?.labels ?? {}
  const mismatch = invalid(
    'spec.template.metadata.labels',
    template.metadata?.labels ?? null,
    '`selector` does not match template `labels`',
  )
  if (!given) return [...(demanded ? [required('spec.selector')] : []), mismatch, ...checkTemplate(template, 'spec.template')]
  const complaints = selector(given, 'spec.selector')
  const empty = isEmptySelector(given)
  // An unreadable selector of a Deployment is told of once more, and the template not looked at.
  const unreadable = complaints.length > 0 && demanded
  return [
    ...complaints,
    ...(empty ? [invalid('spec.selector', given, `empty selector is invalid for ${kind}`)] : []),
    ...(unreadable ? [invalid('spec.selector', given, kind === 'deployment' ? 'invalid label selector' : '')] : []),
    ...(!empty && complaints.length === 0 && !selects(given, labels) ? [mismatch] : []),
    ...(unreadable ? [] : checkTemplate(template, 'spec.template')),
  ]
}

/** `what`: the kind that says so in words of its own. */
function alwaysRestarts({ spec }: PodTemplateSpec, what = 'ReplicaSet'): FieldError[] {
  const path = 'spec.template.spec'
  return [
    ...(spec?.restartPolicy === 'Always' ? [] : [notSupported(`${path}.restartPolicy`, spec?.restartPolicy ?? '', ['Always'])]),
    ...(spec?.activeDeadlineSeconds === undefined
      ? []
      : [forbidden(`${path}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${what} is not Supported`)]),
  ]
}

/** A strategy as the server prints it, whose own types have no names for JSON. */
function asGo<T>({ type = '', rollingUpdate }: { type?: string; rollingUpdate?: T } = {}, inside: (rollingUpdate: T) => object) {
  return new Map<string, unknown>([
    ['Type', type],
    ['RollingUpdate', rollingUpdate ? inside(rollingUpdate) : null],
  ])
}

type Amount = number | string
const surging = ({ maxUnavailable = 0, maxSurge = 0 }: { maxUnavailable?: Amount; maxSurge?: Amount }) => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
})
const partitioned = ({ partition = 0, maxUnavailable = null }: { partition?: number; maxUnavailable?: Amount | null }) => ({
  Partition: partition,
  MaxUnavailable: maxUnavailable,
})

function checkDeploymentStrategy(strategy: NonNullable<NonNullable<Deployment['spec']>['strategy']>): FieldError[] {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    return rollingUpdate ? [forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")] : []
  }
  if (type !== 'RollingUpdate') return [notSupported('spec.strategy', asGo(strategy, surging), ['Recreate', 'RollingUpdate'])]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {}
  const path = 'spec.strategy.rollingUpdate'
  return [
    ...amount(maxUnavailable, `${path}.maxUnavailable`),
    ...amount(maxSurge, `${path}.maxSurge`),
    ...(share(maxUnavailable) === 0 && share(maxSurge) === 0
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...notAboveAll(maxUnavailable, `${path}.maxUnavailable`),
  ]
}

function checkDaemonSetRoll({
  maxUnavailable = 0,
  maxSurge = 0,
}: {
  maxUnavailable?: number | string
  maxSurge?: number | string
}): FieldError[] {
  const path = 'spec.updateStrategy.rollingUpdate'
  const [unavailable, surge] = [share(maxUnavailable) !== 0, share(maxSurge) !== 0]
  return [
    ...amount(maxUnavailable, `${path}.maxUnavailable`),
    ...amount(maxSurge, `${path}.maxSurge`),
    ...notAboveAll(maxUnavailable, `${path}.maxUnavailable`),
    ...notAboveAll(maxSurge, `${path}.maxSurge`),
    ...(unavailable && surge ? [invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')] : []),
    ...(unavailable || surge ? [] : [required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')]),
  ]
}

/** A number of pods, or a percentage of them. */
export function amount(value: number | string, path: string): FieldError[] {
  if (typeof value === 'number') return notNegative(value, path)
  const words =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
  return /^[0-9]+%$/.test(value) ? [] : [invalid(path, value, words)]
}

const share = (value: number | string): number =>
  typeof value === 'number' ? value : /^\d+%$/.test(value) ? Number.parseInt(value, 10) : 0

export const notAboveAll = (value: number | string, path: string): FieldError[] =>
  typeof value === 'string' && share(value) > 100 ? [invalid(path, value, 'must not be greater than 100%')] : []

const oneOrOther = (value: string | undefined, [one, other]: [string, string], path: string): FieldError[] =>
  oneOf(value, [one, other], path).length > 0 ? [invalid(path, value, `must be '${one}' or '${other}'`)] : []

type StatefulSetSpec = NonNullable<StatefulSet['spec']>

function checkStatefulSetUpdate(spec: StatefulSetSpec, old: StatefulSet['spec']): FieldError[] {
  const may = [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ]
  const rest = (each: StatefulSetSpec) => Object.fromEntries(Object.entries(each).filter(([field]) => !may.includes(field)))
  if (!old || equal(rest(spec), rest(old))) return []
  const listed = `${may
    .slice(0, -1)
    .map(field => `'${field}'`)
    .join(', ')} and '${may.at(-1)}'`
  return [forbidden('spec', `updates to statefulset spec for fields other than ${listed} are forbidden`)]
}

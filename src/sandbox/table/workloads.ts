/** What kubectl shows of pods and of what runs them. Reads objects, changes nothing. */
import type {
  Container,
  ContainerStatus,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  LabelSelector,
  Pod,
  PodSpec,
  ReplicaSet,
  StatefulSet,
} from '../../kube/kinds.ts'
import { humanDuration, since } from './age.ts'
import { ageColumn, type Column, column, integer, nameColumn, selectorText, wide } from './column.ts'

interface Templated {
  spec?: { template?: { spec?: PodSpec }; selector?: LabelSelector }
}

const containersOf = ({ spec }: Templated): Container[] => spec?.template?.spec?.containers ?? []
const contents: Column[] = [
  wide('Containers', (object: Templated) =>
    containersOf(object)
      .map(({ name }) => name)
      .join(','),
  ),
  wide('Images', (object: Templated) =>
    containersOf(object)
      .map(({ image }) => image)
      .join(','),
  ),
]
const selected = wide('Selector', ({ spec }: Templated) => selectorText(spec?.selector ?? {}))

const pods: Column[] = [
  nameColumn,
  column(
    'Ready',
    (pod: Pod) => `${(pod.status?.containerStatuses ?? []).filter(({ ready }) => ready).length}/${pod.spec?.containers.length ?? 0}`,
  ),
  column('Status', podStatus),
  column('Restarts', restarts),
  ageColumn,
  wide('IP', ({ status }: Pod) => status?.podIP || '<none>'),
  wide('Node', ({ spec }: Pod) => spec?.nodeName || '<none>'),
  wide('Nominated Node', ({ status }: Pod) => status?.nominatedNodeName || '<none>'),
  wide('Readiness Gates', ({ spec, status }: Pod) => {
    const gates = spec?.readinessGates ?? []
    const met = gates.filter(({ conditionType }) =>
      status?.conditions?.some(({ type, status: is }) => type === conditionType && is === 'True'),
    )
    return gates.length > 0 ? `${met.length}/${gates.length}` : '<none>'
  }),
]

/** In one word: why it does not run, or that it does. */
function podStatus(pod: Pod): string {
  const { status, metadata } = pod
  if (metadata.deletionTimestamp) return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating'
  const before = initStatus(pod)
  if (before) return before
  const reasons = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? terminated(state) ?? [])
  const reason = reasons[0] ?? (status?.reason || status?.phase || 'Unknown')
  const running = status?.containerStatuses?.some(({ ready, state }) => ready && state?.running)
  return reason === 'Completed' && running ? 'Running' : reason
}

/** What is said of the first container that has to end before the others begin, and has not. */
function initStatus({ spec, status }: Pod): string | undefined {
  const all = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always')
  const index = all.findIndex(({ name }) => {
    const found = status?.initContainerStatuses?.find(each => each.name === name)
    return found && found.state?.terminated?.exitCode !== 0
  })
  if (index < 0) return undefined
  const state = status?.initContainerStatuses?.find(({ name }) => name === all[index]?.name)?.state
  const reason = terminated(state) ?? state?.waiting?.reason
  return reason && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${index}/${all.length}`
}

function terminated(state: ContainerStatus['state']): string | undefined {
  if (!state?.terminated) return undefined
  const { reason, signal, exitCode } = state.terminated
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)
}

function restarts({ status }: Pod, now: number): string {
  const all = status?.containerStatuses ?? []
  const total = all.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const last = all
    .map(({ lastState }) => lastState?.terminated?.finishedAt ?? '')
    .sort()
    .at(-1)
  return total > 0 && last ? `${total} (${since(last, now)} ago)` : String(total)
}

/** A set of pods, with what is wanted of them. */
const replicas: Column[] = [
  nameColumn,
  integer('Desired', ({ spec }: ReplicaSet) => spec?.replicas ?? 0),
  integer('Current', ({ status }: ReplicaSet) => status?.replicas ?? 0),
  integer('Ready', ({ status }: ReplicaSet) => status?.readyReplicas ?? 0),
  ageColumn,
  ...contents,
  selected,
]

const jobEnd = ({ status }: Job) =>
  status?.conditions?.find(({ type, status: is }) => is === 'True' && ['Complete', 'Failed', 'Suspended'].includes(type))

const ofTemplate = ({ cell, ...column }: Column): Column => ({
  ...column,
  cell: ({ spec }: CronJob, now: number) => cell(spec?.jobTemplate as never, now),
})
const scheduled = [...contents, selected].map(ofTemplate)

export const workloadColumns: Record<string, Column[]> = {
  Pod: pods,
  ReplicationController: replicas,
  'apps/ReplicaSet': replicas,
  'apps/Deployment': [
    nameColumn,
    column('Ready', ({ spec, status }: Deployment) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    column('Up-to-date', ({ status }: Deployment) => status?.updatedReplicas ?? 0),
    column('Available', ({ status }: Deployment) => status?.availableReplicas ?? 0),
    ageColumn,
    ...contents,
    selected,
  ],
  'apps/DaemonSet': [
    nameColumn,
    integer('Desired', ({ status }: DaemonSet) => status?.desiredNumberScheduled ?? 0),
    integer('Current', ({ status }: DaemonSet) => status?.currentNumberScheduled ?? 0),
    integer('Ready', ({ status }: DaemonSet) => status?.numberReady ?? 0),
    integer('Up-to-date', ({ status }: DaemonSet) => status?.updatedNumberScheduled ?? 0),
    integer('Available', ({ status }: DaemonSet) => status?.numberAvailable ?? 0),
    column('Node Selector', ({ spec }: DaemonSet) => selectorText({ matchLabels: spec?.template.spec?.nodeSelector ?? {} })),
    ageColumn,
    ...contents,
    selected,
  ],
  'apps/StatefulSet': [
    nameColumn,
    column('Ready', ({ spec, status }: StatefulSet) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    ageColumn,
    ...contents,
  ],
  'batch/Job': [
    nameColumn,
    column('Status', (job: Job) => jobEnd(job)?.type ?? (job.metadata.deletionTimestamp ? 'Terminating' : 'Running')),
    column('Completions', ({ spec, status }: Job) => `${status?.succeeded ?? 0}/${spec?.completions ?? `1 of ${spec?.parallelism ?? 1}`}`),
    column('Duration', ({ status }: Job, now: number) =>
      status?.startTime
        ? humanDuration((status.completionTime ? Date.parse(status.completionTime) : now) - Date.parse(status.startTime))
        : '',
    ),
    ageColumn,
    ...contents,
    selected,
  ],
  'batch/CronJob': [
    nameColumn,
    column('Schedule', ({ spec }: CronJob) => spec?.schedule),
    column('Timezone', ({ spec }: CronJob) => spec?.timeZone ?? '<none>'),
    column('Suspend', ({ spec }: CronJob) => spec?.suspend ?? false, { type: 'boolean' }),
    integer('Active', ({ status }: CronJob) => status?.active?.length ?? 0),
    column('Last Schedule', ({ status }: CronJob, now: number) =>
      status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>',
    ),
    ageColumn,
    ...scheduled,
  ],
}

/** What there is to see of an installation in a cluster: nodes, what is reported, what runs. Reads a cache of its own, and changes nothing. */
import { TigeraStatus, type TigeraStatusCondition } from '../../api/tigerastatus.ts'
import type { Cache } from '../kube/cache.ts'
import { DaemonSet, Deployment, Node } from '../kube/kinds.ts'
import { sentence } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import type { Scene, StatusLine, WorkloadLine } from './progress.ts'

const ours = 'calico-system'

/** Opens the watches that a scene is read from, and resolves when they are in step. `reports` are the operator's, for what is not in the cluster yet. */
export async function watchScene(cache: Cache, reports: () => readonly Report[]): Promise<() => Scene> {
  const statuses = cache.view(TigeraStatus)
  const daemonSets = cache.view(DaemonSet, { namespace: ours })
  const deployments = cache.view(Deployment, { namespace: ours })
  const nodes = cache.view(Node)
  await Promise.all([statuses, daemonSets, deployments, nodes].map(view => view.settled()))
  return () => ({
    nodes: { wanted: nodes.list().length, ready: nodes.list().filter(isReady).length },
    statuses: withExpected(statuses.list().map(statusLine), reports()),
    workloads: [...daemonSets.list().map(daemonSetLine), ...deployments.list().map(deploymentLine)],
  })
}

/** A status that will be reported, and is not yet, is shown with what its controllers wait for. */
function withExpected(lines: readonly StatusLine[], reports: readonly Report[]): StatusLine[] {
  const expected = reports.filter(({ serving, controller }) => serving && controller.name === controller.reports)
  const missing = expected.filter(({ controller }) => !lines.some(({ name }) => name === controller.reports))
  const made = missing.map(({ controller, stopped, enacted }): StatusLine => {
    const waits = [...(stopped?.problems.map(sentence) ?? []), ...(enacted?.waiting ?? [])]
    return { name: controller.name, state: 'waiting', message: waits.join('\n') || 'being made' }
  })
  return [...lines, ...made].sort((a, b) => (a.name < b.name ? -1 : 1))
}

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false

const daemonSetLine = ({ metadata: { name }, status }: DaemonSet): WorkloadLine => ({
  kind: 'DaemonSet',
  name,
  ready: Math.min(status?.numberAvailable ?? 0, status?.updatedNumberScheduled ?? 0),
  wanted: status?.desiredNumberScheduled ?? 0,
})

const deploymentLine = ({ metadata: { name }, spec, status }: Deployment): WorkloadLine => ({
  kind: 'Deployment',
  name,
  ready: Math.min(status?.availableReplicas ?? 0, status?.updatedReplicas ?? 0),
  wanted: spec?.replicas ?? 1,
})

/** What is worst counts: a degraded part may be available, and is shown as degraded. */
function statusLine({ metadata: { name }, status }: TigeraStatus): StatusLine {
  const conditions = status?.conditions ?? []
  const of = (type: string) => conditions.find(condition => condition.type === type && condition.status === 'True')
  const [degraded, progressing, available] = [of('Degraded'), of('Progressing'), of('Available')]
  if (degraded) return { name, state: 'degraded', message: said(degraded) }
  if (progressing) return { name, state: 'progressing', message: said(progressing) }
  if (available) return { name, state: 'available', message: said(available) }
  const why = conditions.find(({ type }) => type === 'Available')
  return { name, state: 'waiting', message: why ? said(why) : '' }
}

const said = ({ message, reason }: TigeraStatusCondition): string => message || reason || ''

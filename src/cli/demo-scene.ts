/** What there is to see of an installation in a cluster: nodes, what is reported, what runs. Reads a cache of its own, and changes nothing. */
import { TigeraStatus } from '../../api/tigerastatus.ts'
import type { Cache } from '../kube/cache.ts'
import { DaemonSet, Deployment, Node } from '../kube/kinds.ts'
import { isTrue } from '../kube/objects.ts'
import { sentence } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import { objectsWanted } from '../reconcile/wishes.ts'
import type { Scene, StatusLine, WorkloadLine } from './progress.ts'
import { standingOf } from './standing.ts'

const ours = 'calico-system'

/** Opens the watches that a scene is read from, and resolves when they are in step. `reports` are the operator's, for what is not in the cluster yet. */
export async function watchScene(cache: Cache, reports: () => readonly Report[]): Promise<() => Scene> {
  const statuses = cache.view(TigeraStatus)
  const daemonSets = cache.view(DaemonSet, { namespace: ours })
  const deployments = cache.view(Deployment, { namespace: ours })
  const nodes = cache.view(Node)
  await Promise.all([statuses, daemonSets, deployments, nodes].map(view => view.settled()))
  return () => {
    const workloads = [...daemonSets.list().map(daemonSetLine), ...deployments.list().map(deploymentLine)]
    return {
      nodes: { wanted: nodes.list().length, ready: nodes.list().filter(isReady).length },
      statuses: [...statuses.list().map(statusLine), ...expected(statuses.list(), { reports: reports(), workloads })].sort(byName),
      workloads,
    }
  }
}

const byName = (a: StatusLine, b: StatusLine): number => (a.name < b.name ? -1 : 1)

/** Statuses that will be reported and are not yet, with what their controllers wait for. */
function expected(
  there: readonly TigeraStatus[],
  { reports, workloads }: { reports: readonly Report[]; workloads: readonly WorkloadLine[] },
): StatusLine[] {
  const known = new Set(there.map(({ metadata: { name } }) => name))
  const pending = workloads.filter(({ ready, wanted }) => ready < wanted)
  return reports
    .filter(({ serving, controller: { name, reports: status } }) => serving && name === status && !known.has(name))
    .map(({ controller: { name }, stopped, outcome, enacted }) => {
      const waits = [...(stopped?.problems.map(sentence) ?? []), ...(enacted?.waiting ?? [])]
      const own = new Set(objectsWanted(outcome ?? {}).map(({ kind, metadata }) => `${kind} ${metadata.name}`))
      const awaited = pending.filter(each => own.has(`${each.kind} ${each.name}`)).map(each => each.name)
      const pods = awaited.length > 0 ? `waiting for the pods of ${awaited.join(', ')}` : 'being made'
      return { name, state: 'waiting', message: waits.join('\n') || pods }
    })
}

const isReady = ({ status }: Node): boolean => isTrue(status?.conditions, 'Ready')

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

function statusLine(status: TigeraStatus): StatusLine {
  const { standing = 'unavailable', message = '', reason = '' } = standingOf(status) ?? {}
  return { name: status.metadata.name, state: standing === 'unavailable' ? 'waiting' : standing, message: message || reason }
}

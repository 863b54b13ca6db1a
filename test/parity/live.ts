/** A scenario's cluster on a real control plane, with the operator as a process of its own. */
import { LiveCluster } from '../../hack/live-cluster.ts'
import type { OperatorProcess } from '../../hack/operator-process.ts'
import type { Bed } from './bed.ts'
import type { Scenario } from './scenario.ts'

export async function liveBed({ apiMode, nodes, families, apiserverArgs, env }: Scenario): Promise<Bed> {
  const cluster = await LiveCluster.start({
    mode: apiMode === 'v3crd' ? 'v3' : 'v1',
    nodes: nodes.map(group => ({ families, ...group })),
    families,
    apiserverArgs,
  })
  let operator: OperatorProcess | undefined
  return {
    does: work => work(cluster.user),
    async start() {
      operator = await cluster.startOperator(undefined, env)
    },
    pass: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
    now: () => Date.now(),
    trail: () => cluster.trail(),
    peakRss: () => operator?.peakRss(),
    log: () => operator?.log(),
    close: () => cluster.close(),
  }
}

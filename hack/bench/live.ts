/** Measures one operator on a fresh control plane: an installation, an idle time, a restart. Compares with nothing. */
import { isGood, type TigeraStatus } from '../../test/parity/bed.ts'
import type { Scenario } from '../../test/parity/scenario.ts'
import { LiveCluster, operatorUser } from '../live-cluster.ts'
import type { OperatorCommand, OperatorProcess } from '../operator-process.ts'
import { type Counts, count, lastChange } from '../trail.ts'
import { type Requests, requests, rounded } from './requests.ts'

interface Installation extends Requests {
  allAvailable: boolean
  /** From the start of the process until every TigeraStatus had got its last change, and until nothing changed any more. */
  secondsToRest: number
  secondsToLastChange: number
  /** Of the process, until that was certain. */
  cpuSeconds: number
  peakRssMiB: number
}

export interface LiveNumbers {
  install: Installation
  idle: Requests & { seconds: number; cpuSeconds: number; peakRssMiB: number }
  restart: Requests & { secondsToLastChange: number; cpuSeconds: number; peakRssMiB: number }
  /** By verb and resource, of the installation. */
  detail: Counts
}

interface Options {
  idleSeconds: number
  tell: (line: string) => void
}

/** Nothing has changed for so many seconds: it is over. */
const quiet = 10
const longest = 180

export async function measureLive(scenario: Scenario, command: OperatorCommand, { idleSeconds, tell }: Options): Promise<LiveNumbers> {
  const { nodes, families, apiserverArgs, apiMode, env } = scenario
  const mode = apiMode === 'v3crd' ? 'v3' : 'v1'
  const cluster = await LiveCluster.start({ mode, nodes, families, apiserverArgs })
  try {
    for (const input of scenario.inputs) await cluster.user.create(input)
    tell('installing')
    const [first, from] = await started(cluster, command, env)
    const installed = await settled(cluster, from)
    const { detail, ...install } = await installation(cluster, first, { from, to: installed })
    tell(`idle for ${idleSeconds} s`)
    const idle = await idleTime(cluster, first, idleSeconds)
    await first.close()
    tell('starting anew')
    const [second, again] = await started(cluster, command, env)
    const restart = await restarted(cluster, second, { from: again, to: await settled(cluster, again) })
    return { install, idle, restart, detail }
  } finally {
    await cluster.close()
  }
}

async function started(cluster: LiveCluster, command: OperatorCommand, env: Record<string, string>): Promise<[OperatorProcess, number]> {
  const from = Date.now()
  return [await cluster.startOperator(command, env), from]
}

const pass = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1_000))

/** Waits for the end of all changes, and says when that was certain. The log is read seldom: reading it costs what is measured. */
async function settled(cluster: LiveCluster, from: number): Promise<number> {
  for (;;) {
    await pass(2.5)
    const last = lastChange(await cluster.trail(), { user: operatorUser, from }) ?? from
    const now = Date.now()
    if (now - last >= quiet * 1_000 || now - from >= longest * 1_000) return now
  }
}

async function installation(
  cluster: LiveCluster,
  operator: OperatorProcess,
  interval: { from: number; to: number },
): Promise<Installation & { detail: Counts }> {
  const { cpuSeconds, peakRssMiB } = costs(operator)
  const trail = await cluster.trail()
  const options = { user: operatorUser, ...interval }
  const statuses: TigeraStatus[] = await cluster.user.list('operator.tigera.io/v1', 'tigerastatuses')
  const reports = trail.filter(({ resource }) => resource === 'tigerastatuses')
  return {
    ...requests(trail, options),
    allAvailable: statuses.length > 0 && statuses.every(isGood),
    secondsToRest: since(interval.from, lastChange(reports, options)),
    secondsToLastChange: since(interval.from, lastChange(trail, options)),
    cpuSeconds,
    peakRssMiB,
    detail: count(trail, options),
  }
}

async function idleTime(cluster: LiveCluster, operator: OperatorProcess, seconds: number): Promise<LiveNumbers['idle']> {
  const before = operator.cpu()
  const from = Date.now()
  await pass(seconds)
  const { cpuSeconds, peakRssMiB } = costs(operator)
  const interval = { user: operatorUser, from, to: from + seconds * 1_000 }
  return { ...requests(await cluster.trail(), interval), seconds, cpuSeconds: rounded(cpuSeconds - before), peakRssMiB }
}

async function restarted(
  cluster: LiveCluster,
  operator: OperatorProcess,
  interval: { from: number; to: number },
): Promise<LiveNumbers['restart']> {
  const { cpuSeconds, peakRssMiB } = costs(operator)
  const trail = await cluster.trail()
  const options = { user: operatorUser, ...interval }
  return {
    ...requests(trail, options),
    secondsToLastChange: since(interval.from, lastChange(trail, options)),
    cpuSeconds,
    peakRssMiB,
  }
}

const costs = (operator: OperatorProcess) => ({ cpuSeconds: rounded(operator.cpu()), peakRssMiB: operator.peakRss() })

const since = (from: number, to = from): number => rounded((to - from) / 1_000)

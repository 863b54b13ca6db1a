/** Prints what was measured, one line per number, side by side. Measures nothing. */
import type { CrowdNumbers } from './crowd.ts'
import type { InProcessNumbers, Times } from './in-process.ts'
import type { LiveNumbers } from './live.ts'
import type { Requests } from './requests.ts'

interface About {
  scenario: string
  cpus: number
  node: string
}

interface Results extends About {
  inProcess: InProcessNumbers
  live: Record<string, LiveNumbers>
}

type Row<Numbers> = [title: string, value: (numbers: Numbers) => number | string]

const installed: Row<{ install: Requests & { allAvailable: boolean } }>[] = [
  ['install: writes', ({ install }) => install.writes],
  ['  without effect', ({ install }) => install.withoutEffect],
  ['  failed', ({ install }) => install.failed],
  ['  get and list', ({ install }) => install.reads],
  ['  watches', ({ install }) => install.watches],
  ['  all available', ({ install }) => (install.allAvailable ? 'yes' : 'NO')],
]

const rows: Row<LiveNumbers>[] = [
  ...installed,
  ['  to rest, s', ({ install }) => install.secondsToRest],
  ['  to last change, s', ({ install }) => install.secondsToLastChange],
  ['  CPU, s', ({ install }) => install.cpuSeconds],
  ['  peak RSS, MiB', ({ install }) => install.peakRssMiB],
  ['idle: seconds', ({ idle }) => idle.seconds],
  ['  writes', ({ idle }) => idle.writes],
  ['  get and list', ({ idle }) => idle.reads],
  ['  watches renewed', ({ idle }) => idle.watches],
  ['  CPU, s', ({ idle }) => idle.cpuSeconds],
  ['  peak RSS, MiB', ({ idle }) => idle.peakRssMiB],
  ['restart: writes', ({ restart }) => restart.writes],
  ['  get and list', ({ restart }) => restart.reads],
  ['  watches', ({ restart }) => restart.watches],
  ['  to last change, s', ({ restart }) => restart.secondsToLastChange],
  ['  CPU, s', ({ restart }) => restart.cpuSeconds],
  ['  peak RSS, MiB', ({ restart }) => restart.peakRssMiB],
]

export function table({ scenario, cpus, node, inProcess, live }: Results): string {
  const names = Object.keys(live)
  const { install, renderSources, renderBundle } = inProcess
  const times = (title: string, { first, median, runs }: Times) => line(title, [first.wall, first.cpu, median.wall, median.cpu, runs])
  return [
    heading({ scenario, cpus, node }),
    '',
    line('in process, ms', ['first', 'its CPU', 'median', 'its CPU', 'of']),
    times('  install in sandbox', install),
    times('  render from sources', renderSources),
    times('  render from bundle', renderBundle),
    '',
    ...(names.length > 0
      ? [
          line('on a control plane', names),
          ...rows.map(([title, value]) =>
            line(
              title,
              names.map(name => value(live[name]!)),
            ),
          ),
        ]
      : ['no control plane: not measured']),
  ].join('\n')
}

const crowdRows: Row<CrowdNumbers>[] = [
  ...installed,
  ['  seconds', ({ install }) => install.seconds],
  ['  CPU, s', ({ install }) => install.cpuSeconds],
  ['  peak RSS, MiB', ({ install }) => install.peakRssMiB],
  ['node statuses, 1/s', ({ heartbeatsPerSecond }) => heartbeatsPerSecond],
  ['heartbeats: seconds', ({ heartbeats }) => heartbeats.seconds],
  ['  writes', ({ heartbeats }) => heartbeats.writes],
  ['  get and list', ({ heartbeats }) => heartbeats.reads],
  ['  CPU, s', ({ heartbeats }) => heartbeats.cpuSeconds],
  ['  peak RSS, MiB', ({ heartbeats }) => heartbeats.peakRssMiB],
  ['rollout: seconds', ({ rollout }) => rollout.seconds],
  ['  nodes updated', ({ rollout }) => rollout.updated],
  ['  writes', ({ rollout }) => rollout.writes],
  ['  get and list', ({ rollout }) => rollout.reads],
  ['  CPU, s', ({ rollout }) => rollout.cpuSeconds],
  ['  peak RSS, MiB', ({ rollout }) => rollout.peakRssMiB],
]

export function crowdTable({ crowds, ...about }: About & { crowds: CrowdNumbers[] }): string {
  return [
    heading(about),
    '',
    line(
      'on the sandbox, nodes',
      crowds.map(({ nodes }) => nodes),
    ),
    ...crowdRows.map(([title, value]) => line(title, crowds.map(value))),
  ].join('\n')
}

const heading = ({ scenario, cpus, node }: About): string => `${scenario}, ${cpus} CPUs, Node ${node}`
const line = (title: string, cells: (number | string)[]): string =>
  `${title.padEnd(24)}${cells.map(cell => String(cell).padStart(12)).join('')}`

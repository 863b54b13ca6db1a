/** How an installation comes about, as lines for people: a block that is drawn again and again, and single lines where nothing can be drawn twice. Pure. */
import { cut, type Paint, padded } from './terminal.ts'

/** What there is to see at one moment. */
export interface Scene {
  nodes: Share
  statuses: StatusLine[]
  workloads: WorkloadLine[]
}

export interface Share {
  ready: number
  wanted: number
}

export interface StatusLine {
  name: string
  state: 'available' | 'progressing' | 'degraded' | 'unknown'
  /** The worst that its conditions say; one line or several. */
  message: string
}

export interface WorkloadLine extends Share {
  kind: string
  name: string
}

export interface Look {
  width: number
  paint: Paint
  /** Counts up, so that what is under way moves. */
  beat: number
}

const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const barWidth = 24

/** The block: what is reported, then what runs. */
export function frame({ nodes, statuses, workloads }: Scene, look: Look): string[] {
  const names = Math.max(...[...statuses, ...workloads].map(({ name }) => name.length), 'nodes'.length)
  const rows = [{ kind: 'Node', name: 'nodes', ...nodes }, ...workloads]
  return [
    '',
    ...statuses.map(status => `  ${mark(status, look)} ${statusText(status, names, look)}`),
    ...(statuses.length > 0 ? [''] : []),
    ...rows.map(row => `    ${padded(row.name, names)}  ${bar(row, look.paint)}  ${row.ready} of ${row.wanted}`),
    '',
  ]
}

function mark({ state }: StatusLine, { paint, beat }: Look): string {
  if (state === 'available') return paint('green', '✔')
  if (state === 'degraded') return paint('red', '✖')
  return paint('yellow', spinner[beat % spinner.length]!)
}

function statusText({ name, state, message }: StatusLine, names: number, { width, paint }: Look): string {
  const [first = '', ...more] = message.split('\n')
  const text = `${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`
  const room = width - names - 8
  return `${padded(name, names)}  ${state === 'available' ? paint('dim', cut(text, room)) : cut(text, room)}`
}

function bar({ ready, wanted }: Share, paint: Paint): string {
  const full = wanted === 0 ? 0 : Math.round((barWidth * ready) / wanted)
  const done = '█'.repeat(full)
  return `${paint(ready >= wanted && wanted > 0 ? 'green' : 'yellow', done)}${paint('dim', '░'.repeat(barWidth - full))}`
}

/** What has changed from one moment to the next, one line each. */
export function news(before: Scene | undefined, now: Scene): string[] {
  const known = new Map([...(before?.statuses ?? []), ...(before?.workloads ?? [])].map(each => [each.name, JSON.stringify(each)]))
  const isNew = (each: { name: string }) => known.get(each.name) !== JSON.stringify(each)
  const nodes =
    before?.nodes.ready === now.nodes.ready && before.nodes.wanted === now.nodes.wanted ? [] : [`nodes: ${share(now.nodes)} ready`]
  return [
    ...nodes,
    ...now.workloads.filter(isNew).map(workload => `${workload.kind} ${workload.name}: ${share(workload)} ready`),
    ...now.statuses
      .filter(isNew)
      .map(({ name, state, message }) => `TigeraStatus ${name} is ${state}${message && `: ${message.replaceAll('\n', '; ')}`}`),
  ]
}

const share = ({ ready, wanted }: Share): string => `${ready} of ${wanted}`

/** `3.1 s` */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

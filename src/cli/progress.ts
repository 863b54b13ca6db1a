/** How an installation comes about, as lines for people: a block that is drawn again and again, and single lines where nothing can be drawn twice. Pure. */
import { inShort } from './standing.ts'
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
  state: 'available' | 'progressing' | 'degraded' | 'waiting'
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
  const rows = [{ name: 'nodes', ...nodes }, ...workloads]
  // Each block is as wide as its own names, so that long names of workloads leave what is said its room.
  const [reporting, names] = [statuses, rows].map(each => Math.max(0, ...each.map(({ name }) => name.length))) as [number, number]
  const heading = (text: string) => `  ${look.paint('dim', text)}`
  const reported = statuses.map(status => `    ${mark(status, look)} ${statusText(status, reporting, look)}`)
  const running = rows.map(row => `      ${padded(row.name, names)}  ${bar(row, look.paint)}  ${row.ready} of ${row.wanted}`)
  return ['', ...(reported.length > 0 ? [heading('TigeraStatus'), ...reported, ''] : []), heading('ready'), ...running, '']
}

function mark({ state }: StatusLine, { paint, beat }: Look): string {
  if (state === 'available') return paint('green', '✔')
  if (state === 'degraded') return paint('red', '✖')
  return paint('yellow', spinner[beat % spinner.length]!)
}

function statusText({ name, state, message }: StatusLine, names: number, { width, paint }: Look): string {
  const text = inShort(message)
  const room = width - names - 10
  return `${padded(name, names)}  ${state === 'available' ? paint('dim', cut(text, room)) : cut(text, room)}`
}

function bar({ ready, wanted }: Share, paint: Paint): string {
  const full = wanted === 0 ? 0 : Math.round((barWidth * ready) / wanted)
  const done = '█'.repeat(full)
  return `${paint(ready >= wanted && wanted > 0 ? 'green' : 'yellow', done)}${paint('dim', '░'.repeat(barWidth - full))}`
}

/** What has changed from one moment to the next, one line each; of what has nothing to wait for yet there is no news. */
export function news(before: Scene | undefined, now: Scene): string[] {
  const known = new Set(shown(before).map(each => JSON.stringify(each)))
  return shown(now)
    .filter(each => !known.has(JSON.stringify(each)))
    .map(each => ('state' in each ? statusNews(each) : `${each.kind} ${each.name}: ${each.ready} of ${each.wanted} ready`))
}

function shown(scene: Scene | undefined): (StatusLine | WorkloadLine)[] {
  if (!scene) return []
  const rows = [{ kind: 'all', name: 'nodes', ...scene.nodes }, ...scene.workloads]
  return [...rows.filter(({ wanted }) => wanted > 0), ...scene.statuses]
}

const statusNews = ({ name, state, message }: StatusLine): string =>
  `TigeraStatus ${name} is ${state}${message && `: ${message.replaceAll('\n', '; ')}`}`

/** `3.1 s` */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** Times what needs no control plane: an installation in the sandbox, within this process, and a rendering, as a process of its own. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { rest } from '../../test/parity/bed.ts'
import { sandboxBed } from '../../test/parity/sandbox.ts'
import type { Scenario } from '../../test/parity/scenario.ts'

/** Milliseconds. */
interface Spent {
  wall: number
  /** Of all threads; on a machine that does other things too, this is what can be compared. */
  cpu: number
}

export interface Times {
  /** With everything still to be compiled. */
  first: Spent
  median: Spent
  runs: number
}

export interface InProcessNumbers {
  /** From an empty cluster of the scenario to its rest. */
  install: Times
  /** A process each, of the sources and of the bundle. */
  renderSources: Times
  renderBundle: Times
}

const runs = 9
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

export async function inProcess(scenario: Scenario, bundle: string): Promise<InProcessNumbers> {
  const install = await timed(async () => {
    const bed = await sandboxBed(scenario)
    for (const input of scenario.inputs) await bed.does(user => user.create(input))
    const [from, before] = [performance.now(), process.cpuUsage()]
    const since = bed.now()
    await bed.start()
    await rest(bed, since)
    const { user, system } = process.cpuUsage(before)
    const spent = { wall: performance.now() - from, cpu: (user + system) / 1_000 }
    await bed.close()
    return spent
  })
  const input = join(scenario.directory, 'input.yaml')
  const render = (program: string) => timed(async () => ran([process.execPath, program, 'render', '-f', input]))
  return { install, renderSources: await render(main), renderBundle: await render(bundle) }
}

/** What a process takes, by the shell's `times`, whose second line is of its children. */
function ran(command: readonly string[]): Spent {
  const from = performance.now()
  const script = '"$@" > /dev/null || exit; times'
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...command], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stderr}`)
  const cpu = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
    .map(([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1_000)
    .reduce((sum, each) => sum + each, 0)
  return { wall: performance.now() - from, cpu }
}

async function timed(run: () => Promise<Spent>): Promise<Times> {
  const all: Spent[] = []
  for (let n = 0; n < runs; n++) all.push(await run())
  const median = (of: keyof Spent) => Math.round(all.map(each => each[of]).toSorted((a, b) => a - b)[Math.floor(runs / 2)]!)
  const [first] = all as [Spent]
  return {
    first: { wall: Math.round(first.wall), cpu: Math.round(first.cpu) },
    median: { wall: median('wall'), cpu: median('cpu') },
    runs,
  }
}

/** Times what needs no control plane: an installation in the sandbox, within this process, and a rendering, as a process of its own. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { rest } from '../../test/parity/bed.ts'
import { sandboxBed } from '../../test/parity/sandbox.ts'
import type { Scenario } from '../../test/parity/scenario.ts'

/** Milliseconds by the wall clock. */
export interface Times {
  /** With everything still to be compiled. */
  first: number
  median: number
  runs: number
}

export interface InProcessNumbers {
  /** From an empty cluster of the scenario to its rest. */
  install: Times
  render: Times
}

const runs = 9
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

export async function inProcess(scenario: Scenario): Promise<InProcessNumbers> {
  const install = await timed(async () => {
    const bed = await sandboxBed(scenario)
    for (const input of scenario.inputs) await bed.does(user => user.create(input))
    const from = performance.now()
    const since = bed.now()
    await bed.start()
    await rest(bed, since)
    const milliseconds = performance.now() - from
    await bed.close()
    return milliseconds
  })
  const render = await timed(async () => {
    const from = performance.now()
    const input = join(scenario.directory, 'input.yaml')
    const { status, stderr } = spawnSync(process.execPath, [main, 'render', '-f', input], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (status !== 0) throw new Error(`render failed:\n${stderr}`)
    return performance.now() - from
  })
  return { install, render }
}

async function timed(run: () => Promise<number>): Promise<Times> {
  const times: number[] = []
  for (let n = 0; n < runs; n++) times.push(Math.round(await run()))
  return { first: times[0]!, median: times.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!, runs }
}

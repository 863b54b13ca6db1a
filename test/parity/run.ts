/**
 * `npm run -s parity -- [--live] [--out DIR] SCENARIO_DIR...`: builds the cluster of each scenario.json, in memory or with `--live` on a real control
 * plane, creates the objects of input.yaml, runs the operator to rest, takes the steps with a rest after each, and writes what was left behind to
 * `DIR/<name>/expected.json`, `status.json` and `counts.json`. Where the scenario has an expected.json it is compared, deviations.txt aside; the exit
 * code is 0 only if all are equal.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inLanes } from './lanes.ts'
import type { MakeBed } from './record.ts'
import { isEqual, judge, told, type Verdict } from './verdict.ts'

const usage = 'usage: npm run -s parity -- [--live] [--out DIR] SCENARIO_DIR...'

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { live: { type: 'boolean' }, out: { type: 'string' } }, allowPositionals: true })
  if (positionals.length === 0) throw new TypeError('no scenario is named')
  const out = values.out ?? mkdtempSync(join(tmpdir(), 'parity-'))
  try {
    const makeBed: MakeBed = await bedMaker(values.live ?? false)
    const verdicts: Verdict[] = []
    let failed = 0
    // Time passes by the wall clock there, and a control plane keeps a core busy.
    await inLanes(values.live ? 2 : 1, positionals, async directory => {
      try {
        const verdict = await judge(directory, makeBed, out)
        verdicts.push(verdict)
        console.log(told(verdict))
      } catch (error) {
        failed++
        console.log(`${directory}: FAILED\n    ${error instanceof Error ? error.stack : error}`)
      }
    })
    const compared = verdicts.filter(({ comparisons }) => comparisons)
    const objects = compared.flatMap(({ comparisons = [] }) => comparisons.slice(0, 1))
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
    const equal = compared.filter(isEqual).length
    console.log(
      `scenarios equal ${equal} of ${compared.length + failed}, objects equal ${sum(objects.map(each => each.equal))} of ${sum(objects.map(each => each.total))}`,
    )
    return failed === 0 && equal === compared.length ? 0 : 1
  } finally {
    if (values.out === undefined) rmSync(out, { recursive: true, force: true })
  }
}

/** Each is loaded only where it is needed. */
async function bedMaker(live: boolean): Promise<MakeBed> {
  if (live) return (await import('./live.ts')).liveBed
  const { sandboxBed } = await import('./sandbox.ts')
  return scenario => sandboxBed(scenario)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n${usage}` : error)
  process.exitCode = 2
}

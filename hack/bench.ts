/**
 * `npm run bench -- [--scenario DIR] [--idle SECONDS] [--out FILE]`: what this operator costs an API server and its own machine, on a real control plane,
 * beside another one where REFERENCE_OPERATOR names its binary; and how long an installation and a rendering take in process. Prints a table.
 * With `--nodes 5000`: what it costs on so many nodes, beside three, on the embedded API server; each stretch takes the seconds of `--idle`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readScenario } from '../test/parity/scenario.ts'
import { type CrowdNumbers, measureCrowd } from './bench/crowd.ts'
import { inProcess } from './bench/in-process.ts'
import { type LiveNumbers, measureLive } from './bench/live.ts'
import { crowdTable, table } from './bench/table.ts'
import { available } from './control-plane/control-plane.ts'
import { type OperatorCommand, recordedArgs } from './operator-process.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: join(root, 'test', 'parity', 'scenarios', 'installation-only') },
    idle: { type: 'string', default: '60' },
    nodes: { type: 'string' },
    out: { type: 'string' },
  },
})

const scenario = readScenario(values.scenario)
const shipped = bundle()
const candidates: Record<string, OperatorCommand> = {
  ours: { program: process.execPath, args: [shipped, ...recordedArgs] },
  ...(process.env.REFERENCE_OPERATOR && { reference: { program: process.env.REFERENCE_OPERATOR, args: recordedArgs } }),
}

const about = () => ({ scenario: scenario.name, at: new Date().toISOString(), cpus: cpus().length, node: process.version })
const tell = (line: string) => console.error(`  ${line}`)
const results = values.nodes ? await crowds(Number(values.nodes)) : await usual()
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`)
}

async function usual(): Promise<object> {
  console.error('In process …')
  const local = await inProcess(scenario, shipped)
  const live: Record<string, LiveNumbers> = {}
  if (available(console.error)) {
    // One after the other: they would slow each other down.
    for (const [name, command] of Object.entries(candidates)) {
      console.error(`On a real control plane: ${name} …`)
      live[name] = await measureLive(scenario, command, { idleSeconds: Number(values.idle), tell })
    }
  }
  const numbers = { ...about(), inProcess: local, live }
  console.log(table(numbers))
  return numbers
}

async function crowds(nodes: number): Promise<object> {
  const crowds: CrowdNumbers[] = []
  for (const count of [3, nodes])
    crowds.push(await measureCrowd(scenario, candidates.ours!, { nodes: count, seconds: Number(values.idle), tell }))
  const numbers = { ...about(), crowds }
  console.log(crowdTable(numbers))
  return numbers
}

/** The program as it is shipped: one file. Built anew, so that it is what the sources say. */
function bundle(): string {
  const { status, stderr } = spawnSync('npm', ['run', '-s', 'build'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm run build failed:\n${stderr}`)
  return join(root, 'dist', 'calico-operator.mjs')
}

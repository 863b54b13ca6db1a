/** One scenario, recorded, written to files, and held against what was recorded of the predecessor. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Comparison, compare } from './compare.ts'
import { type MakeBed, type Recording, record } from './record.ts'
import { readScenario } from './scenario.ts'

export interface Verdict {
  name: string
  recording: Recording
  /** Undefined when there is nothing to compare with. */
  comparisons?: Comparison[]
}

/** Files go to `out/<name>/`. */
export async function judge(directory: string, makeBed: MakeBed, out: string): Promise<Verdict> {
  const scenario = readScenario(directory)
  const recording = await record(scenario, makeBed)
  const actual = join(out, scenario.name)
  write(actual, recording)
  const verdict = { name: scenario.name, recording }
  if (!scenario.expected) return verdict
  const kinds = scenario.cases ? (['cases'] as const) : (['objects', 'statuses'] as const)
  const comparisons: Comparison[] = []
  for (const kind of kinds) comparisons.push(await compare(scenario.directory, actual, kind))
  return { ...verdict, comparisons }
}

function write(folder: string, { expected, status, counts, log }: Recording): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries({ expected, status, counts })) {
    if (content !== undefined) writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, null, 1)}\n`)
  }
  if (log !== undefined) writeFileSync(join(folder, 'operator.log'), log)
}

export const isEqual = ({ comparisons = [] }: Verdict): boolean => comparisons.every(({ equal, total }) => equal === total)

/** A line, and what differs below it. */
export function told({ name, recording: { counts, rejected }, comparisons }: Verdict): string {
  const word = comparisons ? (isEqual({ name, comparisons } as Verdict) ? 'equal' : 'DIFFERENT') : 'recorded'
  const facts = [
    ...(comparisons ?? []).map(({ report }) => report.find(line => / equal \d+ of /.test(line))?.replace(/ \(.*/, '') ?? ''),
    ...(counts
      ? [
          `${counts.writes.total} writes`,
          ...(counts.writesWithoutEffect.total ? [`${counts.writesWithoutEffect.total} without effect`] : []),
          ...(counts.failedWrites.total ? [`${counts.failedWrites.total} failed`] : []),
          `settled after ${counts.settleSeconds} s${counts.ended === 'limit' ? ', not all is well' : ''}`,
        ]
      : []),
  ]
  const refusals = rejected.map(({ kind, name, message }) => `    refused: ${kind} ${name}: ${message}`)
  const differences = (comparisons ?? []).filter(({ equal, total }) => equal !== total).flatMap(({ report }) => report)
  return [
    `${name.padEnd(28)} ${word.padEnd(9)}  ${facts.join(', ')}`,
    ...refusals,
    ...differences.slice(0, 40).map(line => `    ${line}`),
  ].join('\n')
}

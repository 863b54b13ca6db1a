/** Takes one scenario from an empty cluster to its last rest, and gives what was left behind. Knows no scenario by name, and compares nothing. */
import { operatorUser } from '../../hack/live-cluster.ts'
import { type Counts, count } from '../../hack/trail.ts'
import { ApiError } from '../../src/kube/errors.ts'
import { type KubeObject, type ObjectRef, refOf } from '../../src/kube/objects.ts'
import { type Bed, idle, type Rest, rest } from './bed.ts'
import { type Statuses, statusOf } from './compare.ts'
import { type Left, leftBy, writtenBy } from './results.ts'
import type { Case, Scenario, Step } from './scenario.ts'

/** What the API server refused to take. */
export interface Rejection {
  kind: string
  name: string
  code: number
  reason: string
  message: string
}

/** The three files of a recording; of a group of cases there is only the first. */
export interface Recording {
  expected: Left | { cases: CaseResult[] }
  status?: Statuses
  counts?: { settleSeconds: number; ended: Rest['ended'] } & Counts & { idle?: object; peakRssMiB?: number }
  rejected: Rejection[]
  /** What the operator's process said, where it was one. */
  log?: string
}

export interface CaseResult {
  name: string
  rejected?: Rejection[]
  tigerastatuses?: Statuses['tigerastatuses']
  seconds?: number
  objects?: string[]
}

export type MakeBed = (scenario: Scenario) => Promise<Bed>

export async function record(scenario: Scenario, makeBed: MakeBed): Promise<Recording> {
  if (scenario.cases) {
    const cases: CaseResult[] = []
    for (const each of scenario.cases) cases.push(await withBed(scenario, makeBed, bed => recordCase(bed, each)))
    return { expected: { cases }, rejected: [] }
  }
  return withBed(scenario, makeBed, bed => recordWhole(bed, scenario))
}

async function withBed<T>(scenario: Scenario, makeBed: MakeBed, work: (bed: Bed) => Promise<T>): Promise<T> {
  const bed = await makeBed(scenario)
  try {
    return await work(bed)
  } finally {
    await bed.close()
  }
}

/** Milliseconds in which a process starts, and a cluster comes to serve what was created. */
const beforeStart = 1_000

async function recordWhole(bed: Bed, scenario: Scenario): Promise<Recording> {
  const inputs = await createAll(bed, scenario.inputs)
  await bed.pass(beforeStart)
  const from = bed.now()
  await bed.start()
  const rests = [await rest(bed, from)]
  for (const steps of scenario.steps) {
    const since = bed.now()
    for (const step of steps) await take(bed, step, inputs)
    rests.push(await rest(bed, since))
  }
  const to = bed.now()
  const quietly = scenario.idle === undefined ? undefined : await idle(bed, scenario.idle)
  const peak = bed.peakRss()
  return {
    expected: await leftBy(bed, inputs.created),
    status: await statusesIn(bed),
    counts: {
      settleSeconds: Math.round(rests.reduce((sum, { settled }) => sum + settled, 0) * 10) / 10,
      ended: rests.at(-1)!.ended,
      ...count(await bed.trail(), { user: operatorUser, from, to }),
      ...(quietly && { idle: quietly }),
      ...(peak !== undefined && { peakRssMiB: peak }),
    },
    rejected: inputs.rejected,
    log: bed.log(),
  }
}

/** A case that the API server refuses is over with that: no operator has anything to do. */
async function recordCase(bed: Bed, { name, inputs }: Case): Promise<CaseResult> {
  const { rejected } = await createAll(bed, inputs)
  if (rejected.length > 0) return { name, rejected }
  await bed.pass(beforeStart)
  const from = bed.now()
  await bed.start()
  const { settled } = await rest(bed, from)
  const { tigerastatuses } = await statusesIn(bed)
  return { name, tigerastatuses, seconds: settled, objects: await writtenBy(bed) }
}

interface Inputs {
  created: KubeObject[]
  rejected: Rejection[]
}

async function createAll(bed: Bed, objects: readonly KubeObject[]): Promise<Inputs> {
  const inputs: Inputs = { created: [], rejected: [] }
  for (const object of objects) await create(bed, object, inputs)
  return inputs
}

const create = (bed: Bed, object: KubeObject, inputs: Inputs): Promise<void> =>
  unlessRejected(refOf(object), inputs, async () => void inputs.created.push(await bed.does(user => user.create(object))))

async function take(bed: Bed, step: Step, inputs: Inputs): Promise<void> {
  if (step.do === 'create') return create(bed, step.object, inputs)
  const { ref } = step
  await unlessRejected(ref, inputs, async () => {
    await bed.does(user => (step.do === 'delete' ? user.delete(ref) : user.mergePatch(ref, step.patch)))
  })
}

/** What the API server refuses is noted, and the rest goes on. */
async function unlessRejected({ kind, name }: ObjectRef, { rejected }: Inputs, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { status: code, reason, body } = error
    rejected.push({ kind, name, code, reason, message: body.message ?? '' })
  }
}

/** operator.tigera.io's resources that have a status. */
const reporting = ['tigerastatuses', 'installations', 'apiservers', 'goldmanes', 'whiskers', 'gatewayapis', 'managementclusterconnections']

async function statusesIn(bed: Bed): Promise<Statuses> {
  const objects: KubeObject[] = []
  for (const plural of reporting) objects.push(...(await bed.does(user => user.list('operator.tigera.io/v1', plural))))
  return statusOf(objects)
}

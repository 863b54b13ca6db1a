/** What an operator does, as log lines and metrics: a line for each change of state, none for what stays. Names and reasons only. */
import type { ApplyNews } from '../kube/apply.ts'
import type { Clock } from '../kube/clock.ts'
import { describe } from '../kube/objects.ts'
import type { Write } from '../kube/telling.ts'
import { type Problem, sentence } from '../reconcile/problems.ts'
import { problemsOf, type Report } from '../reconcile/runner.ts'
import { fault, type Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Ears } from './observe.ts'
import type { Observer } from './operator.ts'

type Result = 'idle' | 'done' | 'problems' | 'waiting' | 'invalid' | 'fault'

/** What others do first is told when it has not been done for so many milliseconds: most of it is over sooner. */
const patience = 5_000

/** What is said of one controller. */
interface Standing {
  /** As it was reported last. */
  said: string
  result: Result
  problems: readonly Problem[]
  /** Sentences of problems that were told and still stand. */
  told: ReadonlySet<string>
  /** Ends the waiting for what others do first. */
  cancel?: () => void
}

/** For one operator; what the last one's problems were is forgotten. */
export class Chronicle implements Observer {
  readonly #log: Log
  readonly #metrics: Metrics
  readonly #clock: Clock
  readonly #standings = new Map<string, Standing>()

  constructor({ log, metrics, clock }: Ears & { clock: Clock }) {
    this.#log = log
    this.#metrics = metrics
    this.#clock = clock
    metrics.problems.reset()
  }

  close(): void {
    for (const { cancel } of this.#standings.values()) cancel?.()
  }

  reported(report: Report): void {
    const { name } = report.controller
    const { result, problems, waiting } = summarise(report)
    countRun(this.#metrics, name, result)
    const before = this.#standings.get(name) ?? { said: '', result: 'idle', problems: [], told: new Set() }
    const said = JSON.stringify([result, problems.map(sentence), waiting])
    if (before.said === said) return
    gauge(this.#metrics, name, { before: before.problems, now: problems })
    const sentences = new Set(problems.map(sentence))
    const standing: Standing = { ...before, said, result, problems, told: new Set([...before.told].filter(text => sentences.has(text))) }
    this.#standings.set(name, standing)
    if (problems.length === 0 && before.told.size > 0) this.#of(name).info('all problems are solved')
    for (const text of waiting) this.#of(name).debug(text)
    if (result === 'waiting' && before.result === 'waiting' && before.cancel) return
    before.cancel?.()
    standing.cancel = result === 'waiting' ? this.#clock.after(patience, () => this.#tell(name)) : undefined
    if (result !== 'waiting') this.#tell(name)
  }

  applied({ what, message }: ApplyNews): void {
    this.#of('apply').info(`${news[what]}${message}`)
  }

  wrote(write: Write): void {
    this.#metrics.writes.inc({ kind: write.ref.kind, effect: write.effect })
    tellWrite(this.#of('apply'), write)
  }

  fault(where: string, error: unknown): void {
    this.#log.error({ logger: where, ...fault(error) }, 'something went wrong here; it is tried again')
  }

  /** Problems that have not been told. */
  #tell(name: string): void {
    const standing = this.#standings.get(name)!
    const log = this.#of(name)
    for (const problem of standing.problems.filter(each => !standing.told.has(sentence(each)))) {
      const line = { reason: problem.reason }
      if (standing.result === 'waiting') log.info(line, `waiting: ${sentence(problem)}`)
      else log.error(line, sentence(problem))
    }
    standing.told = new Set(standing.problems.map(sentence))
    standing.cancel = undefined
  }

  #of(logger: string): Log {
    return this.#log.child({ logger })
  }
}

const news: Record<ApplyNews['what'], string> = { taken: 'changing back ', 'left alone': 'leaving alone ', replaced: 'replacing ' }

function countRun(metrics: Metrics, controller: string, result: Result): void {
  metrics.runs.inc({ controller, result })
  const failed = ['problems', 'invalid', 'fault'].includes(result)
  metrics.reconciles.inc({ controller, result: failed ? 'error' : 'success' })
  if (failed) metrics.errors.inc({ controller })
}

/** `waiting`: objects that wait for others, in words. */
function summarise(report: Report): { result: Result; problems: Problem[]; waiting: string[] } {
  const { serving, stopped, enacted } = report
  const problems = problemsOf(report)
  const waiting = enacted?.waiting ?? []
  if (stopped) return { result: stopped.kind, problems, waiting }
  if (!serving) return { result: 'idle', problems, waiting }
  return { result: problems.length > 0 ? 'problems' : 'done', problems, waiting }
}

function gauge({ problems }: Metrics, controller: string, { before, now }: { before: readonly Problem[]; now: readonly Problem[] }): void {
  for (const { reason } of before) problems.remove({ controller, reason })
  for (const { reason } of now) problems.inc({ controller, reason })
}

/** What failed is told as a problem; statuses, and records of who set what, matter to few. */
function tellWrite(log: Log, { ref, effect, path, subresource }: Write): void {
  if (effect === 'failed') return
  const what = `${effect === 'owner' ? 'took over' : effect === 'none' ? 'wrote without effect' : effect} ${describe(ref)}`
  const line = { kind: ref.kind, ...(ref.namespace && { namespace: ref.namespace }), name: ref.name, ...(path && { path }) }
  log[subresource === undefined ? 'info' : 'debug'](line, subresource === undefined ? what : `${what}/${subresource}`)
}

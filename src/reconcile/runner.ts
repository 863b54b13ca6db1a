/** Runs one controller: when something it looked at changes, it is read and rendered anew; when only what it made changes, that is put right. One run at a time. */

import type { Cache, CacheEvent } from '../kube/cache.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { delayAfter } from './backoff.ts'
import type { Controller, Outcome } from './controller.ts'
import type { Question } from './derived.ts'
import type { Enactor } from './enact.ts'
import type { Interests } from './interests.ts'
import type { Enacted } from './pass.ts'
import { Invalid, type Problem, Waiting } from './problems.ts'
import type { Leftover } from './prune.ts'
import { type ReaderTools, RecordingReader, Unreadable } from './reader.ts'
import { servedIn } from './served.ts'
import { Watched } from './watched.ts'

/** What the last run came to, for status, logs and metrics. */
export interface Report {
  controller: Controller
  /** There is a resource to serve; undefined while that could not be found out. */
  serving: boolean | undefined
  /** Of that resource, as it was read. */
  generation?: number
  /** Undefined when the run was stopped before it could want anything. */
  outcome?: Outcome
  /** Why it was stopped: the user must act, somebody else must act first, or a fault of ours. */
  stopped?: {
    kind: 'invalid' | 'waiting' | 'fault'
    problems: Problem[]
    /** The server gave no answer: that mostly passes by itself. */
    unanswered?: boolean
  }
  enacted?: Enacted
}

/** All that is wrong, whether it stopped the run, was found by it, or came of what it wanted. */
export const problemsOf = ({ stopped, outcome, enacted }: Report): Problem[] => [
  ...(stopped?.problems ?? []),
  ...(outcome?.problems ?? []),
  ...(enacted?.problems ?? []),
]

/** What is worked with; the same for all controllers of a process, but for the enactor. */
export interface Workshop extends ReaderTools {
  cache: Cache
  clock: Clock
  random: Random
  enactor: Enactor
  /** What this controller has to take away because nobody wants it any more; asked when all it wants is there. */
  leftovers(runner: Runner): Promise<Leftover[]>
  /** Told after each run. */
  report(report: Report): void
  /** Told when a run is over and no other is due. */
  rested(runner: Runner): void
  /** Told of faults, with the stack. */
  fault(controller: string, error: unknown): void
}

type Need = 'nothing' | 'check' | 'objects' | 'facts'
const order: readonly Need[] = ['nothing', 'check', 'objects', 'facts']

/** Milliseconds. Events that come together are answered together; of what changes all the time only some values matter, and those not so much. */
const together = { nothing: 0, check: 500, objects: 50, facts: 50 }

export class Runner {
  readonly controller: Controller
  readonly #shop: Workshop
  /** Of the last good run and, while reading or after a failure, of the one since. */
  #interests: readonly Interests[] = []
  #wanting: Outcome | undefined
  #watched = new Watched({})
  #need: Need = 'nothing'
  #running = false
  #lastStart = Number.NEGATIVE_INFINITY
  #faults = 0
  #last?: Report
  #stopped = false
  /** Timers: the next run, the next try of what failed, and the next look for what no event tells. */
  readonly #cancel: { wake?: () => void; retry?: () => void; again?: () => void } = {}

  constructor(controller: Controller, shop: Workshop) {
    this.controller = controller
    this.#shop = shop
  }

  /** Nothing runs and nothing is about to. */
  get resting(): boolean {
    return !this.#running && this.#need === 'nothing'
  }

  get last(): Report | undefined {
    return this.#last
  }

  /** What it wants since its last look at the cluster, whether that is there or not. */
  get wanting(): Outcome | undefined {
    return this.#wanting
  }

  start(): void {
    this.#wake('facts')
  }

  /** No new run begins; the one under way ends with the writes it is at. */
  stop(): void {
    this.#stopped = true
    this.#shop.enactor.stop()
    for (const cancel of Object.values(this.#cancel)) cancel()
    this.#need = 'nothing'
  }

  notice(event: CacheEvent): void {
    const touches = this.#interests.map(interests => interests.touchedBy(event))
    if (touches.includes('yes')) this.#wake('facts')
    else if (touches.includes('maybe')) this.#wake('check')
    if (this.#watched.touchedBy(event)) this.#wake('objects')
  }

  /** Looks again at what was made, as when others no longer want what is left to this one to take away. */
  recheck(): void {
    this.#wake('objects')
  }

  #wake(need: Need): void {
    if (this.#stopped || order.indexOf(need) <= order.indexOf(this.#need)) return
    this.#need = need
    if (this.#running) return
    this.#cancel.wake?.()
    // However the clock was set meanwhile.
    const since = Math.max(0, this.#shop.clock.now() - this.#lastStart)
    this.#cancel.wake = this.#shop.clock.after(Math.max(0, together[need] - since), () => void this.#run())
  }

  async #run(): Promise<void> {
    const need = this.#need
    this.#need = 'nothing'
    this.#running = true
    this.#lastStart = this.#shop.clock.now()
    try {
      await this.#answer(need)
    } catch (error) {
      this.#faulty(error)
    } finally {
      this.#running = false
      const next = this.#need
      this.#need = 'nothing'
      if (next !== 'nothing') this.#wake(next)
      else if (!this.#stopped) this.#shop.rested(this)
    }
  }

  async #answer(need: Need): Promise<void> {
    if (need === 'check' && !this.#interests.some(interests => interests.differs(question => this.#derived(question)))) return
    const decided = need === 'objects' && this.#last?.outcome ? this.#last : await this.#decide()
    if (this.#stopped) return
    const report = await this.#enacted(decided)
    if (this.#stopped) return
    this.#last = report
    this.#shop.report(report)
  }

  async #decide(): Promise<Report> {
    const { controller } = this
    const reader = new RecordingReader(this.#shop)
    const generation = await this.#generation()
    const about = { controller, ...(generation !== undefined && { generation }) }
    // What is being read wakes it too from now on: a change may come before the run ends.
    this.#interests = [...this.#interests, reader.interests]
    this.#later('again', undefined)
    try {
      const facts = await controller.read(reader)
      const outcome = facts === undefined ? {} : controller.desired(facts)
      this.#interests = [reader.interests]
      this.#faults = 0
      this.#later('again', outcome.again)
      return { ...about, serving: facts !== undefined, outcome }
    } catch (error) {
      const [good = reader.interests] = this.#interests
      this.#interests = [good.union(reader.interests)]
      return { ...about, serving: this.#servingDespite(error), stopped: this.#stoppedBy(error) }
    }
  }

  async #enacted({ enacted: _, ...report }: Report): Promise<Report> {
    const { outcome, ...rest } = report
    this.#later('retry', undefined)
    try {
      this.#wants(outcome)
      if (!outcome) return report
      const enacted = await this.#shop.enactor.enact(outcome, () => this.#shop.leftovers(this))
      this.#later('retry', enacted.retryIn)
      return { ...report, enacted }
    } catch (error) {
      return { ...rest, stopped: this.#stoppedBy(error) }
    }
  }

  #wants(outcome: Outcome | undefined): void {
    if (outcome === this.#wanting) return
    this.#wanting = outcome
    this.#watched = new Watched(outcome ?? {})
  }

  /** Read before all else: what changes while the rest is read is answered by the next run. */
  async #generation(): Promise<number | undefined> {
    const { cache, sight } = this.#shop
    const { serves } = this.controller
    if (!serves) return undefined
    const view = cache.view(serves.kind)
    await sight.settle([view])
    return servedIn(cache, serves)?.metadata.generation
  }

  /** What could not be read tells nothing about whom it was read for. */
  #servingDespite(error: unknown): boolean | undefined {
    if (!(error instanceof Unreadable)) return true
    const { serves } = this.controller
    if (serves && servedIn(this.#shop.cache, serves)) return true
    return this.#last?.serving ?? (error.refused && !serves ? true : undefined)
  }

  #stoppedBy(error: unknown): NonNullable<Report['stopped']> {
    if (error instanceof Invalid || error instanceof Waiting) {
      this.#later('again', error.again)
      return { kind: error instanceof Invalid ? 'invalid' : 'waiting', problems: error.problems }
    }
    if (error instanceof Unreadable) return this.#unreadable(error)
    this.#faulty(error)
    const message = `rendering failed: ${error instanceof Error ? error.message : String(error)}`
    return { kind: 'fault', problems: [{ reason: 'InternalServerError', message, remedy: 'The log has the details; please report it' }] }
  }

  /** When it can be read an event tells. */
  #unreadable({ refused, kind, message }: Unreadable): NonNullable<Report['stopped']> {
    if (!refused) return { kind: 'waiting', problems: [{ reason: 'ResourceReadError', message }], unanswered: true }
    const remedy = `Grant the operator's service account get, list and watch of ${kind.plural} (${kind.apiVersion})`
    return { kind: 'waiting', problems: [{ reason: 'ResourceReadError', message, remedy }] }
  }

  #faulty(error: unknown): void {
    this.#shop.fault(this.controller.name, error)
    this.#later('again', delayAfter(++this.#faults, this.#shop.random))
  }

  /** In the place of the timer before. */
  #later(timer: 'retry' | 'again', milliseconds: number | undefined): void {
    this.#cancel[timer]?.()
    if (this.#stopped || milliseconds === undefined) return
    this.#cancel[timer] = this.#shop.clock.after(milliseconds, () => this.#wake(timer === 'retry' ? 'objects' : 'facts'))
  }

  #derived(question: Question): string {
    const { cache, derivations } = this.#shop
    return derivations.of(question, cache.view(question.kind, {})).text
  }
}

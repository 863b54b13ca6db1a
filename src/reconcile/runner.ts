/** Runs one controller: when something it looked at changes, it is read and rendered anew; when only what it made changes, that is put right. One run at a time. */
import type { Cache, CacheEvent } from '../kube/cache.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { type Kind, type KubeObject, keyOf, refOf } from '../kube/objects.ts'
import { delayAfter } from './backoff.ts'
import type { Controller, Outcome } from './controller.ts'
import type { Enacted, Enactor } from './enact.ts'
import type { Interests } from './interests.ts'
import { Invalid, type Problem, Waiting } from './problems.ts'
import { RecordingReader, Unreadable } from './reader.ts'
import type { Scopes } from './scopes.ts'

/** What the last run came to, for status, logs and metrics. */
export interface Report {
  controller: Controller
  /** There is a resource to serve. */
  serving: boolean
  /** Of that resource, as it was read. */
  generation?: number
  /** Undefined when the run was stopped before it could want anything. */
  outcome?: Outcome
  /** Why it was stopped: the user must act, somebody else must act first, or a fault of ours. */
  stopped?: { kind: 'invalid' | 'waiting' | 'fault'; problems: Problem[] }
  enacted?: Enacted
}

/** What is worked with; the same for all controllers of a process. */
export interface Workshop {
  cache: Cache
  scopes: Scopes
  enactor: Enactor
  clock: Clock
  random: Random
  /** Told after each run; what it returns is waited for. */
  report(report: Report): Promise<void>
  /** Told of faults, with the stack. */
  fault(controller: string, error: unknown): void
}

/** Events that come together are answered together. */
const together = 50

type Need = 'nothing' | 'check' | 'objects' | 'facts'
const order: readonly Need[] = ['nothing', 'check', 'objects', 'facts']

export class Runner {
  readonly controller: Controller
  readonly #shop: Workshop
  /** Of the last good run and, while reading or after a failure, of the one since. */
  #interests: readonly Interests[] = []
  #need: Need = 'nothing'
  #running = false
  #lastStart = Number.NEGATIVE_INFINITY
  #cancelWake?: () => void
  #cancelLater?: () => void
  #faults = 0
  #last?: Report
  #stopped = false
  /** Keys of what is wanted and of what its conditions wait for. */
  #watched: ReadonlySet<string> = new Set()

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

  start(): void {
    this.#wake('facts')
  }

  stop(): void {
    this.#stopped = true
    this.#cancelWake?.()
    this.#cancelLater?.()
    this.#need = 'nothing'
  }

  notice(event: CacheEvent): void {
    const touches = this.#interests.map(interests => interests.touchedBy(event))
    if (touches.includes('yes')) this.#wake('facts')
    else if (touches.includes('maybe')) this.#wake('check')
    if (event.object && this.#watched.has(keyOf(refOf(event.object)))) this.#wake('objects')
  }

  /** Looks again at what was made, as when the last owner of something has changed its mind. */
  recheck(): void {
    this.#wake('objects')
  }

  #wake(need: Need): void {
    if (this.#stopped) return
    if (order.indexOf(need) > order.indexOf(this.#need)) this.#need = need
    if (this.#running || this.#cancelWake) return
    const wait = Math.max(0, this.#lastStart + together - this.#shop.clock.now())
    this.#cancelWake = this.#shop.clock.after(wait, () => {
      this.#cancelWake = undefined
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    const need = this.#need
    this.#need = 'nothing'
    this.#running = true
    this.#lastStart = this.#shop.clock.now()
    try {
      await this.#answer(need)
    } catch (error) {
      this.#shop.fault(this.controller.name, error)
      this.#later(delayAfter(++this.#faults, this.#shop.random), 'facts')
    } finally {
      this.#running = false
      const next = this.#need
      if (next !== 'nothing') this.#wake(next)
    }
  }

  async #answer(need: Need): Promise<void> {
    if (need === 'check' && !this.#interests.some(interests => interests.differs(kind => this.#listed(kind)))) return
    const again = need === 'objects' && this.#last?.outcome !== undefined
    const report = again ? { ...this.#last!, enacted: undefined } : await this.#decide()
    this.#last = report
    const { outcome } = report
    if (outcome) {
      this.#watched = watchedBy(outcome)
      const enacted = await this.#shop.enactor.enact(outcome)
      this.#last = { ...report, enacted }
      if (enacted.retryIn !== undefined) this.#later(enacted.retryIn, 'objects')
      else if (outcome.again !== undefined) this.#later(outcome.again, 'facts')
    }
    if (!this.#stopped) await this.#shop.report(this.#last)
  }

  async #decide(): Promise<Report> {
    const { cache, scopes } = this.#shop
    const reader = new RecordingReader(cache, scopes)
    const { controller } = this
    const generation = await this.#generation()
    // What is being read wakes it too from now on: a change may come before the run ends.
    this.#interests = [...this.#interests, reader.interests]
    try {
      const facts = await controller.read(reader)
      const outcome = facts === undefined ? {} : controller.desired(facts)
      this.#interests = [reader.interests]
      this.#faults = 0
      return { controller, serving: facts !== undefined, outcome, ...(generation !== undefined && { generation }) }
    } catch (error) {
      const [good = reader.interests] = this.#interests
      this.#interests = [good.union(reader.interests)]
      return { controller, serving: true, stopped: this.#stoppedBy(error), ...(generation !== undefined && { generation }) }
    }
  }

  /** Read before all else: what changes while the rest is read is answered by the next run. */
  async #generation(): Promise<number | undefined> {
    const { serves } = this.controller
    if (!serves) return undefined
    const view = this.#shop.cache.view(serves.kind)
    await view.settled()
    return view.get(serves.name)?.metadata.generation
  }

  #stoppedBy(error: unknown): NonNullable<Report['stopped']> {
    if (error instanceof Invalid) return { kind: 'invalid', problems: error.problems }
    if (error instanceof Waiting) return { kind: 'waiting', problems: error.problems }
    if (error instanceof Unreadable) {
      this.#later(delayAfter(++this.#faults, this.#shop.random), 'facts')
      const remedy = `The operator needs to get, list and watch ${error.kind.plural} (${error.kind.apiVersion}); its ClusterRole must allow that`
      return { kind: 'waiting', problems: [{ reason: 'ResourceReadError', message: error.message, remedy }] }
    }
    this.#shop.fault(this.controller.name, error)
    this.#later(delayAfter(++this.#faults, this.#shop.random), 'facts')
    const message = `rendering failed: ${error instanceof Error ? error.message : String(error)}`
    return { kind: 'fault', problems: [{ reason: 'InternalServerError', message, remedy: 'The log has the details; please report it' }] }
  }

  #later(milliseconds: number, need: Need): void {
    this.#cancelLater?.()
    if (this.#stopped) return
    this.#cancelLater = this.#shop.clock.after(milliseconds, () => {
      this.#cancelLater = undefined
      this.#wake(need)
    })
  }

  #listed(kind: Kind): KubeObject[] {
    return this.#shop.cache.view(kind, {}).list()
  }
}

function watchedBy({ objects = [], remove = [], release }: Outcome): Set<string> {
  const keys = new Set((release?.after ?? []).map(({ ref }) => keyOf(ref)))
  for (const item of objects) {
    const { object, after = [] } = 'object' in item ? item : { object: item }
    keys.add(keyOf(refOf(object)))
    for (const { ref } of after) keys.add(keyOf(ref))
  }
  for (const item of remove) {
    const { ref, after = [] } = 'ref' in item ? item : { ref: item }
    keys.add(keyOf(ref))
    for (const condition of after) keys.add(keyOf(condition.ref))
  }
  return keys
}

/** One TigeraStatus, and the controllers that it shows: writes it, and the status of the resource that is served, when something has changed that lasts. */

import type { Condition } from '../../api/pod.ts'
import { TigeraStatus, type TigeraStatusCondition } from '../../api/tigerastatus.ts'
import type { Applier } from '../kube/apply.ts'
import type { Cache } from '../kube/cache.ts'
import type { Client } from '../kube/client.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { isForbidden } from '../kube/errors.ts'
import { isTrue, type KubeObject, type ObjectRef, refOf } from '../kube/objects.ts'
import { delayAfter } from '../reconcile/backoff.ts'
import type { Controller, Note } from '../reconcile/controller.ts'
import type { Report } from '../reconcile/runner.ts'
import { servedIn } from '../reconcile/served.ts'
import { conditionsOf } from './conditions.ts'
import { findings, generationOf, isUnanswered, workloadsOf } from './findings.ts'
import { mirrored, noted } from './mirrored.ts'
import { Since } from './since.ts'
import { UnsettledWorkloads } from './unsettled.ts'
import type { Workload } from './workload.ts'

export interface BoardOptions {
  controllers: readonly Controller[]
  cache: Cache
  client: Client
  applier: Applier
  clock: Clock
  random: Random
  /** Told of a status that could not be written; it is tried again. */
  failed(ref: ObjectRef, error: unknown): void
}

/** How long it has to last before it is shown, in milliseconds. What is good, or surely wrong, is shown at once. */
const patience = {
  /** What is under way and not yet wrong: most of it is over sooner. */
  usual: 1_000,
  /** Before anything was shown: a whole installation with its pods takes two seconds. */
  first: 5_000,
  /** An operator that has just begun knows less than the one before it. */
  starting: 30_000,
  /** A server that is back answers all watches by then. */
  unanswered: 60_000,
}
/** Controllers that answer the same change report together. */
const together = 20
/** A text that changes all the time, as the progress of a rollout does, is written after so long, then after twice that, and at last so often. */
const progressEvery = { first: 5_000, last: 60_000 }

type Conditions = readonly TigeraStatusCondition[]
type Served = KubeObject & { status?: { conditions?: readonly Condition[] } }

export class Board {
  readonly #options: BoardOptions
  readonly #ref: ObjectRef
  readonly #expected: number
  readonly #reports = new Map<Controller, Report>()
  readonly #unsettled: UnsettledWorkloads
  readonly #awaited = new Since()
  /** Since when there is something that may pass. */
  #since: number | undefined
  #writtenAt = Number.NEGATIVE_INFINITY
  /** How often in a row nothing but a text was written. */
  #texts = 0
  #failures = 0
  /** After a failure: since when, and for how long nothing is tried. */
  #rest = { from: 0, milliseconds: 0 }
  #timer: { due: number; cancel: () => void } | undefined
  #turn: Promise<void> = Promise.resolve()
  #queued = 0
  /** Something is to be written when it has lasted. */
  #pending = false
  #stopped = false

  constructor(name: string, options: BoardOptions) {
    this.#options = options
    this.#ref = { apiVersion: TigeraStatus.apiVersion, kind: TigeraStatus.kind, name }
    this.#expected = options.controllers.filter(({ reports }) => reports === name).length
    this.#unsettled = new UnsettledWorkloads(options)
  }

  get resting(): boolean {
    return this.#queued === 0 && !this.#pending
  }

  stop(): void {
    this.#stopped = true
    this.#pending = false
    this.#timer?.cancel()
  }

  take(report: Report): void {
    this.#reports.set(report.controller, report)
    this.#pending = true
    this.#again(together)
  }

  /** Shows what there is to show; nothing when nobody has reported yet. */
  refresh(): void {
    // One that waits its turn will show this too.
    if (this.#stopped || this.#queued > 1) return
    this.#queued++
    this.#turn = this.#turn.then(async () => {
      await this.#show()
      this.#queued--
    })
  }

  async #show(): Promise<void> {
    this.#pending = false
    if (this.#stopped || this.#reports.size === 0) return
    const rested = this.#options.clock.now() - this.#rest.from
    // A clock that was set back ends the rest.
    if (rested >= 0 && rested < this.#rest.milliseconds) return this.#again(this.#rest.milliseconds - rested)
    try {
      await this.#told()
      this.#failures = 0
    } catch (error) {
      this.#options.failed(this.#ref, error)
      this.#rest = { from: this.#options.clock.now(), milliseconds: delayAfter(++this.#failures + 3, this.#options.random) }
      this.#again(this.#rest.milliseconds)
    }
  }

  async #told(): Promise<void> {
    const { cache, applier } = this.#options
    const view = cache.view(TigeraStatus)
    if (view.state === 'syncing') {
      this.#pending = true
      return void view.settled().then(() => this.refresh())
    }
    if (view.state !== 'synced' && !isForbidden(view.error)) {
      // When it can be read an event tells; until then no time counts.
      this.#since = undefined
      return
    }
    const live = view.get(this.#ref.name)
    const serving = this.#primary()?.serving
    if (serving === false) return void (live && (await applier.remove(this.#ref)))
    // Nobody is told of a part that may not be asked for at all.
    if (serving === undefined && !live) return
    await this.#remember()
    const conditions = await this.#conditions(live?.status?.conditions ?? [])
    const wait = this.#waitBefore(conditions, live?.status?.conditions)
    if (this.#stopped) return
    if (wait > 0) {
      this.#pending = true
      this.#again(wait)
    } else await this.#write(conditions, live)
  }

  async #conditions(before: Conditions): Promise<TigeraStatusCondition[]> {
    const { cache, clock } = this.#options
    const reports = [...this.#reports.values()]
    const workloads = workloadsOf(reports).flatMap(ref => cache.find(ref).object ?? []) as Workload[]
    const { found, again } = await this.#unsettled.look(workloads)
    if (again !== undefined) this.#again(again)
    const now = clock.now()
    const reported = before.flatMap(({ message }) => message ?? [])
    const dating = this.#awaited.round({ reported, now })
    const all = findings(reports, { expected: this.#expected, workloads, pods: found, dating })
    return conditionsOf(all, { conditions: before, now, generation: generationOf(reports, this.#primary()) })
  }

  /** Milliseconds until this may be shown; 0 when it may be now. */
  #waitBefore(conditions: Conditions, shown: Conditions = []): number {
    const now = this.#options.clock.now()
    const reports = [...this.#reports.values()]
    if (isTrue(conditions, 'Available') || reports.some(({ stopped }) => stopped && stopped.kind !== 'waiting')) {
      this.#since = undefined
      return 0
    }
    // A clock that was set back begins anew.
    this.#since = Math.min(this.#since ?? now, now)
    const fine = isTrue(shown, 'Available')
    const usual = shown.length === 0 ? 'first' : 'usual'
    const kind = fine && reports.length < this.#expected ? 'starting' : fine && isUnanswered(reports) ? 'unanswered' : usual
    const rest = this.#since + patience[kind] - now
    if (rest > 0 || !onlyTextDiffers(conditions, shown)) return rest
    const every = Math.min(progressEvery.first * 2 ** this.#texts, progressEvery.last)
    return Math.min(this.#writtenAt + every - now, every)
  }

  async #write(conditions: Conditions, live: TigeraStatus | undefined): Promise<void> {
    const { applier, clock } = this.#options
    const { apiVersion, kind, name } = this.#ref
    const itself: KubeObject = { apiVersion, kind, metadata: { name } }
    if (!live) await applier.apply(itself)
    const { wrote } = await applier.apply({ ...itself, ...{ status: { conditions } } }, { subresource: 'status' })
    if (wrote) {
      this.#writtenAt = clock.now()
      this.#texts = onlyTextDiffers(conditions, live?.status?.conditions ?? []) ? this.#texts + 1 : 0
    }
    await this.#writeServed(conditions)
  }

  /** The report of the controller that the status is named after. */
  #primary(): Report | undefined {
    return [...this.#reports.values()].find(({ controller }) => controller.name === this.#ref.name)
  }

  /** Conditions are mirrored in the resource that is served by its own controller alone; what others wrote there stays. */
  async #writeServed(conditions: Conditions): Promise<void> {
    const { controller, outcome } = this.#primary() ?? {}
    const served = this.#served()
    if (!served || !controller?.mirrors) return
    const achieved = isTrue(conditions, 'Available') ? outcome?.achieved : undefined
    const found = this.#noted(outcome?.notes, served)
    await this.#tell(served, { ...served.status, ...outcome?.status, ...achieved, conditions: mirrored(conditions, found) })
  }

  /** What something else waits for is written without waiting for the rest. */
  async #remember(): Promise<void> {
    const served = this.#served()
    const { notes = [] } = this.#primary()?.outcome ?? {}
    const urgent = notes.filter(({ type, soon }) => soon && !served?.status?.conditions?.some(condition => condition.type === type))
    if (!served || urgent.length === 0) return
    await this.#tell(served, { ...served.status, conditions: this.#noted(urgent, served) })
  }

  #served(): Served | undefined {
    const { serves } = this.#primary()?.controller ?? {}
    return serves && (servedIn(this.#options.cache, serves) as Served | undefined)
  }

  #noted(notes: readonly Note[] = [], { status }: Served): Condition[] {
    return noted(notes, { found: status?.conditions, now: this.#options.clock.now() })
  }

  async #tell(served: Served, status: object): Promise<void> {
    const { apiVersion, kind, name } = refOf(served)
    const told = { apiVersion, kind, metadata: { name, uid: served.metadata.uid }, status } as KubeObject
    await this.#options.applier.apply(told, { subresource: 'status' })
  }

  /** The earliest of all wishes counts. */
  #again(milliseconds: number): void {
    const { clock } = this.#options
    const wait = Math.ceil(milliseconds) // what is left of a wait can be less than a clock can tell
    const due = clock.now() + wait
    if (this.#stopped || (this.#timer && this.#timer.due <= due)) return
    this.#timer?.cancel()
    const cancel = clock.after(wait, () => {
      this.#timer = undefined
      this.refresh()
    })
    this.#timer = { due, cancel }
  }
}

const onlyTextDiffers = (one: Conditions, other: Conditions): boolean =>
  one.length === other.length &&
  one.every(({ type, status, reason }) => other.some(each => each.type === type && each.status === status && each.reason === reason)) &&
  JSON.stringify(one) !== JSON.stringify(other)

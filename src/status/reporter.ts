/** Writes what the controllers came to into TigeraStatuses and into the status of the resource that is served: only what changed, and what lasts. */
import { TigeraStatus, type TigeraStatusCondition } from '../../api/tigerastatus.ts'
import type { Applier } from '../kube/apply.ts'
import type { Cache } from '../kube/cache.ts'
import type { Client } from '../kube/client.ts'
import type { Clock } from '../kube/clock.ts'
import { Pod } from '../kube/kinds.ts'
import { type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Controller } from '../reconcile/controller.ts'
import type { Report } from '../reconcile/runner.ts'
import { conditionsOf } from './conditions.ts'
import { findings, unsettled, workloadsOf } from './findings.ts'
import { mirrored } from './mirrored.ts'
import { type PodFindings, podFindings } from './pods.ts'
import type { Workload } from './workload.ts'

export interface ReporterOptions {
  controllers: readonly Controller[]
  cache: Cache
  client: Client
  applier: Applier
  clock: Clock
  /** Told of a status that could not be written; it is tried again. */
  failed(ref: ObjectRef, error: unknown): void
}

/** What is under way and not yet wrong is shown only when it lasts, in milliseconds: most of it is over sooner. */
const grace = 1_000
/** Pods are looked at when a workload has been unsettled for so long, and then again as often. */
const podsAfter = 5_000
const podsEvery = 10_000
const podsAtOnce = 200
const retryAfter = 5_000

export class Reporter {
  readonly #boards: Map<string, Board>

  constructor(options: ReporterOptions) {
    const names = new Set(options.controllers.flatMap(({ reports }) => reports ?? []))
    this.#boards = new Map([...names].map(name => [name, new Board(name, options)]))
  }

  /** Takes a report in. The status follows at once when it is good or wrong, else when it lasts. */
  async report(report: Report): Promise<void> {
    await this.#boards.get(report.controller.reports ?? '')?.take(report)
  }

  stop(): void {
    for (const board of this.#boards.values()) board.stop()
  }

  /** Nothing waits to be written. */
  get resting(): boolean {
    return [...this.#boards.values()].every(({ resting }) => resting)
  }
}

/** One TigeraStatus, and the controllers that it shows. */
class Board {
  readonly #name: string
  readonly #options: ReporterOptions
  readonly #expected: number
  readonly #reports = new Map<Controller, Report>()
  readonly #unsettledSince = new Map<string, number>()
  readonly #pods = new Map<string, { at: number; found: PodFindings }>()
  #cancel?: () => void
  #writing: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(name: string, options: ReporterOptions) {
    this.#name = name
    this.#options = options
    this.#expected = options.controllers.filter(({ reports }) => reports === name).length
  }

  get resting(): boolean {
    return this.#cancel === undefined
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  take(report: Report): Promise<void> {
    this.#reports.set(report.controller, report)
    this.#writing = this.#writing.then(() => this.#show(false))
    return this.#writing
  }

  /** `lasting`: what is shown now has been so for long enough. */
  async #show(lasting: boolean): Promise<void> {
    if (this.#stopped) return
    const primary = this.#primary()
    const ref: ObjectRef = { apiVersion: TigeraStatus.apiVersion, kind: TigeraStatus.kind, name: this.#name }
    try {
      if (primary && !primary.serving) return await this.#withdraw(ref)
      await this.#write(ref, lasting)
    } catch (error) {
      this.#options.failed(ref, error)
      this.#again(retryAfter, lasting)
    }
  }

  async #withdraw(ref: ObjectRef): Promise<void> {
    const view = this.#options.cache.view(TigeraStatus)
    await view.settled()
    if (view.get(ref.name)) await this.#options.applier.remove(ref)
  }

  async #write(ref: ObjectRef, lasting: boolean): Promise<void> {
    const { cache, clock, applier } = this.#options
    const view = cache.view(TigeraStatus)
    await view.settled()
    if (view.state === 'absent') return this.#again(retryAfter, lasting)
    const live = view.get(this.#name)
    const reports = [...this.#reports.values()]
    const workloads = workloadsOf(reports).flatMap(workload => cache.find(workload).object ?? [])
    const found = findings(reports, { expected: this.#expected, workloads, pods: await this.#podsOf(unsettled(workloads)) })
    const served = this.#served()
    const before = { conditions: live?.status?.conditions ?? [], now: clock.now(), generation: this.#primary()?.generation }
    const conditions = conditionsOf(found, before)
    const final = isTrue(conditions, 'Available') || reports.some(({ stopped }) => stopped && stopped.kind !== 'waiting')
    if (!final && !lasting) return this.#again(grace, true)
    const itself: KubeObject = { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name } }
    const told = { ...itself, status: { conditions } }
    if (!live) await applier.apply(itself)
    await applier.apply(told, { subresource: 'status' })
    if (served?.metadata.uid !== undefined) await this.#writeServed(served, conditions)
  }

  /** The report of the controller that the status is named after. */
  #primary(): Report | undefined {
    return [...this.#reports.values()].find(({ controller }) => controller.name === this.#name)
  }

  /** The resource that is served; conditions are mirrored there by its own controller alone. */
  #served(): KubeObject | undefined {
    const { serves } = this.#primary()?.controller ?? {}
    return serves && this.#options.cache.view(serves.kind).get(serves.name)
  }

  async #writeServed(served: KubeObject, conditions: TigeraStatusCondition[]): Promise<void> {
    const report = this.#primary()
    if (!report?.controller.mirrors) return
    const { status = {} } = served as { status?: { conditions?: Parameters<typeof mirrored>[1] } }
    const wanted = {
      ...status,
      ...report.outcome?.status,
      ...(isTrue(conditions, 'Available') && report.outcome?.achieved),
      conditions: mirrored(conditions, status.conditions),
    }
    const { apiVersion, kind, name } = refOf(served)
    await this.#options.applier.apply({ apiVersion, kind, metadata: { name }, status: wanted } as KubeObject, { subresource: 'status' })
  }

  async #podsOf(workloads: readonly Workload[]): Promise<PodFindings[]> {
    const { clock } = this.#options
    const keys = new Set(workloads.map(workload => keyOf(refOf(workload))))
    for (const key of this.#unsettledSince.keys()) if (!keys.has(key)) this.#forget(key)
    return (await Promise.all(workloads.map(workload => this.#podsOfOne(workload, clock.now())))).flat()
  }

  #forget(key: string): void {
    this.#unsettledSince.delete(key)
    this.#pods.delete(key)
  }

  async #podsOfOne(workload: Workload, now: number): Promise<PodFindings[]> {
    const key = keyOf(refOf(workload))
    const since = this.#unsettledSince.get(key) ?? now
    this.#unsettledSince.set(key, since)
    if (now - since < podsAfter) {
      this.#again(since + podsAfter - now, true)
      return []
    }
    const last = this.#pods.get(key)
    this.#again(podsEvery, true)
    if (last && now - last.at < podsEvery) return [last.found]
    const labels = workload.spec?.selector?.matchLabels ?? {}
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',')
    const pods = await this.#options.client.list(Pod, { namespace: workload.metadata.namespace, labelSelector, limit: podsAtOnce })
    const found = podFindings(pods, now)
    this.#pods.set(key, { at: now, found })
    return [found]
  }

  /** The earlier of two wishes counts. */
  #again(milliseconds: number, lasting: boolean): void {
    if (this.#stopped || this.#cancel) return
    this.#cancel = this.#options.clock.after(milliseconds, () => {
      this.#cancel = undefined
      this.#writing = this.#writing.then(() => this.#show(lasting))
    })
  }
}

const isTrue = (conditions: readonly TigeraStatusCondition[], type: string): boolean =>
  conditions.some(condition => condition.type === type && condition.status === 'True')

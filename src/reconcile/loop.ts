/** Runs all controllers over one cache: passes events on, finds what none of them wants any more, and knows when everything is at rest. */

import type { Applier } from '../kube/apply.ts'
import type { Cache } from '../kube/cache.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { type Kind, type KubeObject, keyOf } from '../kube/objects.ts'
import type { Controller, Outcome } from './controller.ts'
import { Derivations } from './derived.ts'
import { Enactor } from './enact.ts'
import { Limiter } from './limiter.ts'
import { type Authorship, type Leftover, leftovers, mayBeLeftOver } from './prune.ts'
import { type Report, Runner } from './runner.ts'
import type { Scopes } from './scopes.ts'
import { servedIn } from './served.ts'
import { Sight } from './sight.ts'
import { keysWanted, objectsWanted } from './wishes.ts'

export interface LoopOptions {
  controllers: readonly Controller[]
  applier: Applier
  cache: Cache
  scopes: Scopes
  clock: Clock
  random: Random
  /** Whether we, or a predecessor, wrote an object: only such are taken away. */
  ours: Authorship
  /** Told after each run. */
  report(report: Report): void
  /** Told of faults, with the stack. */
  fault(controller: string, error: unknown): void
}

const writesAtOnce = 8

export class Loop {
  readonly #options: LoopOptions
  readonly #sight: Sight
  readonly #runners: Runner[]
  /** What each controller wanted when leftovers were last thought of because of it. */
  readonly #considered = new Map<Runner, Outcome>()
  /** Who could not look for leftovers, because another had not come to rest. */
  readonly #putOff = new Set<Runner>()
  #unsubscribe?: () => void

  constructor(options: LoopOptions) {
    const { clock, controllers } = options
    this.#options = options
    this.#sight = new Sight(clock)
    const tools = { ...options, sight: this.#sight, derivations: new Derivations(), limiter: new Limiter(writesAtOnce) }
    this.#runners = controllers.map(
      controller =>
        new Runner(controller, {
          ...tools,
          enactor: new Enactor(tools),
          leftovers: runner => this.#leftovers(runner),
          rested: runner => this.#rested(runner),
        }),
    )
  }

  start(): void {
    this.#unsubscribe = this.#options.cache.subscribe(event => {
      for (const runner of this.#runners) runner.notice(event)
    })
    for (const runner of this.#runners) runner.start()
  }

  /** No new run begins; the ones under way end with the writes they are at. */
  stop(): void {
    this.#unsubscribe?.()
    for (const runner of this.#runners) runner.stop()
  }

  get resting(): boolean {
    return this.#runners.every(({ resting }) => resting)
  }

  /** The last report of each controller that has run. */
  get reports(): Report[] {
    return this.#runners.flatMap(({ last }) => (last ? [last] : []))
  }

  /** The controllers that serve the same resource, the first of which takes away what is left over of all. */
  #kin({ controller: { serves } }: Runner): Runner[] {
    return serves ? this.#runners.filter(({ controller }) => controller.serves?.kind.kind === serves.kind.kind) : []
  }

  #rested(runner: Runner): void {
    const [first] = this.#kin(runner)
    const { wanting } = runner
    if (!first || first === runner || !wanting || !isDone(runner)) return
    if (this.#considered.get(runner) === wanting && !this.#putOff.has(first)) return
    this.#considered.set(runner, wanting)
    this.#putOff.delete(first)
    first.recheck()
  }

  /** When every controller of a resource has said what it wants and it is there: what the resource owns beyond that. Nothing goes before what replaces it has come. */
  async #leftovers(runner: Runner): Promise<Leftover[]> {
    const [first, ...others] = this.#kin(runner)
    const { serves } = runner.controller
    if (!serves || first !== runner || !servedIn(this.#options.cache, serves)) return []
    const candidates = await this.#candidates([runner, ...others])
    if (!others.every(other => other.resting && isDone(other))) {
      this.#putOff.add(first)
      return []
    }
    const { uid, deletionTimestamp } = servedIn(this.#options.cache, serves)?.metadata ?? {}
    // What is being deleted takes along what it owns, in its own order.
    if (uid === undefined || deletionTimestamp !== undefined) return []
    const wanted = new Set(
      this.#runners.flatMap(({ wanting = {} }) => [...keysWanted(wanting), ...(wanting.keeps?.objects ?? []).map(keyOf)]),
    )
    return leftovers(candidates, { uid, wanted }, this.#options.ours)
  }

  async #candidates(runners: readonly Runner[]): Promise<KubeObject[]> {
    const { cache, scopes } = this.#options
    const places = runners.flatMap(({ controller }) => controller.places ?? [])
    const views = this.#kindsOf(runners).flatMap(kind => scopes.ours(kind, places).map(scope => cache.view(kind, scope)))
    await this.#sight.settle(views)
    return views.flatMap(view => (view.state === 'synced' ? view.list() : []))
  }

  #kindsOf(runners: readonly Runner[]): Kind[] {
    const kinds = new Map<string, Kind>()
    for (const { controller, wanting = {} } of runners) {
      const wanted = objectsWanted(wanting).map(object => this.#options.applier.kindOf(object))
      for (const kind of [...(controller.makes ?? []), ...wanted])
        if (mayBeLeftOver(kind)) kinds.set(`${kind.apiVersion}/${kind.kind}`, kind)
    }
    for (const kind of runners.flatMap(({ wanting }) => wanting?.keeps?.kinds ?? [])) kinds.delete(`${kind.apiVersion}/${kind.kind}`)
    return [...kinds.values()]
  }
}

function isDone({ last }: Runner): boolean {
  const { problems, waiting } = last?.enacted ?? {}
  return problems?.length === 0 && waiting?.length === 0
}

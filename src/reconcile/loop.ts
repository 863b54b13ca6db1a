/** Runs all controllers over one cache: passes events on, takes away what none of them wants any more, and knows when everything is at rest. */
import { type Kind, type KubeObject, keyOf, refOf } from '../kube/objects.ts'
import type { Controller } from './controller.ts'
import { type Authorship, leftovers } from './prune.ts'
import { type Report, Runner, type Workshop } from './runner.ts'

export interface LoopOptions extends Workshop {
  controllers: readonly Controller[]
  /** Whether we, or a predecessor, wrote an object: only such are taken away. */
  ours: Authorship
  /** Takes away one object that nobody wants any more. */
  remove(object: ReturnType<typeof refOf>): Promise<void>
}

export class Loop {
  readonly #options: LoopOptions
  readonly #runners: Runner[]
  #unsubscribe?: () => void
  #pruning = false

  constructor(options: LoopOptions) {
    this.#options = options
    const shop: Workshop = { ...options, report: report => this.#reported(report) }
    this.#runners = options.controllers.map(controller => new Runner(controller, shop))
  }

  start(): void {
    this.#unsubscribe = this.#options.cache.subscribe(event => {
      for (const runner of this.#runners) runner.notice(event)
    })
    for (const runner of this.#runners) runner.start()
  }

  /** No new run begins; the ones under way end with the write they are at. */
  stop(): void {
    this.#unsubscribe?.()
    for (const runner of this.#runners) runner.stop()
  }

  get resting(): boolean {
    return !this.#pruning && this.#runners.every(({ resting }) => resting)
  }

  /** The last report of each controller that has run. */
  get reports(): Report[] {
    return this.#runners.flatMap(({ last }) => (last ? [last] : []))
  }

  async #reported(report: Report): Promise<void> {
    await this.#prune(report)
    await this.#options.report(report)
  }

  /** When every controller of a resource has said what it wants, what the resource owns beyond that goes. */
  async #prune({ controller: { serves } }: Report): Promise<void> {
    if (!serves || this.#pruning) return
    const kin = this.#runners.filter(({ controller }) => controller.serves?.kind.kind === serves.kind.kind)
    if (!kin.every(({ last }) => last?.outcome && last.enacted && last.enacted.problems.length === 0)) return
    const served = this.#options.cache.view(serves.kind, {}).get(serves.name)
    const uid = served?.metadata.uid
    // What is being deleted takes along what it owns, in its own order.
    if (uid === undefined || served?.metadata.deletionTimestamp !== undefined) return
    const wanted = new Set(
      kin.flatMap(({ last }) => (last?.outcome?.objects ?? []).map(item => keyOf(refOf('object' in item ? item.object : item)))),
    )
    const candidates = (
      await Promise.all([...new Set(kin.flatMap(({ controller }) => controller.makes ?? []))].map(kind => this.#ours(kind)))
    ).flat()
    this.#pruning = true
    try {
      for (const ref of leftovers(candidates, { uid, wanted }, this.#options.ours)) await this.#options.remove(ref)
    } finally {
      this.#pruning = false
    }
  }

  async #ours(kind: Kind): Promise<KubeObject[]> {
    const { cache, scopes } = this.#options
    const views = scopes.ours(kind).map(scope => cache.view(kind, scope))
    await Promise.all(views.map(view => view.settled()))
    return views.flatMap(view => view.list())
  }
}

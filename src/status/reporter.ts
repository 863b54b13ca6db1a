/** Hands what the controllers came to to the boards that show it: one TigeraStatus each. Writes nothing itself. */
import { TigeraStatus } from '../../api/tigerastatus.ts'
import type { Report } from '../reconcile/runner.ts'
import { Board, type BoardOptions } from './board.ts'

export class Reporter {
  readonly #boards: Map<string, Board>
  readonly #unsubscribe: () => void

  constructor(options: BoardOptions) {
    const names = new Set(options.controllers.flatMap(({ reports }) => reports ?? []))
    this.#boards = new Map([...names].map(name => [name, new Board(name, options)]))
    this.#unsubscribe = options.cache.subscribe(({ kind, object }) => {
      if (kind.kind !== TigeraStatus.kind || kind.apiVersion !== TigeraStatus.apiVersion) return
      for (const [name, board] of this.#boards) if (!object || object.metadata.name === name) board.refresh()
    })
  }

  /** Takes a report in. The status follows at once when it is good or wrong, else when it lasts. */
  report(report: Report): void {
    this.#boards.get(report.controller.reports ?? '')?.take(report)
  }

  stop(): void {
    this.#unsubscribe()
    for (const board of this.#boards.values()) board.stop()
  }

  /** Nothing is being written, and nothing waits to be. */
  get resting(): boolean {
    return [...this.#boards.values()].every(({ resting }) => resting)
  }
}

/** What was asked of a server, in numbers of requests. Compares with nothing. */
import { type CountOptions, count, type Entry } from '../trail.ts'

export interface Requests {
  writes: number
  withoutEffect: number
  failed: number
  /** Get and list. */
  reads: number
  watches: number
}

export function requests(trail: readonly Entry[], options: CountOptions): Requests {
  const { writes, writesWithoutEffect, failedWrites, reads } = count(trail, options)
  const watches = Object.entries(reads).reduce((sum, [name, times]) => (name.startsWith('watch ') ? sum + times : sum), 0)
  return {
    writes: writes.total ?? 0,
    withoutEffect: writesWithoutEffect.total ?? 0,
    failed: failedWrites.total ?? 0,
    reads: (reads.total ?? 0) - watches,
    watches,
  }
}

/** To hundredths. */
export const rounded = (number: number): number => Math.round(number * 100) / 100

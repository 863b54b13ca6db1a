/** When something that failed is tried again: later each time, with jitter, so that a thousand failures do not come back together. */
import type { Random } from '../kube/clock.ts'

const first = 1_000
const longest = 60_000

/** Milliseconds before attempt number `attempts + 1`: 1 s, 2 s, 4 s … 60 s, each up to a quarter longer. */
export function delayAfter(attempts: number, random: Random): number {
  const base = Math.min(longest, first * 2 ** Math.min(attempts - 1, 10))
  return Math.round(base * (1 + random() / 4))
}

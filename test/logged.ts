/** A log whose lines are kept, and metrics, in virtual time: what an operator's process tells, for tests to read. */
import { Writable } from 'node:stream'
import { createLog, type Log } from '../src/cli/log.ts'
import { createMetrics, type Metrics } from '../src/cli/metrics.ts'
import { VirtualTime } from '../src/sandbox/virtual-time.ts'

export interface Logged {
  time: VirtualTime
  log: Log
  metrics: Metrics
  /** As they were written, taken apart. */
  lines: Record<string, unknown>[]
  /** Of each line the level and the text. */
  messages(): string[]
}

/** All of it anew, at the beginning of virtual time. */
export function logged(): Logged {
  const time = new VirtualTime()
  const lines: Logged['lines'] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const log = createLog({ clock: time.clock, destination })
  return { time, log, metrics: createMetrics(), lines, messages: () => lines.map(({ level, msg }) => `${level} ${msg}`) }
}

/** The operator's log: JSON lines with the keys of zap, which the reference's users already parse. Never logs a secret: it is given names and reasons, not objects. */
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Clock } from '../kube/clock.ts'

export type Log = Logger

export interface LogOptions {
  clock: Clock
  /** debug, info, warn, error; or zap's numbers, where more is chattier. */
  level?: string
  destination?: DestinationStream
}

/** Levels as `--zap-log-level` names them: words, or a number above 0 for debug. */
const levels: Record<string, string> = { debug: 'debug', info: 'info', error: 'error', warn: 'warn', panic: 'fatal' }

export function createLog({ clock, level = 'info', destination }: LogOptions): Log {
  const known = levels[level] ?? (/^[1-9]\d*$/.test(level) ? 'debug' : 'info')
  const options = {
    level: known,
    base: undefined,
    messageKey: 'msg',
    timestamp: () => `,"ts":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The operator's log: JSON lines with the keys of zap, which the reference's users already parse, or text for people. Is given names and reasons, never objects or secrets. */
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { type Clock, timeOf } from '../kube/clock.ts'
import type { TimeEncoding } from './operator-flags.ts'

export type Log = Logger

export interface LogOptions {
  clock: Clock
  /** debug, info, warn, error, panic; or zap's numbers, where more is chattier. */
  level?: string
  /** Text instead of JSON. */
  readable?: boolean
  time?: TimeEncoding
  destination?: DestinationStream
}

/** Levels as `--zap-log-level` names them: words, or a number above 0 for debug. */
const levels: Record<string, string> = { debug: 'debug', info: 'info', error: 'error', warn: 'warn', panic: 'fatal' }

const times: Record<TimeEncoding, (now: number) => string> = {
  rfc3339: now => `"${timeOf(now)}"`,
  rfc3339nano: now => `"${new Date(now).toISOString()}"`,
  iso8601: now => `"${new Date(now).toISOString().replace('Z', '+0000')}"`,
  epoch: now => String(now / 1000),
  millis: now => String(now),
  nano: now => `${now}000000`,
}

/** To standard error, as the reference does. */
export function createLog({ clock, level = 'info', readable = false, time = 'rfc3339', destination: to }: LogOptions): Log {
  const known = levels[level] ?? (/^[1-9]\d*$/.test(level) ? 'debug' : 'info')
  const out = to ?? destination({ dest: 2, sync: true })
  const options = {
    level: known,
    base: undefined,
    messageKey: 'msg',
    timestamp: () => `,"ts":${times[time](clock.now())}`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, readable ? { write: line => out.write(forPeople(line)) } : out)
}

/** What went wrong, under zap's keys. */
export const fault = (error: unknown): { error: string; stacktrace?: string } =>
  error instanceof Error ? { error: error.message, ...(error.stack && { stacktrace: error.stack }) } : { error: String(error) }

/** `2026-11-21T12:00:00Z  info   calico  is available  generation=3` */
function forPeople(line: string): string {
  const { level, ts, logger, msg, stacktrace, ...rest } = JSON.parse(line) as Record<string, unknown>
  const details = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const text = [ts, String(level).padEnd(5), logger, msg, ...details].filter(part => part !== undefined).join('  ')
  return `${text}\n${typeof stacktrace === 'string' ? `${stacktrace.replace(/^/gm, '    ')}\n` : ''}`
}

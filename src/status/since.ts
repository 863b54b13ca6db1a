/** Since when each thing has been awaited. It is read back from what was reported before, so that a restart forgets nothing; keeps no more than the last round. */
import { timeOf } from '../kube/clock.ts'

/** Something that is awaited, as a line of a condition's message. */
export interface Awaited {
  /** Without a final stop: `DaemonSet calico-system/calico-node: 2 of 60 nodes not ready`. */
  text: string
  /** How the line begins for as long as it is the same thing. Default: the whole text. */
  subject?: string
  /** What follows the time: `node-7 ImagePullBackOff …`. */
  detail?: string
  /** From when it is known by the objects themselves, in milliseconds since 1970. */
  since?: number
}

/** Gives the time from which something has been awaited, as text; `known` is what the objects themselves tell. */
export type Dating = (subject: string, known?: number) => string

export class Since {
  #known = new Map<string, number>()

  /** For one round over all that is awaited; `reported` are the messages that stand now. What is not asked for in this round is forgotten. */
  round({ reported, now }: { reported: readonly string[]; now: number }): Dating {
    const lines = reported.flatMap(message => message.split('\n'))
    const before = this.#known
    this.#known = new Map()
    return (subject, known) => {
      const from = earliest([before.get(subject), read(lines, subject), known, now], now)
      this.#known.set(subject, from)
      // An instant, not a duration: a text that changes every second would be written every second.
      return timeOf(from)
    }
  }
}

/** `DaemonSet calico-system/calico-node: 2 of 60 nodes not ready (since 2026-11-21T08:10:00Z): node-7 ImagePullBackOff …` */
export function dated({ text, subject = text, detail, since }: Awaited, dating: Dating): string {
  return `${text} (since ${dating(subject, since)})${detail ? `: ${detail}` : ''}`
}

/** A clock that was set back, or another one, gives times that have not come yet. */
const earliest = (times: readonly (number | undefined)[], now: number): number =>
  Math.min(...times.flatMap(time => (time !== undefined && time <= now ? time : [])))

function read(lines: readonly string[], subject: string): number | undefined {
  const line = lines.find(each => each.startsWith(subject))
  const [, time] = / \(since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\)/.exec(line ?? '') ?? []
  return time === undefined ? undefined : Date.parse(time)
}

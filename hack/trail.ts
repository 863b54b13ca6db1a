/** Counts what somebody asked of an API server, request by request: the numbers that implementations are compared by. Never asks a server itself. */

/** One request and what came of it. */
export interface Entry {
  user: string
  userAgent?: string
  verb: string
  group: string
  version: string
  /** Plural name. */
  resource: string
  subresource?: string
  namespace?: string
  /** Of the object; absent for lists, and for what was refused before it had a name. */
  name?: string
  /** HTTP status. */
  code: number
  kind: 'read' | 'write'
  /** A write after which the object had another resourceVersion than before. */
  effective: boolean
  /** Milliseconds since 1970. */
  asked: number
  answered: number
}

export interface Counts {
  writes: Record<string, number>
  writesWithoutEffect: Record<string, number>
  failedWrites: Record<string, number>
  reads: Record<string, number>
}

export interface CountOptions {
  /** Counts what this user did. */
  user?: string
  /** Counts what came with a user agent that begins so, `calico-operator/`. */
  userAgent?: string
  /** Milliseconds since 1970: what was asked before `from`, or at `to` and later, is not counted. */
  from?: number
  to?: number
}

/** Resources nobody counts: they say that somebody lives, or what somebody thinks. */
const uncounted = new Set(['events', 'leases'])
/** Of these groups everything that is created is a question. */
const reviews = /^auth(entication|orization)\.k8s\.io$/

/** A review counts as a read, for nothing is kept of it. */
export const isRead = ({ verb, group }: Pick<Entry, 'verb' | 'group'>): boolean =>
  ['get', 'list', 'watch'].includes(verb) || reviews.test(group)

export const isCounted = (resource: string): boolean => !uncounted.has(resource)

/** Writes that succeeded, those of them without effect, writes that failed, by status, and reads; each by verb and resource. */
export function count(trail: readonly Entry[], options: CountOptions): Counts {
  const tally = { writes: new Tally(), writesWithoutEffect: new Tally(), failedWrites: new Tally(), reads: new Tally() }
  for (const entry of trail) {
    if (!isMeant(entry, options)) continue
    const name = `${entry.verb} ${entry.resource}${entry.subresource ? `/${entry.subresource}` : ''}`
    if (entry.kind === 'read') tally.reads.add(name)
    else if (entry.code >= 400) tally.failedWrites.add(`${name} ${entry.code}`)
    else {
      tally.writes.add(name)
      if (!entry.effective) tally.writesWithoutEffect.add(name)
    }
  }
  return {
    writes: tally.writes.counts(),
    writesWithoutEffect: tally.writesWithoutEffect.counts(),
    failedWrites: tally.failedWrites.counts(),
    reads: tally.reads.counts(),
  }
}

/** When the last write with an effect was answered, in milliseconds since 1970; undefined when there was none. */
export function lastChange(trail: readonly Entry[], options: CountOptions): number | undefined {
  const changes = trail.filter(entry => isChange(entry) && isMeant(entry, options))
  return changes.length === 0 ? undefined : Math.max(...changes.map(({ answered }) => answered))
}

export const isChange = ({ kind, effective, code }: Entry): boolean => kind === 'write' && effective && code < 400

function isMeant(
  entry: Entry,
  { user = entry.user, userAgent = '', from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: CountOptions,
): boolean {
  return user === entry.user && (entry.userAgent ?? '').startsWith(userAgent) && entry.asked >= from && entry.asked < to
}

class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** The total first, then by name. */
  counts(): Record<string, number> {
    const names = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
    return { total: names.reduce((sum, [, n]) => sum + n, 0), ...Object.fromEntries(names) }
  }
}

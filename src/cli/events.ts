/** Tells users on the objects themselves what changed: a problem that came or went, a field that was taken back. Events are hints: one that cannot be written is let go. */
import { createHash } from 'node:crypto'
import type { Cache } from '../kube/cache.ts'
import type { Client } from '../kube/client.ts'
import type { Clock } from '../kube/clock.ts'
import type { Event } from '../kube/kinds.ts'
import { keyOf, type ObjectRef } from '../kube/objects.ts'
import type { Controller } from '../reconcile/controller.ts'
import { type Problem, sentence } from '../reconcile/problems.ts'
import type { Observer } from './operator.ts'

export interface Teller {
  cache: Cache
  client: Client
  clock: Clock
  /** Told of an event that was not written. */
  failed(error: unknown): void
}

interface News {
  about: ObjectRef
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

/** What was told is not told again for so long, in milliseconds. */
const quiet = 600_000
/** Longer messages the API server refuses, in octets; no character takes more than four. */
const longest = 250

/** `teller` is asked for when there is something to tell: the operator that is observed does not exist before its observer. */
export function eventful(teller: () => Teller): Observer {
  const standing = new Map<string, Set<string>>()
  const told = new Map<string, number>()
  const tell = (news: News) => {
    const { client, clock, failed, cache } = teller()
    const key = `${keyOf(news.about)} ${news.reason} ${news.message}`
    const now = clock.now()
    for (const [old, since] of told) if (now - since >= quiet) told.delete(old)
    if (told.has(key)) return
    told.set(key, now)
    client.create(eventOf(news, { now, uid: cache.find(news.about).object?.metadata.uid })).catch(failed)
  }
  return {
    reported({ controller, stopped, outcome, enacted }) {
      const about = resourceOf(controller, teller().cache)
      // What somebody else does first is no news: most of it passes within a second.
      if (!about || stopped?.kind === 'waiting') return
      const problems = [...(stopped?.problems ?? []), ...(outcome?.problems ?? []), ...(enacted?.problems ?? [])]
      const before = standing.get(controller.name) ?? new Set()
      const now = new Set(problems.map(sentence))
      standing.set(controller.name, now)
      for (const problem of problems) if (!before.has(sentence(problem))) tell(warning(about, problem))
      if (now.size === 0 && before.size > 0)
        tell({ about, type: 'Normal', reason: 'Solved', message: `All problems of ${controller.name} are solved` })
    },
    applied({ what, ref, message }) {
      if (what === 'taken') tell({ about: ref, type: 'Normal', reason: 'ChangedBack', message })
    },
  }
}

function resourceOf({ serves }: Controller, cache: Cache): ObjectRef | undefined {
  if (!serves) return undefined
  const { kind, name, otherwise } = serves
  const named = (which: string): ObjectRef => ({ apiVersion: kind.apiVersion, kind: kind.kind, name: which })
  return otherwise !== undefined && cache.find(named(otherwise)).object ? named(otherwise) : named(name)
}

const warning = (about: ObjectRef, problem: Problem): News => ({
  about,
  type: 'Warning',
  reason: problem.reason,
  message: sentence(problem),
})

/** Events of what has no namespace are in `default`, as kubectl looks for them. */
function eventOf({ about, type, reason, message }: News, { now, uid }: { now: number; uid: string | undefined }): Event {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`
  const suffix = createHash('sha256').update(`${now} ${reason} ${message}`).digest('hex').slice(0, 16)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.name}.${suffix}`, namespace: about.namespace ?? 'default' },
    involvedObject: { ...about, ...(uid !== undefined && { uid }) },
    type,
    reason,
    message: message.length > longest ? `${message.slice(0, longest - 1)}…` : message,
    source: { component: 'calico-operator' },
    reportingComponent: 'calico-operator',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}

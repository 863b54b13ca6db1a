/**
 * Tells users on the objects themselves what happened: a problem that came or went, what was changed, a field that was taken back, how a part stands.
 * Events are hints: the same is not told again for a while, and one that cannot be written is let go.
 */
import { createHash } from 'node:crypto'
import type { Cache } from '../kube/cache.ts'
import type { Client } from '../kube/client.ts'
import { type Clock, timeOf } from '../kube/clock.ts'
import type { Event } from '../kube/kinds.ts'
import { isTrue, type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Controller } from '../reconcile/controller.ts'
import { type Problem, sentence } from '../reconcile/problems.ts'
import { problemsOf, type Report } from '../reconcile/runner.ts'
import { servedIn } from '../reconcile/served.ts'
import { Changes } from './changes.ts'
import type { Observer } from './operator.ts'
import { type Turn, watchStanding } from './standing.ts'

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
/** When everything fails at once, the first few of a controller say what there is to say. */
const mostAtOnce = 5
/** Longer messages the API server refuses, in octets. */
const longest = 1_024

export class Events implements Observer {
  readonly #teller: Teller
  readonly #changes: Changes
  readonly #unsubscribe: () => void
  /** Sentences of the problems that stand, by controller. */
  readonly #standing = new Map<string, Set<string>>()
  readonly #told = new Map<string, number>()
  /** The resource that a TigeraStatus is about, by the name of the status. */
  readonly #served = new Map<string, ObjectRef>()
  /** uids of resources for which everything was there once: what is written before that is their installation, and no news. */
  readonly #complete = new Set<string>()

  constructor(teller: Teller) {
    this.#teller = teller
    const { cache, clock } = teller
    this.#changes = new Changes({ clock, tell: (about, message) => this.#tell({ about, type: 'Normal', reason: 'Changed', message }) })
    this.#unsubscribe = watchStanding(cache, turn => this.#turned(turn))
  }

  close(): void {
    this.#unsubscribe()
    this.#changes.close()
  }

  reported(report: Report): void {
    const { controller, stopped } = report
    const about = resourceOf(controller, this.#teller.cache)
    if (about && controller.name === controller.reports) this.#served.set(controller.reports, about)
    // What somebody else does first is no news: most of it passes within a second.
    if (!about || stopped?.kind === 'waiting') return
    const problems = problemsOf(report)
    const before = this.#standing.get(controller.name) ?? new Set()
    const now = new Set(problems.map(sentence))
    this.#standing.set(controller.name, now)
    const fresh = problems.filter(problem => !before.has(sentence(problem)))
    for (const problem of fresh.slice(0, mostAtOnce)) this.#tell(warning(about, problem))
    const rest = fresh.slice(mostAtOnce)
    if (rest[0]) this.#tell({ ...warning(about, rest[0]), message: `${rest.length} more problems: see TigeraStatus ${controller.reports}` })
    if (now.size === 0 && before.size > 0)
      this.#tell({ about, type: 'Normal', reason: 'Solved', message: `All problems of ${controller.name} are solved` })
  }

  applied({ what, ref, message }: Parameters<NonNullable<Observer['applied']>>[0]): void {
    if (what === 'taken') this.#tell({ about: ref, type: 'Normal', reason: 'ChangedBack', message })
  }

  wrote(write: Parameters<NonNullable<Observer['wrote']>>[0]): void {
    const { owner } = write
    const object = owner && this.#teller.cache.find(owner).object
    if (!object) return
    const { uid = '' } = object.metadata
    if (isReady(object)) this.#complete.add(uid)
    if (this.#complete.has(uid)) this.#changes.add(owner, write)
  }

  #turned({ name, standing, before, message, reason }: Turn): void {
    const about = this.#served.get(name)
    if (!about) return
    // Other problems are told one by one, when they are found.
    if (standing === 'degraded' && reason === 'PodFailure') this.#tell({ about, type: 'Warning', reason, message })
    if (standing === 'available') this.#tell({ about, type: 'Normal', reason: 'Available', message: `TigeraStatus ${name}: ${message}` })
    if (before === 'available' && standing === 'progressing') this.#tell({ about, type: 'Normal', reason: 'Progressing', message })
  }

  #tell(news: News): void {
    const { client, clock, failed, cache } = this.#teller
    const key = `${keyOf(news.about)} ${news.reason} ${news.message}`
    const now = clock.now()
    for (const [old, since] of this.#told) if (now - since >= quiet) this.#told.delete(old)
    if (this.#told.has(key)) return
    this.#told.set(key, now)
    client.create(eventOf(news, { now, uid: cache.find(news.about).object?.metadata.uid })).catch(failed)
  }
}

function resourceOf({ serves }: Controller, cache: Cache): ObjectRef | undefined {
  if (!serves) return undefined
  const { kind, name } = serves
  const served = servedIn(cache, serves)
  return served ? refOf(served) : { apiVersion: kind.apiVersion, kind: kind.kind, name }
}

/** By the condition that is mirrored from its TigeraStatus. */
const isReady = (object: KubeObject): boolean =>
  isTrue((object as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions, 'Ready')

const warning = (about: ObjectRef, problem: Problem): News => ({
  about,
  type: 'Warning',
  reason: problem.reason,
  message: sentence(problem),
})

/** Events of what has no namespace are in `default`, as kubectl looks for them. */
function eventOf({ about, type, reason, message }: News, { now, uid }: { now: number; uid: string | undefined }): Event {
  const time = timeOf(now)
  const suffix = createHash('sha256').update(`${now} ${reason} ${message}`).digest('hex').slice(0, 16)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.name}.${suffix}`, namespace: about.namespace ?? 'default' },
    involvedObject: { ...about, ...(uid !== undefined && { uid }) },
    type,
    reason,
    message: cut(message),
    source: { component: 'calico-operator' },
    reportingComponent: 'calico-operator',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}

/** Between two characters. */
function cut(message: string): string {
  const octets = Buffer.from(message)
  return octets.length <= longest
    ? message
    : `${octets
        .subarray(0, longest - 6)
        .toString()
        .replace(/\uFFFD$/, '')}…`
}

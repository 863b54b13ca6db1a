/** Looks at the pods of workloads that have been unsettled for a while, and then again from time to time. Lists only those; keeps none. */
import type { Client, Row } from '../kube/client.ts'
import type { Clock } from '../kube/clock.ts'
import { isNotFound } from '../kube/errors.ts'
import { Pod } from '../kube/kinds.ts'
import { keyOf, refOf } from '../kube/objects.ts'
import { type PodFindings, podFindings, seenOfPod } from './pods.ts'
import { isSettled, podsWanted, type Workload } from './workload.ts'

/** Milliseconds a workload has to be unsettled before its pods are looked at, and between two looks: more and more of what lasts. */
const podsAfter = 5_000
const podsEvery = { first: 10_000, last: 60_000 }
/** A pod is 20 KB or more: of so many all are read, of more only those that a table of them shows to be unwell, and of these so many. */
const fewPods = 50
const mostLookedAt = 10

interface Unsettled {
  since: number
  looked?: { at: number; found: PodFindings }
}

export interface Look {
  /** By the key of the workload. */
  found: ReadonlyMap<string, PodFindings>
  /** Milliseconds until there may be something new; undefined when all workloads are settled. */
  again?: number
}

export class UnsettledWorkloads {
  readonly #client: Client
  readonly #clock: Clock
  readonly #unsettled = new Map<string, Unsettled>()

  constructor({ client, clock }: { client: Client; clock: Clock }) {
    this.#client = client
    this.#clock = clock
  }

  /** Of all workloads there are. Never throws: that pods cannot be listed is a finding too. */
  async look(workloads: readonly Workload[]): Promise<Look> {
    const unsettled = new Map(workloads.filter(workload => !isSettled(workload)).map(workload => [keyOf(refOf(workload)), workload]))
    for (const key of this.#unsettled.keys()) if (!unsettled.has(key)) this.#unsettled.delete(key)
    const looks = await Promise.all([...unsettled].map(async ([key, workload]) => ({ key, ...(await this.#lookAt(key, workload)) })))
    const again = looks.map(({ again: one }) => one)
    return {
      found: new Map(looks.flatMap(({ key, found }) => (found ? [[key, found]] : []))),
      ...(again.length > 0 && { again: Math.min(...again) }),
    }
  }

  async #lookAt(key: string, workload: Workload): Promise<{ found?: PodFindings; again: number }> {
    const now = this.#clock.now()
    const known = this.#unsettled.get(key) ?? { since: now }
    // A clock that was set back begins anew.
    const entry = now < known.since ? { since: now } : known
    this.#unsettled.set(key, entry)
    const unsettledFor = now - entry.since
    if (unsettledFor < podsAfter) return { again: podsAfter - unsettledFor }
    const { looked } = entry
    // Whole numbers: of fractions so little may be left that no clock can wait for it.
    const every = Math.min(Math.max(podsEvery.first, Math.ceil(unsettledFor / 5)), podsEvery.last)
    if (looked && now - looked.at < every) return { found: looked.found, again: Math.ceil(every - (now - looked.at)) }
    const found = await this.#findings(workload, now)
    entry.looked = { at: now, found }
    return { found, again: Math.min(every, found.again ?? every) }
  }

  async #findings(workload: Workload, now: number): Promise<PodFindings> {
    const labelSelector = Object.entries(workload.spec?.selector?.matchLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(',')
    const options = { namespace: workload.metadata.namespace, labelSelector }
    try {
      if (podsWanted(workload) > fewPods) return await this.#ofMany(options, now)
      return podFindings((await this.#client.listAt(Pod, { ...options, limit: fewPods * 2 }, seenOfPod)).items, now)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { failing: false, text: `its pods cannot be looked at: ${why}` }
    }
  }

  /** The failing ones first. */
  async #ofMany(options: { namespace: string | undefined; labelSelector: string }, now: number): Promise<PodFindings> {
    const rows = await this.#client.rows(Pod, options)
    const unwell = rows.filter(isUnwell).sort((a, b) => Number(isPassing(a)) - Number(isPassing(b)))
    const looked = await Promise.all(unwell.slice(0, mostLookedAt).map(({ Name }) => this.#pod(String(Name), options.namespace)))
    return podFindings(
      looked.flatMap(pod => pod ?? []),
      now,
      Math.max(0, unwell.length - mostLookedAt),
    )
  }

  async #pod(name: string, namespace: string | undefined): Promise<Pod | undefined> {
    try {
      return seenOfPod(await this.#client.get(Pod, name, namespace))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}

/** Ready is `1/1`, Status one word, as `kubectl get pods` shows them. */
function isUnwell({ Ready, Status }: Row): boolean {
  const [ready, all] = String(Ready).split('/')
  return Status !== 'Terminating' && Status !== 'Completed' && (Status !== 'Running' || ready !== all)
}

const passing = new Set(['Running', 'Pending', 'ContainerCreating', 'PodInitializing'])
const isPassing = ({ Status }: Row): boolean => passing.has(String(Status)) || /^Init:\d/.test(String(Status))

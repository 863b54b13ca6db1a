/** Looks at the pods of workloads that have been unsettled for a while, and then again from time to time. Lists only those; keeps none. */
import type { Client } from '../kube/client.ts'
import type { Clock } from '../kube/clock.ts'
import { Pod } from '../kube/kinds.ts'
import { describe, keyOf, refOf } from '../kube/objects.ts'
import { type PodFindings, podFindings, seenOfPod } from './pods.ts'
import { isSettled, type Workload } from './workload.ts'

/** Milliseconds a workload has to be unsettled before its pods are looked at, and between two looks. */
const podsAfter = 5_000
const podsEvery = 10_000
const mostPods = 200
/** A pod is 20 KB or more: all of them in one answer would be most of the memory that an operator needs. */
const podsAtOnce = 50

interface Unsettled {
  since: number
  looked?: { at: number; found: PodFindings }
}

export interface Look {
  found: PodFindings[]
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
    const unsettled = workloads.filter(workload => !isSettled(workload))
    const keys = new Set(unsettled.map(workload => keyOf(refOf(workload))))
    for (const key of this.#unsettled.keys()) if (!keys.has(key)) this.#unsettled.delete(key)
    const looks = await Promise.all(unsettled.map(workload => this.#lookAt(workload)))
    const again = looks.map(({ again: one = podsEvery }) => one)
    return { found: looks.flatMap(({ found }) => found), ...(again.length > 0 && { again: Math.min(...again) }) }
  }

  async #lookAt(workload: Workload): Promise<Look> {
    const now = this.#clock.now()
    const known = this.#unsettled.get(keyOf(refOf(workload))) ?? { since: now }
    // A clock that was set back begins anew.
    const entry = now < known.since ? { since: now } : known
    this.#unsettled.set(keyOf(refOf(workload)), entry)
    const unsettledFor = now - entry.since
    if (unsettledFor < podsAfter) return { found: [], again: podsAfter - unsettledFor }
    const { looked } = entry
    if (looked && now - looked.at < podsEvery) return { found: [looked.found], again: podsEvery - (now - looked.at) }
    entry.looked = { at: now, found: await this.#findings(workload, now) }
    return { found: [entry.looked.found], again: podsEvery }
  }

  async #findings(workload: Workload, now: number): Promise<PodFindings> {
    const labelSelector = Object.entries(workload.spec?.selector?.matchLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(',')
    try {
      const options = { namespace: workload.metadata.namespace, labelSelector, limit: mostPods, page: podsAtOnce }
      return podFindings((await this.#client.listAt(Pod, options, seenOfPod)).items, now)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { failing: [], starting: [`The pods of ${describe(refOf(workload))} cannot be looked at: ${why}`] }
    }
  }
}

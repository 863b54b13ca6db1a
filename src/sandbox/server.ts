/** What every part of the server works with: the store, what is served, time, chance, and who has a say in writes. */
import type { Clock, Random } from '../kube/clock.ts'
import type { Call } from './call.ts'
import { timestamp } from './meta.ts'
import type { Item } from './objects.ts'
import type { Catalogue } from './served.ts'
import type { Store } from './store.ts'
import type { Watches } from './watches.ts'

export interface Settings {
  /** Where Services get their addresses from: one network, or one for each family, the first being the default. */
  readonly serviceCIDRs: readonly string[]
  /** `v1.35.4`. */
  readonly version: string
}

/** A write about to happen, as admission sees it. */
export interface Review {
  readonly call: Call
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly object: Item | undefined
  readonly old: Item | undefined
  readonly dryRun: boolean
}

/** Whoever else has a say: admission policies, webhooks. */
export interface Admission {
  /** The object as it shall be. Throws Refusal. */
  mutate(server: Server, review: Review): Item
  /** Throws Refusal when it shall not be. */
  validate(server: Server, review: Review): void
}

export interface Server {
  readonly store: Store
  readonly watches: Watches
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly random: Random
  readonly settings: Settings
  readonly admission: Admission
}

export const now = ({ clock }: Server): string => timestamp(clock)

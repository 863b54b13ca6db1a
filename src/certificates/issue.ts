/** Issues what is missing, and remembers it until the cluster has it: a retry after a lost write must not bring a second key. Never writes to a cluster. */
import type { Clock } from '../kube/clock.ts'
import { type Authority, type IssuedPair, issueAuthority } from './authority.ts'
import type { KeySource } from './key-source.ts'
import { issueLeaf } from './leaf.ts'

export interface IssuerOptions {
  clock: Clock
  keys: KeySource
  /** So many octets that nobody can guess; serial numbers are made of them. */
  random: (octets: number) => Uint8Array
}

interface Pending<T> {
  /** What it was made for. Something else wanted under the same name is made anew. */
  purpose: string
  made: Promise<T>
}

/** Lives as long as the process, one for all controllers. */
export class Issuer {
  readonly clock: Clock
  readonly #keys: KeySource
  readonly #random: (octets: number) => Uint8Array
  readonly #pairs = new Map<string, Pending<IssuedPair>>()
  #authority: Promise<IssuedPair> | undefined

  constructor({ clock, keys, random }: IssuerOptions) {
    this.clock = clock
    this.#keys = keys
    this.#random = random
  }

  /** The authority that is to be stored; the same one until `authorityStored`. */
  authority(): Promise<IssuedPair> {
    this.#authority ??= this.#newAuthority().catch((error: unknown) => {
      this.#authority = undefined
      throw error
    })
    return this.#authority
  }

  authorityStored(): void {
    this.#authority = undefined
  }

  /** The pair that is to be stored in this Secret, for these names; the same one until `stored`. */
  pair(secret: string, names: readonly string[], authority: Authority): Promise<IssuedPair> {
    const purpose = [authority.keyId, ...names].join('\n')
    const pending = this.#pairs.get(secret)
    if (pending?.purpose === purpose) return pending.made
    const made = this.#newPair(names, authority)
    const entry = { purpose, made }
    this.#pairs.set(secret, entry)
    made.catch(() => {
      if (this.#pairs.get(secret) === entry) this.#pairs.delete(secret)
    })
    return made
  }

  /** The cluster has a pair of ours in this Secret: nothing is pending any more. */
  stored(secret: string): void {
    this.#pairs.delete(secret)
  }

  async #newAuthority(): Promise<IssuedPair> {
    return issueAuthority(await this.#keys.generate(), this.clock.now(), this.#random(8))
  }

  async #newPair(names: readonly string[], authority: Authority): Promise<IssuedPair> {
    return issueLeaf(await this.#keys.generate(), names, { authority, now: this.clock.now(), serial: this.#random(8) })
  }
}

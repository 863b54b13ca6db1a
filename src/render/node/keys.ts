/** What calico-node proves itself with, on whatever system its node runs. Data only. */
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'

export interface NodeKeys {
  client: KeyPair
  /** The pair of Typha, whose name calico-node expects. */
  typha: KeyPair
  trust: TrustedBundle
}

/** Policies of ours while their tier is not there. Decides nothing else about them. */
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import type { Calico } from '../installation/calico.ts'
import type { Outcome } from '../reconcile/controller.ts'

/** Without their tier none are rendered, and yet they must not go: it may only be that its API is served a moment later than theirs, and a cluster without them is open. */
export const keptPolicies = ({ tier }: Calico): NonNullable<Outcome['keeps']> => (tier ? {} : { kinds: [NetworkPolicy] })

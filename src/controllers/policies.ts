/** Policies of ours while their tier, or what serves them, is not there. Decides nothing else about them. */
import { NetworkPolicy as Stored } from '../../api/v1/kinds.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import type { Calico } from '../installation/calico.ts'
import type { Outcome, Reader } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import { calicoSystem } from '../render/parts/places.ts'

/** Without their tier none are rendered, and yet they must not go: it may only be that its API is served a moment later than theirs, and a cluster without them is open. */
export const keptPolicies = ({ tier }: Calico): NonNullable<Outcome['keeps']> => (tier ? {} : { kinds: [NetworkPolicy] })

/** Why somebody's pods run without the policy that limits who may talk to them; nothing where policies can be made, or the one made earlier lies where calico-node reads it. */
export async function readUnprotected(cluster: Reader, component: string): Promise<Problem[]> {
  if (await cluster.serves(NetworkPolicy)) return []
  const name = `calico-system.${component}`
  if (await cluster.get(Stored, name, calicoSystem)) return []
  const { apiVersion, kind } = NetworkPolicy
  return [
    {
      reason: 'ResourceUpdateError',
      message: 'Error creating / updating resource: nobody serves policies, so that nothing limits who talks to its pods',
      object: { apiVersion, kind, name, namespace: calicoSystem },
      remedy: 'The API server of Calico serves them: create an APIServer, and see TigeraStatus apiserver',
    },
  ]
}

/** IP pools as objects, in the group through which they are written. Which ones, and whether to write them, is decided elsewhere. */
import type { IPPoolSpec as Pool } from '../../api/installation.ts'
import { calicoKinds, type IPPool } from '../installation/kinds.ts'
import { ownershipLabel, toIPPoolSpec } from '../installation/pools/convert.ts'

export interface PoolsOptions {
  /** Through projectcalico.org/v3, whoever serves it. */
  v3: boolean
  /** Somebody will complete them who knows what Calico takes for granted. */
  unfinished?: boolean
}

/** One object per complete pool, labelled as the operator's. Pools have no owner: they outlive the Installation, as the addresses of pods do. */
export function ipPools(pools: readonly (Pool & { name: string })[], { v3, unfinished = false }: PoolsOptions): IPPool[] {
  const { apiVersion, kind } = calicoKinds(v3).ipPool
  return pools.map(pool => ({
    apiVersion,
    kind,
    metadata: { name: pool.name, labels: ownershipLabel },
    spec: toIPPoolSpec(unfinished ? withoutUsual(pool) : pool),
  }))
}

/** A pool that says nothing of its uses is for pods and tunnels, and one that says nothing of nodes is for all, as pools were before there was anything to say. */
function withoutUsual({ allowedUses, nodeSelector, ...pool }: Pool): Pool {
  // Written otherwise round they stay so: whoever completes a pool has an order of its own.
  const isUsual = allowedUses?.join() === 'Workload,Tunnel'
  return { ...pool, ...(!isUsual && { allowedUses }), ...(nodeSelector !== 'all()' && { nodeSelector }) }
}

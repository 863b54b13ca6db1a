/** IP pools as objects, in the group of the mode the cluster is in. Which ones, and whether to write them, is decided elsewhere. */
import type { IPPoolSpec as Pool } from '../../api/installation.ts'
import { calicoKinds, type IPPool } from '../installation/kinds.ts'
import { ownershipLabel, toIPPoolSpec } from '../installation/pools/convert.ts'

/** One object per complete pool, labelled as the operator's. Pools have no owner: they outlive the Installation, as the addresses of pods do. */
export function ipPools(pools: readonly (Pool & { name: string })[], v3: boolean): IPPool[] {
  const { apiVersion, kind } = calicoKinds(v3).ipPool
  return pools.map(pool => ({ apiVersion, kind, metadata: { name: pool.name, labels: ownershipLabel }, spec: toIPPoolSpec(pool) }))
}

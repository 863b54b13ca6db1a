/** The IP pools that the Installation lists, or that are decided for it. Pools of others, and pools that outlive it, are left alone. */

import { calicoKinds } from '../installation/kinds.ts'
import { foundPool } from '../installation/pools/convert.ts'
import { poolChanges } from '../installation/pools/ownership.ts'
import { defineController, type Removal } from '../reconcile/controller.ts'
import { Invalid } from '../reconcile/problems.ts'
import { ipPools as rendered } from '../render/pools.ts'
import { type Decision, decided, readAsked, readDecision } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

export const ipPools = ({ environment }: Surroundings) =>
  defineController<Decision>({
    name: 'ippools',
    reports: 'ippools',

    async read(cluster) {
      const asked = await readAsked(cluster)
      return asked && readDecision(cluster, environment, asked)
    },

    desired(decision) {
      const { facts, pools } = decision
      const { terminating, v3 } = decided(decision)
      // Addresses of pods outlive the Installation, and so do the pools they are from.
      if (terminating || !pools) return {}
      if (pools.problems.length > 0) throw new Invalid(pools.problems)
      const changes = poolChanges(pools.pools, facts.pools.map(foundPool))
      const { apiVersion, kind } = calicoKinds(v3).ipPool
      const remove = changes.remove.map((name): Removal => ({ ref: { apiVersion, kind, name }, ours: foreign }))
      return { objects: rendered(changes.apply.map(named), v3), remove, problems: [...changes.problems] }
    },
  })

/** A label can be copied; addresses of pods cannot be brought back. */
const foreign = 'is labelled as a pool of the operator, which did not make it, and no Installation asks for it: left as it is'

const named = <T extends { name?: string }>(pool: T): T & { name: string } => ({ ...pool, name: pool.name ?? '' })

/** The CRDs of this mode, where the operator is to keep them (`-manage-crds`). They have no owner and are never taken away: with them would go what users made. */
import { crds as definitions } from '../../api/index.ts'
import { defineController } from '../reconcile/controller.ts'
import type { Surroundings } from './surroundings.ts'

export const crds = ({ environment: { v3 } }: Surroundings) =>
  defineController({
    name: 'crds',
    reports: 'calico',
    read: async () => ({ mode: v3 ? ('v3' as const) : ('v1' as const) }),
    // As a part: one that somebody installed with descriptions is left as it is.
    desired: ({ mode }) => ({ objects: definitions(mode).map(object => ({ object, part: true })) }),
  })

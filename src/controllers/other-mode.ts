/** Says so where Calico's own resources are in the other API group than was decided when the operator began: nothing it looks for will ever be there. Makes nothing. */
import { calicoKinds } from '../installation/kinds.ts'
import { groupOf } from '../kube/objects.ts'
import { defineController } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Surroundings } from './surroundings.ts'

export const otherMode = ({ environment: { v3 } }: Surroundings) => {
  const [ours, others] = [calicoKinds(v3).felix, calicoKinds(!v3).felix]
  return defineController<{ elsewhere: boolean }>({
    name: 'mode',
    reports: 'calico',

    // The other group is not asked for without need, because asking opens a watch.
    async read(cluster) {
      return { elsewhere: !(await cluster.serves(ours)) && (await cluster.serves(others)) }
    },

    desired: ({ elsewhere }) => ({ problems: elsewhere ? [outlived(groupOf(ours.apiVersion), groupOf(others.apiVersion))] : [] }),
  })
}

const outlived = (decided: string, served: string): Problem => ({
  reason: 'InvalidConfigurationError',
  message: `this operator began when Calico's resources were to be in the API group ${decided}, which is not served; ${served} is`,
  remedy: `Restart the operator, so that it decides anew; if it is to stay with ${decided}, install the CRDs of that group`,
})

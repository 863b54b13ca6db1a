/**
 * Istio is not installed here, and whoever asks for it is told so at once. What another operator installed of it is not touched: neither changed, nor pruned. Only where its
 * resource is deleted, what that operator put into Felix's configuration is taken back, and its hold on the resource given up (spec/gatewayapi-istio.md §4.5).
 */
import { Istio } from '../../api/istio.ts'
import { istioMarks, istioProblems } from '../installation/istio.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { refOf } from '../kube/objects.ts'
import { defineController } from '../reconcile/controller.ts'
import { Invalid } from '../reconcile/problems.ts'
import type { Surroundings } from './surroundings.ts'

/** Of the operator that installs Istio. */
const finalizer = 'operator.tigera.io/calico-istio'

export const istio = ({ environment }: Surroundings) =>
  defineController({
    name: 'istio',
    serves: { kind: Istio, name: 'default' },
    reports: 'istio',
    mirrors: true,

    async read(cluster) {
      const resource = await cluster.get(Istio, 'default')
      if (!resource) return undefined
      const leaving = resource.metadata.deletionTimestamp !== undefined
      return { resource, leaving, ...(leaving && { felix: await cluster.get(calicoKinds(environment.v3).felix, 'default') }) }
    },

    desired({ resource, leaving, felix }) {
      if (!leaving) throw new Invalid(istioProblems(resource))
      const fields = istioMarks(felix)
      return {
        awaited: ['Istio is being deleted'],
        // When the first is done, it is read again, and nothing but the second is left.
        release: felix && fields.length > 0 ? { ref: refOf(felix), fields } : { ref: refOf(resource), finalizers: [finalizer] },
      }
    },
  })

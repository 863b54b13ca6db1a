/** Small things that the rest relies on: who is the active operator, and leave for critical pods. */
import type { Calico } from '../../installation/calico.ts'
import type { ConfigMap, ResourceQuota } from '../../kube/kinds.ts'
import type { Wanted } from '../../reconcile/controller.ts'
import { calicoSystem } from '../parts/places.ts'
import { present } from '../parts/present.ts'

/** Claims the cluster for this operator; never takes it from another one (spec/installation-controller.md §9.1). */
export const activeOperator = ({ operator, terminating }: Calico): Wanted<ConfigMap>[] =>
  present(
    !terminating && {
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'active-operator', namespace: calicoSystem },
        data: { 'active-namespace': operator.namespace },
      },
      createOnly: true,
    },
  )

/** Some providers admit pods of these classes outside kube-system only where a quota speaks of them. It limits nothing. */
export const criticalPodsQuota = ({ provider }: Calico): ResourceQuota[] =>
  present(
    provider.criticalPodsQuota && {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'calico-critical-pods', namespace: calicoSystem },
      spec: {
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical', 'system-cluster-critical'] }],
        },
      },
    },
  )

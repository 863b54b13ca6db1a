/** The namespace that all else lives in, and what it needs to begin with. */
import type { Calico } from '../../installation/calico.ts'
import type { Namespace } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { copied } from '../parts/copy.ts'
import { calicoSystem } from '../parts/places.ts'
import { account, roleBinding } from '../parts/rbac.ts'

/** calico-system, or another namespace of ours, with the user's pull secrets in it (spec/installation-render.md §3). */
export const namespaces = ({ provider, operator, pullSecrets }: Calico, name = calicoSystem): KubeObject[] => [
  privilegedNamespace(name, provider),
  roleBinding('tigera-operator-secrets', {
    kind: 'ClusterRole',
    subjects: [account(operator.serviceAccount, operator.namespace)],
    namespace: name,
  }),
  ...pullSecrets.map(secret => copied(secret, name)),
]

/** A namespace whose pods may do all that calico-node must. */
const privilegedNamespace = (name: string, { namespace, privilegedNamespaceLabels }: Calico['provider']): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      name,
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/enforce-version': 'latest',
      ...namespace.labels,
      ...privilegedNamespaceLabels,
    },
    annotations: namespace.annotations,
  },
})

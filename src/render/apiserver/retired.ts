/** What older versions made for the API server, or another product did, and must not be there any more. Data only (spec/apiserver-tiers-webhooks.md §4, §6). */
import type { ObjectRef } from '../../kube/objects.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const clusterRole = (name: string): ObjectRef => ({ apiVersion: rbac, kind: 'ClusterRole', name })
const clusterRoleBinding = (name: string): ObjectRef => ({ apiVersion: rbac, kind: 'ClusterRoleBinding', name })
const here = (apiVersion: string, kind: string, name: string): ObjectRef => ({ apiVersion, kind, name, namespace: 'calico-system' })
const namespace = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', name })

/** Bound in the cluster and in the namespace. */
const everywhere = (name: string): ObjectRef[] => [
  clusterRole(name),
  clusterRoleBinding(name),
  here(rbac, 'Role', name),
  here(rbac, 'RoleBinding', name),
]

export const retired: ObjectRef[] = [
  ...everywhere('calico-extension-apiserver-secrets-access'),
  ...['calico-managed-cluster-access', 'calico-managed-cluster-watch', 'tigera-managed-cluster-watch'].map(clusterRole),
  ...['tigera-crds', 'calico-apiserver', 'tigera-ui-user', 'tigera-network-admin'].map(clusterRole),
  ...['calico-apiserver', 'tigera-apiserver-access-tigera-crds'].map(clusterRoleBinding),
  here('networking.k8s.io/v1', 'NetworkPolicy', 'allow-apiserver'),
  here('projectcalico.org/v3', 'NetworkPolicy', 'allow-tigera.apiserver-access'),
  // Where it ran before.
  ...['calico-apiserver', 'tigera-system'].map(namespace),
]

/** Beside those, where Calico's resources are CRDs. */
export const retiredWithWebhooks: ObjectRef[] = everywhere('calico-webhooks-secrets-access')

/** The extension itself, but for its APIService: where CRDs are served, one of that name is the API server's own. */
export const aggregated: ObjectRef[] = [
  ...['calico-tiered-policy-passthrough', 'calico-extension-apiserver-auth-access'].flatMap(name => [
    clusterRole(name),
    clusterRoleBinding(name),
  ]),
  { apiVersion: rbac, kind: 'RoleBinding', name: 'calico-apiserver-auth-reader', namespace: 'kube-system' },
  here('v1', 'ServiceAccount', 'calico-apiserver'),
  here('apps/v1', 'Deployment', 'calico-apiserver'),
  here('v1', 'Service', 'calico-api'),
  here('policy/v1', 'PodDisruptionBudget', 'calico-apiserver'),
]

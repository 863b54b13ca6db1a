/** What older versions made for Guardian, or for what it once served, and must not be there any more. Data only (spec/goldmane-whisker-guardian.md §5.3). */
import type { ObjectRef } from '../../kube/objects.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const clusterWide = (apiVersion: string, kind: string, name: string): ObjectRef => ({ apiVersion, kind, name })
const here = (apiVersion: string, name: string): ObjectRef => ({ apiVersion, kind: 'NetworkPolicy', name, namespace: 'calico-system' })

export const retired: ObjectRef[] = [
  ...['tigera-guardian', 'tigera-manager-role'].map(name => clusterWide(rbac, 'ClusterRole', name)),
  ...['tigera-guardian', 'tigera-manager-binding'].map(name => clusterWide(rbac, 'ClusterRoleBinding', name)),
  here('networking.k8s.io/v1', 'guardian'),
  here('projectcalico.org/v3', 'allow-tigera.guardian-access'),
  here('projectcalico.org/v3', 'allow-tigera.default-deny'),
  // With all that is in them.
  ...['tigera-guardian', 'tigera-manager'].map(name => clusterWide('v1', 'Namespace', name)),
]

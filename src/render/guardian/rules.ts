/** What Guardian may see, for those who look at this cluster from the one that manages it. Data only. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { allow } from '../parts/rbac.ts'

const reads = ['get', 'list', 'watch']
const tiered = [
  'stagednetworkpolicies',
  'stagedglobalnetworkpolicies',
  'stagedkubernetesnetworkpolicies',
  'networkpolicies',
  'globalnetworkpolicies',
]

export const rules: PolicyRule[] = [
  allow('', ['namespaces', 'services', 'pods'], reads),
  allow('apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets'], reads),
  allow('networking.k8s.io', ['networkpolicies'], reads),
  allow(
    'projectcalico.org',
    ['clusterinformations', 'tiers', ...tiered.flatMap(policies => [policies, `tier.${policies}`]), 'globalnetworksets', 'networksets'],
    reads,
  ),
]

/** What calico-node and the CNI plugin may do. Data only. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { allow, calicoGroups } from '../parts/rbac.ts'

/** What Felix reads of Kubernetes, itself or through Typha, and the little that it reports. */
export const felixReads: PolicyRule[] = [
  allow('discovery.k8s.io', ['endpointslices'], ['list', 'watch']),
  allow('', ['pods', 'nodes', 'namespaces'], ['get']),
  allow('', ['endpoints', 'services'], ['watch', 'list', 'get']),
  allow('', ['nodes/status'], ['patch', 'update']),
  allow('networking.k8s.io', ['networkpolicies'], ['watch', 'list']),
  allow('policy.networking.k8s.io', ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies'], ['watch', 'list']),
  allow('', ['pods', 'namespaces', 'serviceaccounts'], ['watch', 'list']),
  allow('', ['pods/status'], ['patch']),
]

/** Names of older releases, what is made at start when it is missing, and the nodes. */
export const felixWatches = (made: string[]): PolicyRule[] => [
  allow(calicoGroups, ['globalbgpconfigs', 'globalfelixconfigs'], ['get', 'list', 'watch']),
  allow(calicoGroups, made, ['create', 'update']),
  allow(calicoGroups, ['tiers'], ['create']),
  allow('', ['nodes'], ['get', 'list', 'watch']),
]

/** Virtual machines that move to another node keep their address. */
export const migrationReads: PolicyRule[] = [allow('kubevirt.io', ['virtualmachineinstancemigrations'], ['get', 'list', 'watch'])]

export const nodeRules: PolicyRule[] = [
  ...felixReads,
  { ...allow('', ['serviceaccounts/token'], ['create']), resourceNames: ['calico-cni-plugin'] },
  allow('', ['configmaps'], ['get']),
  allow(
    calicoGroups,
    [
      'bgpconfigurations',
      'bgpfilters',
      // Twice in running clusters; to take it out would be a write without effect.
      'bgpfilters',
      'bgppeers',
      'blockaffinities',
      'clusterinformations',
      'felixconfigurations',
      'globalnetworkpolicies',
      'globalnetworksets',
      'hostendpoints',
      'ipamblocks',
      'ippools',
      'ipreservations',
      'networkpolicies',
      'networksets',
      'stagedglobalnetworkpolicies',
      'stagedkubernetesnetworkpolicies',
      'stagednetworkpolicies',
      'tiers',
    ],
    ['get', 'list', 'watch'],
  ),
  allow(calicoGroups, ['caliconodestatuses'], ['get', 'list', 'watch', 'update']),
  allow(calicoGroups, ['caliconodestatuses/status'], ['update']),
  ...felixWatches(['clusterinformations', 'felixconfigurations', 'bgpconfigurations', 'ippools']),
  allow(
    calicoGroups,
    ['blockaffinities', 'ipamblocks', 'ipamhandles', 'ipamconfigurations', 'ipamconfigs'],
    ['get', 'list', 'create', 'update', 'delete'],
  ),
  allow(calicoGroups, ['blockaffinities'], ['watch']),
  ...migrationReads,
]

export const cniPluginRules: PolicyRule[] = [
  allow('', ['pods', 'nodes', 'namespaces'], ['get']),
  allow('', ['pods/status'], ['patch']),
  allow(
    calicoGroups,
    [
      'blockaffinities',
      'ipamblocks',
      'ipamhandles',
      'ipamconfigurations',
      'ipamconfigs',
      'clusterinformations',
      'ippools',
      'ipreservations',
    ],
    ['get', 'list', 'create', 'update', 'delete'],
  ),
  allow('kubevirt.io', ['virtualmachineinstances', 'virtualmachines'], ['get']),
]

/** While the old calico-node in kube-system hands over, it makes tokens for the new one's account. */
export const handOverRules: PolicyRule[] = [{ ...allow('', ['serviceaccounts/token'], ['create']), resourceNames: ['calico-node'] }]

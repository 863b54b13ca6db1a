/** What Typha may do: read for Felix, and make at start what must not be missing. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { felixReads, felixWatches, migrationReads } from '../node/rules.ts'
import { allow, calicoGroups } from '../parts/rbac.ts'

export const rules: PolicyRule[] = [
  ...felixReads,
  allow(
    calicoGroups,
    [
      'bgpconfigurations',
      'bgppeers',
      'bgpfilters',
      'blockaffinities',
      'caliconodestatuses',
      'clusterinformations',
      'felixconfigurations',
      'globalnetworkpolicies',
      'stagedglobalnetworkpolicies',
      'networkpolicies',
      'stagedkubernetesnetworkpolicies',
      'stagednetworkpolicies',
      'globalnetworksets',
      'hostendpoints',
      'ipamblocks',
      'ippools',
      'ipreservations',
      'networksets',
      'tiers',
    ],
    ['get', 'list', 'watch'],
  ),
  ...felixWatches(['clusterinformations', 'felixconfigurations', 'ippools']),
  allow(calicoGroups, ['blockaffinities', 'ipamblocks', 'ipamhandles'], ['get', 'list', 'create', 'update', 'delete']),
  allow(calicoGroups, ['ipamconfigurations'], ['get']),
  allow(calicoGroups, ['blockaffinities'], ['watch']),
  ...migrationReads,
]

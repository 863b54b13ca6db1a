/** What kube-controllers may do. Data only. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { allow, calicoGroups } from '../parts/rbac.ts'

export const rules: PolicyRule[] = [
  allow('', ['nodes', 'endpoints', 'services'], ['watch', 'list', 'get']),
  allow('', ['pods'], ['get', 'list', 'watch']),
  allow('', ['services', 'services/status'], ['get', 'list', 'update', 'watch']),
  allow(calicoGroups, ['ipreservations'], ['list']),
  allow(
    calicoGroups,
    ['blockaffinities', 'ipamblocks', 'ipamhandles', 'networksets', 'ipamconfigurations', 'ipamconfigs'],
    ['get', 'list', 'create', 'update', 'delete', 'watch'],
  ),
  allow(calicoGroups, ['ippools', 'ippools/status'], ['list', 'watch', 'update']),
  allow(calicoGroups, ['clusterinformations'], ['get', 'create', 'update', 'list', 'watch']),
  allow(calicoGroups, ['hostendpoints'], ['get', 'list', 'create', 'update', 'delete', 'watch']),
  allow(
    calicoGroups,
    ['kubecontrollersconfigurations', 'kubecontrollersconfigurations/status'],
    ['get', 'create', 'list', 'update', 'watch'],
  ),
  allow(calicoGroups, ['tiers'], ['create', 'update', 'get', 'list', 'watch']),
  allow('', ['namespaces'], ['get', 'list', 'watch']),
  { ...allow('apps', ['daemonsets'], ['get']), resourceNames: ['calico-node'] },
  allow(
    calicoGroups,
    ['networkpolicies', 'globalnetworkpolicies', 'stagednetworkpolicies', 'stagedglobalnetworkpolicies'],
    ['get', 'list', 'watch', 'create', 'update', 'delete'],
  ),
  allow('kubevirt.io', ['virtualmachineinstances', 'virtualmachines'], ['get', 'list', 'watch']),
  allow(
    'migration.projectcalico.org',
    ['datastoremigrations', 'datastoremigrations/status'],
    ['get', 'list', 'watch', 'create', 'update', 'patch'],
  ),
  allow('apiextensions.k8s.io', ['customresourcedefinitions'], ['get', 'list', 'watch']),
]

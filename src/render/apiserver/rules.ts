/** What the API server of Calico may do, and others may do because of it. Data only. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { allow, calicoGroups } from '../parts/rbac.ts'

const reads = ['get', 'list', 'watch']

/** Its data, and what policies select by. */
export const crds: PolicyRule[] = [
  allow('', ['nodes', 'namespaces', 'pods', 'serviceaccounts'], reads),
  allow('networking.k8s.io', ['networkpolicies'], reads),
  allow('policy.networking.k8s.io', ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies'], reads),
  allow(
    calicoGroups,
    [
      'globalnetworkpolicies',
      'networkpolicies',
      'stagedkubernetesnetworkpolicies',
      'stagednetworkpolicies',
      'stagedglobalnetworkpolicies',
      'caliconodestatuses',
      'clusterinformations',
      'hostendpoints',
      'globalnetworksets',
      'networksets',
      'bgpconfigurations',
      'bgpfilters',
      'bgppeers',
      'felixconfigurations',
      'kubecontrollersconfigurations',
      'ippools',
      'ipreservations',
      'ipamblocks',
      'blockaffinities',
      'ipamconfigs',
      'tiers',
    ],
    [...reads, 'create', 'update', 'delete', 'patch'],
  ),
]

export const admissionPolicies = allow(
  'admissionregistration.k8s.io',
  ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
  reads,
)

export const webhookReader: PolicyRule[] = [
  allow('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], reads),
]

/** Who collects garbage looks at who owns policies, and so at tiers. */
export const tierGetter: PolicyRule[] = [allow('projectcalico.org', ['tiers'], ['get'])]

/** Everybody may ask: the API server itself judges by tier. */
export const passthrough: PolicyRule[] = [
  allow(
    'projectcalico.org',
    ['networkpolicies', 'globalnetworkpolicies'],
    [...reads, 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ),
]

/** How an extension of the Kubernetes API finds out who asks, and whether they may. */
export const authentication: PolicyRule[] = [
  { ...allow('', ['configmaps'], ['list', 'watch']), resourceNames: ['extension-apiserver-authentication'] },
  allow('rbac.authorization.k8s.io', ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'], reads),
]

export const openShiftInfrastructure = allow('config.openshift.io', ['infrastructures'], reads)

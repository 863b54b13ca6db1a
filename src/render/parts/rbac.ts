/** Service accounts, roles and what binds them. Fills in API versions and subjects; the rules are each component's own. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, ServiceAccount, Subject } from '../../kube/kinds.ts'
import { calicoSystem } from './places.ts'

const apiGroup = 'rbac.authorization.k8s.io'
const apiVersion = `${apiGroup}/v1`

/** Calico's own resources, in both groups: clusters change from one to the other while pods run. */
export const calicoGroups = ['projectcalico.org', 'crd.projectcalico.org']

/** These verbs on these resources of a group, or of several. */
export const allow = (groups: string | string[], resources: string[], verbs: string[]): PolicyRule => ({
  apiGroups: [groups].flat(),
  resources,
  verbs,
})

/** OpenShift: pods of this service account may run under this SecurityContextConstraints. */
export const useOf = (constraints: string): PolicyRule => ({
  ...allow('security.openshift.io', ['securitycontextconstraints'], ['use']),
  resourceNames: [constraints],
})

export const account = (name: string, namespace = calicoSystem): Subject => ({ kind: 'ServiceAccount', name, namespace })

export const serviceAccount = (name: string, namespace = calicoSystem): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
})

export const clusterRole = (name: string, rules: PolicyRule[]): ClusterRole => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name },
  rules,
})

/** Binds a ClusterRole, the one of the same name unless another is given; to the service account of that name unless others are. */
export const clusterRoleBinding = (name: string, { role = name, subjects = [account(name)] }: Binding = {}): ClusterRoleBinding => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup, kind: 'ClusterRole', name: role },
  subjects,
})

export const role = (name: string, rules: PolicyRule[], namespace = calicoSystem): Role => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace },
  rules,
})

/** As clusterRoleBinding, in one namespace; `kind` says which kind of role is meant. */
export const roleBinding = (
  name: string,
  { kind = 'Role', role: to = name, subjects = [account(name)], namespace = calicoSystem }: RoleBindingFields = {},
): RoleBinding => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name, namespace },
  roleRef: { apiGroup, kind, name: to },
  subjects,
})

interface Binding {
  role?: string
  subjects?: Subject[]
}

interface RoleBindingFields extends Binding {
  kind?: 'Role' | 'ClusterRole'
  namespace?: string
}

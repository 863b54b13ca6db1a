/** Who calico-node and the CNI plugin are, and what they may do. Outlives them: pods are taken down with these permissions. */
import type { Calico } from '../../installation/calico.ts'
import type { ClusterRoleBinding } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { present } from '../parts/present.ts'
import { account, clusterRole, clusterRoleBinding, serviceAccount, useOf } from '../parts/rbac.ts'
import { cniPluginRules, handOverRules, nodeRules } from './rules.ts'

const node = 'calico-node'
const plugin = 'calico-cni-plugin'
const predecessor = 'kube-system'

/** The accounts of calico-node and of the CNI plugin, and their permissions (spec/installation-render.md §6.1). */
export const nodeAccess = ({ provider, migratingNamespace }: Calico): KubeObject[] => [
  serviceAccount(node),
  clusterRole(node, present(...nodeRules, provider.securityContextConstraints && useOf('privileged'))),
  clusterRoleBinding(node, {
    subjects: present(
      account(node),
      migratingNamespace && account(node, predecessor),
      migratingNamespace && { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' },
    ),
  }),
  serviceAccount(plugin),
  clusterRole(plugin, cniPluginRules),
  clusterRoleBinding(plugin, { subjects: present(account(plugin), migratingNamespace && account(plugin, predecessor)) }),
]

/** Where the platform guards more than RBAC can say. */
export const clusterAdmin: ClusterRoleBinding = clusterRoleBinding('calico-cluster-admin', {
  role: 'cluster-admin',
  subjects: [account(node), account(plugin)],
})

/** Lets the calico-node of a manifest install hand its nodes over (spec/installation-controller.md §7.2). */
export const handOver: KubeObject[] = [
  clusterRole('calico-node-migration', handOverRules),
  clusterRoleBinding('calico-node-migration', { subjects: [account(node, predecessor)] }),
]

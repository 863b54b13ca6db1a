/** What RBAC says about Calico's API server: the same whether it is aggregated or stands in CRDs, since clusters change from one to the other. */
import type { Calico } from '../../installation/calico.ts'
import type { Subject } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { present } from '../parts/present.ts'
import { account, clusterRole, clusterRoleBinding } from '../parts/rbac.ts'
import { admissionPolicies, crds, tierGetter, webhookReader } from './rules.ts'

const subjects = [account('calico-apiserver')]
const controllerManager: Subject = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'system:kube-controller-manager' }

/** In both modes (spec/apiserver-tiers-webhooks.md §4). */
export const access = (calico: Calico): KubeObject[] => [
  clusterRole('calico-crds', present(...crds, hasAdmissionPolicies(calico) && admissionPolicies)),
  clusterRoleBinding('calico-apiserver-access-calico-crds', { role: 'calico-crds', subjects }),
  clusterRole('calico-tier-getter', tierGetter),
  clusterRoleBinding('calico-tier-getter', { subjects: [controllerManager] }),
  clusterRoleBinding('calico-apiserver-delegate-auth', { role: 'system:auth-delegator', subjects }),
  clusterRole('calico-webhook-reader', webhookReader),
  clusterRoleBinding('calico-apiserver-webhook-reader', { role: 'calico-webhook-reader', subjects }),
]

/** From Kubernetes 1.30 on; a version that nobody knows is a recent one. */
export const hasAdmissionPolicies = ({ kubernetes }: Pick<Calico, 'kubernetes'>): boolean =>
  kubernetes === undefined || kubernetes.major > 1 || kubernetes.minor >= 30

/** Judges objects of built-in kinds: the rules that operators run into, in the server's words. A table by kind; each rule is in the file of its subject. */
import { groupOf, isMap, type KubeObject } from '../../../kube/objects.ts'
import { builtinResources } from '../../../kube/resources.ts'
import { type FieldError, invalid } from '../field-errors.ts'
import { checkFinalizers, checkMetadata, checkMetadataUpdate } from '../metadata.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, type NameRule, pathSegment } from '../names.ts'
import {
  checkMutatingPolicy,
  checkMutatingWebhooks,
  checkValidatingBinding,
  checkValidatingPolicy,
  checkValidatingWebhooks,
} from './rules-admission.ts'
import {
  checkApiService,
  checkCsiDriver,
  checkDisruptionBudget,
  checkLease,
  checkNetworkPolicy,
  checkPriorityClass,
  checkStorageClass,
} from './rules-cluster.ts'
import { checkConfigMap, checkNamespace, checkNode, checkSecret, checkService } from './rules-core.ts'
import { checkDefinition } from './rules-crd.ts'
import { checkEndpointSlice, checkEvent, checkLimitRange, checkResourceQuota } from './rules-limits.ts'
import { checkPod } from './rules-pod.ts'
import { checkClusterRole, checkClusterRoleBinding, checkRole, checkRoleBinding } from './rules-rbac.ts'
import { checkDaemonSet, checkDeployment, checkJob, checkReplicaSet, checkStatefulSet } from './rules-workload.ts'

/** What is wrong with an object; `old` is the one it takes the place of. */
type Rule = (object: never, old: never | undefined) => FieldError[]

const table: Record<string, Rule> = {
  ConfigMap: checkConfigMap,
  Event: checkEvent,
  LimitRange: checkLimitRange,
  Namespace: checkNamespace,
  Node: checkNode,
  Pod: checkPod,
  ResourceQuota: checkResourceQuota,
  Secret: checkSecret,
  Service: checkService,
  'apps/DaemonSet': checkDaemonSet,
  'apps/Deployment': checkDeployment,
  'apps/ReplicaSet': checkReplicaSet,
  'apps/StatefulSet': checkStatefulSet,
  'batch/Job': checkJob,
  'rbac.authorization.k8s.io/ClusterRole': checkClusterRole,
  'rbac.authorization.k8s.io/ClusterRoleBinding': checkClusterRoleBinding,
  'rbac.authorization.k8s.io/Role': checkRole,
  'rbac.authorization.k8s.io/RoleBinding': checkRoleBinding,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': checkMutatingPolicy,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': checkMutatingWebhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': checkValidatingPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': checkValidatingBinding,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': checkValidatingWebhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': checkDefinition,
  'apiregistration.k8s.io/APIService': checkApiService,
  'coordination.k8s.io/Lease': checkLease,
  'discovery.k8s.io/EndpointSlice': checkEndpointSlice,
  'networking.k8s.io/NetworkPolicy': checkNetworkPolicy,
  'policy/PodDisruptionBudget': checkDisruptionBudget,
  'scheduling.k8s.io/PriorityClass': checkPriorityClass,
  'storage.k8s.io/CSIDriver': checkCsiDriver,
  'storage.k8s.io/StorageClass': checkStorageClass,
}

/** Names are DNS subdomains, but for these. */
const nameRules: Record<string, NameRule> = {
  Namespace: dnsLabel,
  Service: dns1035Label,
  Role: pathSegment,
  RoleBinding: pathSegment,
  ClusterRole: pathSegment,
  ClusterRoleBinding: pathSegment,
  APIService: pathSegment,
  CertificateSigningRequest: pathSegment,
}

const namespaced = new Map(
  builtinResources.map(({ group, version, kind, namespaced }) => [`${group ? `${group}/` : ''}${version}/${kind}`, namespaced]),
)

/** Everything wrong with an object that has its defaults. Of a status only the metadata is judged. */
export function checkBuiltin(object: KubeObject, old: KubeObject | undefined, subresource: 'status' | undefined): FieldError[] {
  const { apiVersion, kind } = object
  const inNamespaces = namespaced.get(`${apiVersion}/${kind}`) ?? false
  const metadata = old
    ? checkMetadataUpdate(object, old)
    : checkMetadata(object, { namespaced: inNamespaces, name: nameRules[kind] ?? dnsSubdomain })
  if (subresource === 'status') return metadata
  const group = groupOf(apiVersion)
  const rule = table[group ? `${group}/${kind}` : kind]
  return [
    ...metadata,
    ...(old && judgedAnew.has(kind) ? checkFinalizers(object.metadata.finalizers ?? []) : []),
    ...checkOwnersOfFinalizers(object, group),
    ...(rule?.(withoutNulls(object) as never, old && (withoutNulls(old) as never)) ?? []),
  ]
}

/** Kinds whose updates are judged by all that holds for new objects. */
const judgedAnew = new Set([
  'ConfigMap',
  'Secret',
  'Service',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
])

const selfMade = ['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io']
const standard = ['kubernetes', 'orphan', 'foregroundDeletion']

/** Of most kinds, finalizers have to say whose they are. */
function checkOwnersOfFinalizers({ metadata: { finalizers = [] } }: KubeObject, group: string): FieldError[] {
  if (selfMade.includes(group)) return []
  const words = 'name is neither a standard finalizer name nor is it fully qualified'
  return finalizers.flatMap((name, index) =>
    name.includes('/') || standard.includes(name) ? [] : [invalid(`metadata.finalizers[${index}]`, name, words)],
  )
}

/** What was never set is stored as null in some places; rules need not tell it from absent. */
function withoutNulls(value: unknown): unknown {
  if (!holdsNull(value)) return value
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => (item === null ? [] : [[name, withoutNulls(item)]])))
}

function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null
  for (const name of Object.keys(value)) if (holdsNull((value as Record<string, unknown>)[name])) return true
  return false
}

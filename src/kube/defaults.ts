/** What the API server of Kubernetes fills in by itself, by type and field. Data: OpenAPI tells few of these, the rest was found by dry-run creates, leaf by leaf. */
import type { SchemaNode } from './schema.ts'

type Fields = Record<string, unknown>
/** A value, or how it follows from the object that the field is in. */
type Default = unknown | ((object: Fields) => unknown)

/** The value the server puts where none is given; undefined when it leaves the field away. Custom resources say theirs in their schema. */
export function serverDefault(type: SchemaNode | undefined, field: string, object: Fields): unknown {
  const rows = type?.name === undefined ? undefined : defaults[shortNameOf(type.name)]
  const found = rows && Object.hasOwn(rows, field) ? rows[field] : type?.fields?.[field]?.default
  return typeof found === 'function' ? found(object) : found
}

/** As the tables below have it: `core.v1.PodSpec`. It is asked for with nearly every field. */
function shortNameOf(name: string): string {
  const known = shortNames.get(name) ?? name.replace(prefix, '')
  shortNames.set(name, known)
  return known
}

const shortNames = new Map<string, string>()
const prefix = /^io\.k8s\.(api\.|apiextensions-apiserver\.pkg\.apis\.|kube-aggregator\.pkg\.apis\.)?/

const isLatest = (image: unknown): boolean => {
  const [name = ''] = String(image ?? '').split('@')
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1]
  return String(image ?? '').includes('@') ? false : tag === undefined || tag === 'latest'
}

const rbac = 'rbac.authorization.k8s.io'
const quarter = { maxUnavailable: '25%', maxSurge: '25%' }
const webhook = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
}
const matchResources = { namespaceSelector: {}, objectSelector: {}, matchPolicy: 'Equivalent' }

const defaults: Record<string, Record<string, Default>> = {
  'core.v1.PodSpec': {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    enableServiceLinks: true,
    // An older name of the same field, kept equal to it.
    serviceAccount: ({ serviceAccountName }: Fields) => serviceAccountName,
    serviceAccountName: ({ serviceAccount }: Fields) => serviceAccount,
  },
  'core.v1.Container': {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: ({ image }: Fields) => (isLatest(image) ? 'Always' : 'IfNotPresent'),
    resources: {},
  },
  // On the host's network both are the same port.
  'core.v1.ContainerPort': { protocol: 'TCP', hostPort: ({ containerPort }: Fields) => containerPort },
  'core.v1.Probe': { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  'core.v1.HTTPGetAction': { scheme: 'HTTP', path: '/' },
  'core.v1.GRPCAction': { service: '' },
  'core.v1.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.v1.SecretVolumeSource': { defaultMode: 420 },
  'core.v1.ConfigMapVolumeSource': { defaultMode: 420 },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: 420 },
  'core.v1.ProjectedVolumeSource': { defaultMode: 420 },
  'core.v1.HostPathVolumeSource': { type: '' },
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.v1.ServiceSpec': {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    externalTrafficPolicy: 'Cluster',
    ipFamilyPolicy: 'SingleStack',
    allocateLoadBalancerNodePorts: true,
  },
  'core.v1.ServicePort': { protocol: 'TCP', targetPort: ({ port }: Fields) => port },
  'core.v1.EndpointPort': { protocol: 'TCP' },
  'core.v1.Secret': { type: 'Opaque' },
  'core.v1.NamespaceSpec': { finalizers: ['kubernetes'] },
  'core.v1.PersistentVolumeClaimSpec': { volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeSpec': { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain' },
  'apps.v1.DeploymentSpec': {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: quarter },
  },
  'apps.v1.DeploymentStrategy': { type: 'RollingUpdate', rollingUpdate: quarter },
  'apps.v1.RollingUpdateDeployment': quarter,
  'apps.v1.DaemonSetSpec': {
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  },
  'apps.v1.DaemonSetUpdateStrategy': { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  'apps.v1.RollingUpdateDaemonSet': { maxUnavailable: 1, maxSurge: 0 },
  'apps.v1.StatefulSetSpec': {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  },
  'apps.v1.StatefulSetUpdateStrategy': { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  'apps.v1.RollingUpdateStatefulSetStrategy': { partition: 0 },
  'batch.v1.JobSpec': {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  },
  'batch.v1.CronJobSpec': { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  'rbac.v1.RoleRef': { apiGroup: rbac },
  'rbac.v1.Subject': { apiGroup: ({ kind }: Fields) => (kind === 'User' || kind === 'Group' ? rbac : undefined) },
  'admissionregistration.v1.ValidatingWebhook': webhook,
  'admissionregistration.v1.MutatingWebhook': { ...webhook, reinvocationPolicy: 'Never' },
  'admissionregistration.v1.ServiceReference': { port: 443 },
  'admissionregistration.v1.RuleWithOperations': { scope: '*' },
  'admissionregistration.v1.NamedRuleWithOperations': { scope: '*' },
  'admissionregistration.v1.MatchResources': matchResources,
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'admissionregistration.v1beta1.NamedRuleWithOperations': { scope: '*' },
  'admissionregistration.v1beta1.MatchResources': matchResources,
  'admissionregistration.v1beta1.MutatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'admissionregistration.v1alpha1.NamedRuleWithOperations': { scope: '*' },
  'admissionregistration.v1alpha1.MatchResources': matchResources,
  'admissionregistration.v1alpha1.MutatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'networking.v1.NetworkPolicyPort': { protocol: 'TCP' },
  'networking.v1.NetworkPolicySpec': {
    policyTypes: ({ egress }: Fields) => (Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']),
  },
  'storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'storage.v1.CSIDriverSpec': {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    requiresRepublish: false,
    seLinuxMount: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
  },
  'scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'apiextensions.v1.CustomResourceDefinitionSpec': { conversion: { strategy: 'None' } },
  'apiextensions.v1.CustomResourceDefinitionNames': {
    singular: ({ kind }: Fields) => String(kind).toLowerCase(),
    listKind: ({ kind }: Fields) => `${kind}List`,
  },
  'apiextensions.v1.ServiceReference': { port: 443 },
  'apiregistration.v1.ServiceReference': { port: 443 },
}

/** Allocated by the server, or kept by a controller: not wanting such a field never means to take it away. */
const kept: Record<string, readonly string[]> = {
  // Either name brings the other back.
  'core.v1.PodSpec': ['serviceAccountName', 'serviceAccount'],
  'core.v1.ServiceSpec': ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'],
  'core.v1.ServicePort': ['nodePort'],
  // Who makes the certificate of a webhook tells whom to trust, often long after the webhook was made.
  'admissionregistration.v1.WebhookClientConfig': ['caBundle'],
  // OpenShift gives every account its own.
  'core.v1.ServiceAccount': ['secrets', 'imagePullSecrets'],
  // Azure exempts namespaces of its own from every webhook.
  'admissionregistration.v1.ValidatingWebhook': ['namespaceSelector'],
  'admissionregistration.v1.MutatingWebhook': ['namespaceSelector'],
}

export const isKept = (type: SchemaNode | undefined, field: string): boolean =>
  type?.name !== undefined && (kept[shortNameOf(type.name)]?.includes(field) ?? false)

/** Whether the server drops a field beside what else is in its object. */
export const isDropped = (type: SchemaNode | undefined, field: string, object: Fields): boolean =>
  type?.name === 'io.k8s.api.core.v1.ServiceSpec' && field === 'sessionAffinityConfig' && object.sessionAffinity !== 'ClientIP'

/** Labels and annotations that the server or its controllers set, and change back. */
export const serverLabels: readonly string[] = ['kubernetes.io/metadata.name']
export const serverAnnotations: readonly string[] = ['deprecated.daemonset.template.generation', 'deployment.kubernetes.io/revision']

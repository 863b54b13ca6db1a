/** Defaults of what is no pod and runs none: Services, configuration, RBAC, admission, storage, the API's own. https://kubernetes.io/docs/reference/kubernetes-api/ */
import type {
  ConfigMap,
  CSIDriver,
  CustomResourceDefinition,
  Endpoints,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  IngressClass,
  LimitRangeItem,
  MatchResources,
  MutatingWebhook,
  Namespace,
  NamespaceStatus,
  NetworkPolicy,
  NodeSpec,
  NodeStatus,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PriorityClass,
  RoleBinding,
  RuleWithOperations,
  Secret,
  Service,
  StorageClass,
  Subject,
  ValidatingAdmissionPolicySpec,
  ValidatingWebhook,
} from '../../../kube/kinds.ts'
import type { Defaults } from './filling.ts'

const rbac = 'rbac.authorization.k8s.io'
const anyVersion = (type: string, apply: (value: never) => void): Defaults =>
  Object.fromEntries(['v1', 'v1beta1', 'v1alpha1'].map(version => [`api.admissionregistration.${version}.${type}`, apply]))

export const clusterDefaults: Defaults = {
  'api.core.v1.Service': service,
  'api.core.v1.Secret': secret,
  'api.core.v1.ConfigMap': (map: ConfigMap) => {
    map.data ??= {}
  },
  'api.core.v1.Namespace': ({ metadata }: Namespace) => {
    if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
  },
  'api.core.v1.NamespaceStatus': (status: NamespaceStatus) => {
    status.phase ||= 'Active'
  },
  'api.core.v1.NodeStatus': (status: NodeStatus) => {
    if (status.capacity) status.allocatable ??= { ...status.capacity }
  },
  'api.core.v1.NodeSpec': (spec: NodeSpec) => {
    // Two spellings of the first one: the older wins where they differ.
    if (spec.podCIDR && spec.podCIDR !== spec.podCIDRs?.[0]) spec.podCIDRs = [spec.podCIDR]
    if (spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0]!
  },
  'api.core.v1.Endpoints': ({ subsets }: Endpoints) => {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP'
  },
  'api.core.v1.LimitRangeItem': limitRangeItem,
  'api.core.v1.PersistentVolume': ({ spec, status }: PersistentVolume) => {
    if (status) status.phase ||= 'Pending'
    if (spec) {
      spec.persistentVolumeReclaimPolicy ||= 'Retain'
      spec.volumeMode ??= 'Filesystem'
    }
  },
  'api.core.v1.PersistentVolumeClaim': ({ status }: PersistentVolumeClaim) => {
    if (status) status.phase ||= 'Pending'
  },
  'api.core.v1.PersistentVolumeClaimSpec': (spec: PersistentVolumeClaimSpec) => {
    spec.volumeMode ??= 'Filesystem'
  },
  'api.discovery.v1.EndpointPort': (port: { name?: string; protocol?: string }) => {
    port.name ??= ''
    port.protocol ??= 'TCP'
  },
  'api.networking.v1.NetworkPolicy': ({ spec }: NetworkPolicy) => {
    if (!spec || spec.policyTypes?.length) return
    spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  },
  'api.networking.v1.NetworkPolicyPort': (port: { protocol?: string }) => {
    port.protocol ??= 'TCP'
  },
  'api.networking.v1.IngressClass': ({ spec }: IngressClass) => {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster'
  },
  'api.rbac.v1.ClusterRoleBinding': roleRef,
  'api.rbac.v1.RoleBinding': roleRef,
  'api.rbac.v1.Subject': (subject: Subject) => {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= rbac
  },
  'api.scheduling.v1.PriorityClass': (priority: PriorityClass) => {
    priority.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  'api.storage.v1.StorageClass': (storage: StorageClass) => {
    storage.reclaimPolicy ??= 'Delete'
    storage.volumeBindingMode ??= 'Immediate'
  },
  'api.storage.v1.CSIDriver': csiDriver,
  'api.autoscaling.v2.HorizontalPodAutoscaler': autoscaler,
  ...anyVersion('ValidatingWebhook', webhook),
  ...anyVersion('MutatingWebhook', (hook: MutatingWebhook) => {
    webhook(hook)
    hook.reinvocationPolicy ??= 'Never'
  }),
  ...anyVersion('ServiceReference', servicePort),
  ...anyVersion('RuleWithOperations', ruleScope),
  ...anyVersion('NamedRuleWithOperations', ruleScope),
  ...anyVersion('MatchResources', matchResources),
  ...anyVersion('ValidatingAdmissionPolicySpec', failClosed),
  ...anyVersion('MutatingAdmissionPolicySpec', failClosed),
  'kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': servicePort,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': servicePort,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition': customResourceDefinition,
}

/** All but the allocation of addresses, which needs to know those in use. */
function service({ spec }: Service): void {
  if (!spec) return
  spec.sessionAffinity ||= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  else spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800 } }
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    port.targetPort ||= port.port
  }
  const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  if (outside || (spec.type === 'ClusterIP' && spec.externalIPs?.length)) spec.externalTrafficPolicy ||= 'Cluster'
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
}

/** Text given as such is stored among the data, and wins over it. */
function secret(secret: Secret): void {
  secret.type ||= 'Opaque'
  if (!secret.stringData) return
  const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) }
  delete secret.stringData
}

function limitRangeItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return
  item.default = { ...item.max, ...item.default }
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
}

function roleRef({ roleRef }: Pick<RoleBinding, 'roleRef'>): void {
  roleRef.apiGroup ||= rbac
}

function webhook(hook: ValidatingWebhook): void {
  hook.failurePolicy ??= 'Fail'
  hook.matchPolicy ??= 'Equivalent'
  hook.namespaceSelector ??= {}
  hook.objectSelector ??= {}
  hook.timeoutSeconds ??= 10
}

function ruleScope(rule: RuleWithOperations): void {
  rule.scope ??= '*'
}

function matchResources(match: MatchResources): void {
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
}

function failClosed(spec: ValidatingAdmissionPolicySpec): void {
  spec.failurePolicy ??= 'Fail'
}

function servicePort(reference: { port?: number }): void {
  reference.port ??= 443
}

function csiDriver({ spec }: CSIDriver): void {
  spec.attachRequired ??= true
  spec.podInfoOnMount ??= false
  spec.storageCapacity ??= false
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
  spec.requiresRepublish ??= false
  spec.seLinuxMount ??= false
}

function autoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return
  spec.minReplicas ??= 1
  if (!spec.metrics?.length) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
  }
  if (!spec.behavior) return
  const fast = { type: 'Percent', value: 100, periodSeconds: 15 }
  const up: HPAScalingRules = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, fast],
  }
  const down: HPAScalingRules = { selectPolicy: 'Max', policies: [fast] }
  spec.behavior = { scaleUp: { ...up, ...spec.behavior.scaleUp }, scaleDown: { ...down, ...spec.behavior.scaleDown } }
}

function customResourceDefinition({ spec, status }: CustomResourceDefinition): void {
  spec.names.singular ||= spec.names.kind.toLowerCase()
  if (spec.names.kind) spec.names.listKind ||= `${spec.names.kind}List`
  spec.conversion ??= { strategy: 'None' }
  if (status && !status.storedVersions?.length) {
    const stored = spec.versions.find(({ storage }) => storage)
    if (stored) status.storedVersions = [stored.name]
  }
}

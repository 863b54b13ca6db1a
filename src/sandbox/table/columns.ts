/** What kubectl shows of built-in kinds: a table of columns, as kube-apiserver 1.35 has them. Reads objects, changes nothing. */
import type {
  APIService,
  ClusterRoleBinding,
  ConfigMap,
  CSIDriver,
  CSINode,
  EndpointSlice,
  Lease,
  Namespace,
  NetworkPolicy,
  Node,
  PodDisruptionBudget,
  PriorityClass,
  Secret,
  Service,
  StorageClass,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../kube/kinds.ts'
import {
  ageColumn,
  boolean,
  type Column,
  column,
  createdAt,
  integer,
  nameColumn,
  named,
  orNone,
  selectorText,
  some,
  wide,
} from './column.ts'
import { eventColumns } from './events.ts'
import { resourceColumns } from './resources.ts'
import { workloadColumns } from './workloads.ts'

const count = (map: object | undefined) => Object.keys(map ?? {}).length

const webhooks = named(integer('Webhooks', ({ webhooks = [] }: ValidatingWebhookConfiguration) => webhooks.length))
const bindings = [
  nameColumn,
  column('Role', ({ roleRef }: ClusterRoleBinding) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide('Users', (binding: ClusterRoleBinding) => subjects(binding, 'User')),
  wide('Groups', (binding: ClusterRoleBinding) => subjects(binding, 'Group')),
  wide('ServiceAccounts', (binding: ClusterRoleBinding) => subjects(binding, 'ServiceAccount')),
]
const subjects = ({ subjects = [] }: ClusterRoleBinding, wanted: string) =>
  subjects
    .filter(({ kind }) => kind === wanted)
    .map(({ name, namespace }) => (wanted === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ')

const nodes: Column[] = [
  nameColumn,
  column('Status', nodeStatus),
  column('Roles', nodeRoles),
  ageColumn,
  column('Version', ({ status }: Node) => status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', (node: Node) => address(node, 'InternalIP')),
  wide('External-IP', (node: Node) => address(node, 'ExternalIP')),
  wide('OS-Image', ({ status }: Node) => status?.nodeInfo?.osImage || '<unknown>'),
  wide('Kernel-Version', ({ status }: Node) => status?.nodeInfo?.kernelVersion || '<unknown>'),
  wide('Container-Runtime', ({ status }: Node) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
]

function nodeStatus({ status, spec }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text
}

function nodeRoles({ metadata: { labels = {} } }: Node): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(labels).flatMap(label => (label.startsWith(prefix) ? [label.slice(prefix.length)] : []))
  return orNone(roles.sort().join(','))
}

const address = ({ status }: Node, wanted: string) => orNone(status?.addresses?.find(({ type }) => type === wanted)?.address)

const services: Column[] = [
  nameColumn,
  column('Type', ({ spec }: Service) => spec?.type),
  column('Cluster-IP', ({ spec }: Service) => orNone(spec?.clusterIP)),
  column('External-IP', externalAddress),
  column('Port(s)', ({ spec }: Service) =>
    orNone(spec?.ports?.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',')),
  ),
  ageColumn,
  wide('Selector', ({ spec }: Service) => selectorText({ matchLabels: spec?.selector ?? {} })),
]

function externalAddress({ spec, status }: Service): string {
  if (spec?.type === 'ExternalName') return spec.externalName ?? ''
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname)
  const all = [...balanced, ...(spec?.externalIPs ?? [])]
  if (all.length > 0) return all.join(',')
  return spec?.type === 'LoadBalancer' ? '<pending>' : '<none>'
}

const admissionBindings = named(
  column('PolicyName', ({ spec }: ValidatingAdmissionPolicyBinding) => spec?.policyName),
  column('ParamRef', ({ spec }: ValidatingAdmissionPolicyBinding) => {
    const { namespace, name, selector } = spec?.paramRef ?? {}
    if (!spec?.paramRef) return '<unset>'
    return name ? (namespace ? `${namespace}/${name}` : name) : selectorText(selector ?? {})
  }),
)

/** By `group/kind`, core kinds by their kind alone. Kinds that are not here show their name and age. */
export const columnsByKind: Record<string, Column[]> = {
  ...workloadColumns,
  ...resourceColumns,
  ConfigMap: named(column('Data', ({ data, binaryData }: ConfigMap) => count(data) + count(binaryData))),
  Event: eventColumns,
  'events.k8s.io/Event': eventColumns,
  LimitRange: [nameColumn, createdAt],
  Namespace: named(column('Status', ({ status }: Namespace) => status?.phase)),
  Node: nodes,
  Secret: named(
    column('Type', ({ type }: Secret) => type),
    column('Data', ({ data }: Secret) => count(data)),
  ),
  Service: services,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': named(
    integer('Validations', ({ spec }: ValidatingAdmissionPolicy) => spec?.validations?.length ?? 0),
    column('ParamKind', ({ spec }: ValidatingAdmissionPolicy) =>
      spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    ),
  ),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': admissionBindings,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': admissionBindings,
  'apiextensions.k8s.io/CustomResourceDefinition': [nameColumn, createdAt],
  'apiregistration.k8s.io/APIService': named(
    column('Service', ({ spec }: APIService) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')),
    column('Available', ({ status }: APIService) => {
      const available = status?.conditions?.find(({ type }) => type === 'Available')
      return available?.status === 'True' ? 'True' : `${available?.status ?? 'Unknown'} (${available?.reason ?? ''})`
    }),
  ),
  'coordination.k8s.io/Lease': named(column('Holder', ({ spec }: Lease) => spec?.holderIdentity ?? '')),
  'discovery.k8s.io/EndpointSlice': named(
    column('AddressType', ({ addressType }: EndpointSlice) => addressType),
    column('Ports', ({ ports }: EndpointSlice) =>
      some(
        (ports ?? []).map(({ port }) => port ?? '*'),
        '<unset>',
      ),
    ),
    column('Endpoints', ({ endpoints }: EndpointSlice) =>
      some(
        (endpoints ?? []).flatMap(({ addresses }) => addresses),
        '<unset>',
      ),
    ),
  ),
  'networking.k8s.io/NetworkPolicy': named(column('Pod-Selector', ({ spec }: NetworkPolicy) => selectorText(spec?.podSelector ?? {}))),
  'policy/PodDisruptionBudget': named(
    column('Min Available', ({ spec }: PodDisruptionBudget) => String(spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', ({ spec }: PodDisruptionBudget) => String(spec?.maxUnavailable ?? 'N/A')),
    integer('Allowed Disruptions', ({ status }: PodDisruptionBudget) => status?.disruptionsAllowed ?? 0),
  ),
  'rbac.authorization.k8s.io/ClusterRole': [nameColumn, createdAt],
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindings,
  'rbac.authorization.k8s.io/Role': [nameColumn, createdAt],
  'rbac.authorization.k8s.io/RoleBinding': bindings,
  'scheduling.k8s.io/PriorityClass': [
    ...named(
      integer('Value', ({ value }: PriorityClass) => value),
      boolean('Global-Default', ({ globalDefault }: PriorityClass) => globalDefault ?? false),
    ),
    column('PreemptionPolicy', ({ preemptionPolicy }: PriorityClass) => preemptionPolicy),
  ],
  'storage.k8s.io/CSIDriver': named(
    boolean('AttachRequired', ({ spec }: CSIDriver) => spec.attachRequired ?? true),
    boolean('PodInfoOnMount', ({ spec }: CSIDriver) => spec.podInfoOnMount ?? false),
    boolean('StorageCapacity', ({ spec }: CSIDriver) => spec.storageCapacity ?? false),
    column('TokenRequests', ({ spec }: CSIDriver) =>
      spec.tokenRequests?.length ? spec.tokenRequests.map(({ audience }) => audience).join(',') : '<unset>',
    ),
    boolean('RequiresRepublish', ({ spec }: CSIDriver) => spec.requiresRepublish ?? false),
    column('Modes', ({ spec }: CSIDriver) => (spec.volumeLifecycleModes ?? []).join(',')),
  ),
  'storage.k8s.io/CSINode': named(integer('Drivers', ({ spec }: CSINode) => spec.drivers.length)),
  'storage.k8s.io/StorageClass': named(
    column('Provisioner', ({ provisioner }: StorageClass) => provisioner),
    column('ReclaimPolicy', ({ reclaimPolicy }: StorageClass) => reclaimPolicy),
    column('VolumeBindingMode', ({ volumeBindingMode }: StorageClass) => volumeBindingMode),
    column('AllowVolumeExpansion', ({ allowVolumeExpansion }: StorageClass) => String(allowVolumeExpansion ?? false)),
  ),
}

/** What is peculiar to single kinds: who may write which part of them, what makes a new generation, what deletion answers. A table. */
import type { Path } from '../fields.ts'
import type { Served } from '../served.ts'
import { storageKey } from '../served.ts'

export interface Rules {
  /** A PUT creates what is not there. */
  readonly upserts?: boolean
  /** A PUT has to say which version it replaces. */
  readonly versioned?: boolean
  /** A deletion answers with the object and not with a Status. */
  readonly returnsDeleted?: boolean
  /** A change of one of these makes a new generation. Without it there is no generation. */
  readonly generation?: readonly Path[]
  /** A new object has no generation yet: the first change makes it 1. */
  readonly generationFromZero?: boolean
  /** Status is written through its subresource only. */
  readonly status?: StatusRules
  /** Whoever asks for the kind is told so. */
  readonly deprecation?: string
  /** Fields that selectors know beside name and namespace. */
  readonly selectable?: readonly string[]
}

export interface StatusRules {
  /** What a status update leaves as it was. */
  readonly keeps: readonly Path[]
  /** A new object keeps the status it is sent with. */
  readonly sent?: boolean
}

const spec: Path = ['spec']
const labels: Path = ['metadata', 'labels']
const metadata: Path = ['metadata']
const usual: StatusRules = { keeps: [spec] }
/** Labels, annotations, finalizers and owners are not for a status update either. */
const whole: StatusRules = { keeps: [spec, metadata] }

/** From the registry of kube-apiserver 1.35, by storage key. What is not here has nothing peculiar. */
const table: Record<string, Rules> = {
  endpoints: { upserts: true, deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' },
  events: {
    upserts: true,
    selectable: [
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(field => `involvedObject.${field}`),
      ...['reason', 'reportingComponent', 'source', 'type'],
    ],
  },
  limitranges: { upserts: true },
  namespaces: { returnsDeleted: true, status: usual, selectable: ['name', 'status.phase'] },
  nodes: { status: { keeps: [spec], sent: true }, selectable: ['spec.unschedulable'] },
  persistentvolumes: { returnsDeleted: true, status: usual, selectable: ['name'] },
  persistentvolumeclaims: { returnsDeleted: true, status: usual, selectable: ['name'] },
  pods: {
    returnsDeleted: true,
    generation: [spec],
    status: { keeps: [spec, ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']] },
    selectable: [
      ...['nodeName', 'restartPolicy', 'schedulerName', 'serviceAccountName', 'hostNetwork'].map(field => `spec.${field}`),
      ...['phase', 'podIP', 'podIPs', 'nominatedNodeName'].map(field => `status.${field}`),
    ],
  },
  podtemplates: { returnsDeleted: true, generation: [['template']] },
  replicationcontrollers: { generation: [spec], status: usual, selectable: ['status.replicas'] },
  resourcequotas: { returnsDeleted: true, status: usual },
  secrets: { selectable: ['type'] },
  serviceaccounts: { returnsDeleted: true },
  services: { upserts: true, returnsDeleted: true, status: usual, selectable: ['spec.clusterIP', 'spec.type'] },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': { versioned: true, generation: [['webhooks']] },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': { versioned: true, generation: [['webhooks']] },
  'validatingadmissionpolicies.admissionregistration.k8s.io': { versioned: true, generation: [spec], status: whole },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': { versioned: true, generation: [spec] },
  'mutatingadmissionpolicies.admissionregistration.k8s.io': { versioned: true, generation: [spec] },
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': { versioned: true, generation: [spec] },
  'customresourcedefinitions.apiextensions.k8s.io': { versioned: true, generation: [spec], status: whole },
  'apiservices.apiregistration.k8s.io': { versioned: true, status: whole },
  'daemonsets.apps': { generation: [spec], status: usual },
  'deployments.apps': { generation: [spec, ['metadata', 'annotations']], status: { keeps: [spec, labels] } },
  'replicasets.apps': { generation: [spec], status: usual, selectable: ['status.replicas'] },
  'statefulsets.apps': { generation: [spec], status: usual },
  'horizontalpodautoscalers.autoscaling': { status: usual },
  'cronjobs.batch': { generation: [spec], status: usual },
  'jobs.batch': { generation: [spec], status: usual, selectable: ['status.successful'] },
  'certificatesigningrequests.certificates.k8s.io': { status: usual, selectable: ['spec.signerName'] },
  'leases.coordination.k8s.io': { upserts: true, versioned: true },
  'endpointslices.discovery.k8s.io': { generation: [['addressType'], ['endpoints'], ['ports'], labels] },
  'ingressclasses.networking.k8s.io': { generation: [spec] },
  'ingresses.networking.k8s.io': { generation: [spec], status: usual },
  'networkpolicies.networking.k8s.io': { generation: [spec] },
  'servicecidrs.networking.k8s.io': { status: whole },
  'runtimeclasses.node.k8s.io': { upserts: true, versioned: true },
  'poddisruptionbudgets.policy': { versioned: true, generation: [spec], status: usual },
  'clusterroles.rbac.authorization.k8s.io': { upserts: true },
  'clusterrolebindings.rbac.authorization.k8s.io': { upserts: true },
  'roles.rbac.authorization.k8s.io': { upserts: true },
  'rolebindings.rbac.authorization.k8s.io': { upserts: true },
  'priorityclasses.scheduling.k8s.io': { generation: [] },
  'csidrivers.storage.k8s.io': { versioned: true, returnsDeleted: true, generation: [spec], generationFromZero: true },
  'csinodes.storage.k8s.io': { versioned: true, returnsDeleted: true },
  'csistoragecapacities.storage.k8s.io': { versioned: true },
  'storageclasses.storage.k8s.io': { returnsDeleted: true },
  'volumeattachments.storage.k8s.io': { versioned: true, returnsDeleted: true, status: usual },
}

const plain: Rules = {}
const custom: Rules = { versioned: true, returnsDeleted: false }
const customWithStatus: Rules = { ...custom, status: { keeps: [spec] } }

/** Custom resources have a generation of their own kind: see generation.ts. */
export function rulesOf(served: Served): Rules {
  if (served.custom) return served.custom.schema.status ? customWithStatus : custom
  return table[storageKey(served)] ?? plain
}

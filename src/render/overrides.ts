/** The user's overrides of workloads: one table of where they are, one merge of what they hold (spec/installation-render.md §2). */
import type { InstallationSpec } from '../../api/installation.ts'
import type { ContainerOverlay, WorkloadOverlay } from '../../api/overrides.ts'
import type { Container, PodSpec, PodTemplateSpec, ResourceRequirements } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { canonicalQuantity } from '../kube/quantity.ts'
import { given } from './parts/present.ts'
import { isRolledOut, isWorkload, withTemplate } from './workloads.ts'

interface Row {
  /** The field of the served resource's spec that holds the overlay. */
  overlay: string
  /** What `componentResources`, the old way to set resources, calls its main container, which has the workload's name. */
  component?: 'Node' | 'Typha' | 'KubeControllers'
}

/** Every workload that is rendered has its row, so that none is forgotten. */
export const overlays: Readonly<Record<string, Row>> = {
  'DaemonSet/calico-node': { overlay: 'calicoNodeDaemonSet', component: 'Node' },
  'DaemonSet/calico-node-windows': { overlay: 'calicoNodeWindowsDaemonSet' },
  'DaemonSet/csi-node-driver': { overlay: 'csiNodeDriverDaemonSet' },
  'Deployment/calico-typha': { overlay: 'typhaDeployment', component: 'Typha' },
  'Deployment/calico-kube-controllers': { overlay: 'calicoKubeControllersDeployment', component: 'KubeControllers' },
  'Deployment/goldmane': { overlay: 'goldmaneDeployment' },
  'Deployment/whisker': { overlay: 'whiskerDeployment' },
  'Deployment/guardian': { overlay: 'guardianDeployment' },
  'Deployment/calico-apiserver': { overlay: 'apiServerDeployment' },
  'Deployment/calico-webhooks': { overlay: 'calicoWebhooksDeployment' },
  'Deployment/envoy-gateway': { overlay: 'gatewayControllerDeployment' },
  'Job/tigera-gateway-api-gateway-helm-certgen': { overlay: 'gatewayCertgenJob' },
}

type Spec = { [field: string]: unknown } & Pick<InstallationSpec, 'componentResources'>

/** The object with the overlay that the spec of the served resource holds for it. */
export function overridden<T extends KubeObject>(object: T, spec: object): T {
  const row = overlays[`${object.kind}/${object.metadata.name}`]
  if (row === undefined) return object
  const { componentResources = [], ...fields } = spec as Spec
  // Of two entries for one component the first counts.
  const resources = componentResources.find(({ componentName }) => componentName === row.component)?.resourceRequirements
  const overlay = fields[row.overlay] as WorkloadOverlay | undefined
  const containers = [{ name: object.metadata.name, resources }]
  const old = resources === undefined ? object : withTemplate(object, template => merged(template, { spec: { containers } }))
  return overlay ? overlaid(old, overlay) : old
}

function overlaid<T extends KubeObject>(object: T, { metadata, spec }: WorkloadOverlay): T {
  if (!isWorkload(object)) return object
  const { minReadySeconds, replicas, strategy, template = {} } = spec ?? {}
  const changed = isRolledOut(object)
    ? {
        ...object.spec,
        ...given({
          minReadySeconds,
          replicas,
          strategy: strategy?.rollingUpdate && { type: 'RollingUpdate', rollingUpdate: strategy.rollingUpdate },
        }),
      }
    : object.spec
  const itself = { ...object, metadata: withMetadata(object.metadata, metadata), spec: changed }
  return withTemplate(itself, current => merged(current, template))
}

type TemplateOverlay = NonNullable<NonNullable<WorkloadOverlay['spec']>['template']>

const merged = (template: PodTemplateSpec, { metadata, spec = {} }: TemplateOverlay): PodTemplateSpec => ({
  metadata: withMetadata({ ...template.metadata }, metadata),
  spec: template.spec && mergedPods(template.spec, spec),
})

/** Containers by name, node selectors key by key, where the operator's stay; the rest is replaced by what is given, an empty list included. */
function mergedPods(pods: PodSpec, overlay: NonNullable<TemplateOverlay['spec']>): PodSpec {
  const { containers, initContainers, resources: _, nodeSelector, dnsPolicy, dnsConfig, ...replaced } = overlay
  return {
    ...pods,
    ...given(replaced),
    // An empty policy is allowed, and means that of Kubernetes.
    ...(dnsPolicy !== undefined && { dnsPolicy: dnsPolicy || undefined }),
    ...given({ dnsConfig: dnsConfig as PodSpec['dnsConfig'] }),
    nodeSelector: added(pods.nodeSelector, nodeSelector),
    containers: pods.containers.map(container => withOverlay(container, containers)),
    initContainers: pods.initContainers?.map(container => withOverlay(container, initContainers)),
  }
}

/** Names that the pod does not have are no matter here; validation tells the user. */
function withOverlay(container: Container, overlays: ContainerOverlay[] = []): Container {
  const its = overlays.filter(({ name }) => name === container.name)
  const resources = its.map(entry => entry.resources).findLast(own => own !== undefined && Object.keys(own).length > 0)
  const ports = its.map(entry => entry.ports).findLast(own => own !== undefined && own.length > 0)
  return {
    ...container,
    ...given({ resources: resources && canonical(resources), ports: ports?.map(port => ({ ...port, protocol: 'TCP' })) }),
  }
}

/** Quantities as the API server writes them, so that another spelling is no difference. */
const canonical = ({ requests, limits, claims }: NonNullable<ContainerOverlay['resources']>): ResourceRequirements =>
  given({ requests: requests && amounts(requests), limits: limits && amounts(limits), claims })

const amounts = (given: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, amount]) => [name, String(canonicalQuantity(amount))]))

const withMetadata = <M extends { labels?: Record<string, string>; annotations?: Record<string, string> }>(
  metadata: M,
  overlay: WorkloadOverlay['metadata'] = {},
): M => ({
  ...metadata,
  labels: added(metadata.labels, overlay.labels),
  annotations: added(metadata.annotations, overlay.annotations),
})

/** Adds keys that are not there yet. What the operator keeps its records in is nobody else's. */
const added = (own: Record<string, string> = {}, more: Record<string, string> = {}): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(more).filter(([key]) => !key.includes('operator.tigera.io'))),
  ...own,
})

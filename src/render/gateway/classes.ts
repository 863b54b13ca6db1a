/** A GatewayClass, and the EnvoyProxy that says how the proxies of its Gateways run. */
import type { EnvoyProxy, GatewayClass, KubernetesProxy, ProxyService, ProxyWorkload } from '../../../api/gateway/kinds.ts'
import * as kinds from '../../../api/gateway/kinds.ts'
import type { WorkloadOverlay } from '../../../api/overrides.ts'
import type { Calico } from '../../installation/calico.ts'
import type { DecidedClass } from '../../installation/gateway/classes.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { gatewaySystem } from '../parts/places.ts'
import { given } from '../parts/present.ts'

type Asked = DecidedClass['asked']

/** The class is served by the controller of this name. */
export const gatewayClass = (calico: Calico, controllerName: string, decided: DecidedClass): KubeObject[] => {
  const { name } = decided.asked
  const itself: GatewayClass = {
    apiVersion: kinds.GatewayClass.apiVersion,
    kind: kinds.GatewayClass.kind,
    metadata: { name },
    spec: { controllerName, parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name, namespace: gatewaySystem } },
  }
  return [proxy(calico, decided), itself]
}

/** What the user has told kubectl is of his own object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function proxy(calico: Calico, { asked, kind, base }: DecidedClass): EnvoyProxy {
  const { labels, annotations: { [lastApplied]: _, ...annotations } = {} } = base?.metadata ?? {}
  const { provider, ...spec } = base?.spec ?? {}
  const kubernetes = provider?.kubernetes ?? {}
  return {
    apiVersion: kinds.EnvoyProxy.apiVersion,
    kind: kinds.EnvoyProxy.kind,
    metadata: {
      name: asked.name,
      namespace: gatewaySystem,
      ...(labels && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: { ...spec, provider: { ...provider, type: 'Kubernetes', kubernetes: inKubernetes(calico, { asked, kind }, kubernetes) } },
  }
}

function inKubernetes(calico: Calico, { asked, kind }: Omit<DecidedClass, 'base'>, kubernetes: KubernetesProxy): KubernetesProxy {
  const { gatewayDaemonSet, gatewayDeployment, gatewayService } = asked
  const overlay = kind === 'envoyDaemonSet' ? gatewayDaemonSet : gatewayDeployment
  const service = gatewayService && exposed(kubernetes.envoyService, gatewayService)
  return { ...kubernetes, [kind]: overlaid(ours(calico, kubernetes[kind]), overlay), ...(service && { envoyService: service }) }
}

/** From our image, pulled as everything else is. */
function ours(calico: Calico, { pod = {}, container, ...rest }: ProxyWorkload = {}): ProxyWorkload {
  const { imagePullSecrets: _, ...others } = pod
  const imagePullSecrets = calico.pullSecrets.map(({ metadata: { name } }) => ({ name }))
  const given = { ...others, ...(imagePullSecrets.length > 0 && { imagePullSecrets }) }
  return {
    ...rest,
    ...(Object.keys(given).length > 0 && { pod: given }),
    container: { ...container, image: calico.image('envoyProxy') },
  }
}

/** Labels and annotations are added where there are none of the name; everything else that is given replaces what was there. */
function overlaid(workload: ProxyWorkload, { spec }: Pick<WorkloadOverlay, 'spec'> = {}): ProxyWorkload {
  const { replicas, strategy, template = {} } = spec ?? {}
  const { affinity, nodeSelector, tolerations, topologySpreadConstraints, containers = [] } = template.spec ?? {}
  const resources = containers.findLast(({ name, resources }) => name === 'envoy' && resources)?.resources
  const { labels, annotations } = template.metadata ?? {}
  const pod = {
    ...workload.pod,
    ...merged({ labels, annotations }, workload.pod),
    ...given({ affinity, nodeSelector, tolerations, topologySpreadConstraints }),
  }
  return {
    ...workload,
    ...given({ replicas, strategy: strategy?.rollingUpdate && { type: 'RollingUpdate', rollingUpdate: strategy.rollingUpdate } }),
    ...(Object.keys(pod).length > 0 && { pod }),
    container: { ...workload.container, ...given({ resources }) },
  }
}

function exposed(service: ProxyService | undefined, { metadata = {}, spec = {} }: NonNullable<Asked['gatewayService']>): ProxyService {
  const { loadBalancerClass, allocateLoadBalancerNodePorts, loadBalancerSourceRanges, loadBalancerIP } = spec
  return {
    ...service,
    ...merged(metadata, service),
    ...given({ loadBalancerClass, allocateLoadBalancerNodePorts, loadBalancerSourceRanges, loadBalancerIP }),
  }
}

interface Marks {
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

const merged = (more: Marks, own: Marks = {}): Marks => ({
  ...(more.labels && { labels: { ...more.labels, ...own.labels } }),
  ...(more.annotations && { annotations: { ...more.annotations, ...own.annotations } }),
})

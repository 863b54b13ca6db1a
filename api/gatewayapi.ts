/** GatewayAPI: runs Envoy Gateway, so that the Gateways of the cluster are served. */
import { named, operator } from './operator.ts'
import { containers, overlay, podTemplate, scheduling, strategy } from './overrides.ts'
import { objectMetadata, topologySpreadConstraints } from './pod.ts'
import { resource } from './resource.ts'
import { also, bool, int32, list, type Of, obj, oneOf, req, str } from './schema.ts'

const reference = (about: string) =>
  obj({ namespace: req(str('Looks in this namespace.')), name: req(str('Takes the object of this name.')) }, about)

const spread = { topologySpreadConstraints: also(topologySpreadConstraints, 'Replaces how the pods spread over the cluster.') }
const metadata = also(objectMetadata, 'Adds to the metadata of the object.')
const gatewayPods = podTemplate({ ...scheduling, ...spread, containers: containers(['envoy']) })

const gatewayClass = obj({
  name: req(str('Names the GatewayClass that is created.')),
  envoyProxyRef: reference('Starts from this EnvoyProxy in place of an empty one.'),
  gatewayKind: oneOf(
    ['Deployment', 'DaemonSet'],
    'Runs the proxies of a Gateway as this kind of workload. As the EnvoyProxy says when absent, else Deployment.',
  ),
  gatewayDeployment: obj(
    {
      spec: obj({ replicas: int32('Runs so many proxies for each Gateway.'), strategy, template: gatewayPods }, 'Changes the workload.'),
    },
    'Changes the Deployments of the Gateways of this class.',
  ),
  gatewayDaemonSet: obj(
    { spec: obj({ template: gatewayPods }, 'Changes the workload.') },
    'Changes the DaemonSets of the Gateways of this class.',
  ),
  gatewayService: obj(
    {
      metadata,
      spec: obj(
        {
          loadBalancerClass: str('Asks this load balancer to serve the Service.'),
          allocateLoadBalancerNodePorts: bool('Opens ports on the nodes for the load balancer, or not.'),
          loadBalancerSourceRanges: list(str(), 'Lets in only clients of these address ranges, where the load balancer can.'),
          loadBalancerIP: str('Asks the load balancer for this address, where it can.'),
        },
        'Changes the Service.',
      ),
    },
    'Changes the Services of the Gateways of this class.',
  ),
})

const spec = obj(
  {
    crdManagement: oneOf(
      ['Reconcile', 'PreferExisting'],
      'Keeps the CRDs of Gateway API and Envoy Gateway as this version has them (Reconcile), or leaves those that exist alone (PreferExisting). When absent, those are kept that an operator made, and those of others are left alone. Missing ones are made in any case.',
    ),
    envoyGatewayConfigRef: reference(
      'Configures Envoy Gateway from the key envoy-gateway.yaml of this ConfigMap. Images, pull secrets and a few switches are filled in; what Envoy Gateway does not know is left out, and told.',
    ),
    gatewayClasses: list(gatewayClass, 'Creates these GatewayClasses. One named tigera-gateway-class when absent; none when empty.'),
    gatewayControllerDeployment: overlay('Changes the Deployment envoy-gateway, the controller.', {
      spec: { replicas: int32('Runs so many controllers.') },
      pod: { ...scheduling, ...spread, containers: containers(['envoy-gateway']) },
    }),
    gatewayCertgenJob: obj(
      {
        metadata,
        spec: obj({ template: podTemplate({ ...scheduling, containers: containers(['envoy-gateway-certgen']) }) }, 'Changes the workload.'),
      },
      'Changes the Job that makes the certificates of Envoy Gateway.',
    ),
  },
  'What is asked.',
)

const { subresources: _, ...withoutStatus } = operator

export const GatewayAPI = resource({
  ...withoutStatus,
  kind: 'GatewayAPI',
  plural: 'gatewayapis',
  description: 'Runs Envoy Gateway and installs the Gateway API. It reports in the TigeraStatus gatewayapi alone.',
  spec,
  rules: named(['default', 'tigera-secure'], ['default']),
})
export interface GatewayAPI extends Of<typeof GatewayAPI> {}
export interface GatewayAPISpec extends Of<typeof spec> {}

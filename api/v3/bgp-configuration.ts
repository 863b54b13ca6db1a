/** BGPConfiguration: how nodes speak BGP, with one another and with the outside. The one named default is for all. */
import { resource } from '../resource.ts'
import { also, atomic, bool, cidr, int, int32, list, type Of, obj, oneOf, req, set, str } from '../schema.ts'
import { notBoth, onOff, password, severity, v3 } from './group.ts'

const ranges = atomic(list(atomic(obj({ cidr: cidr() }))))
const routePriority = int({ minimum: 1, maximum: 2147483646 })
const onlyWithMesh = (field: string) =>
  notBoth(
    `!has(self.${field}) || !has(self.nodeToNodeMeshEnabled) || self.nodeToNodeMeshEnabled == true`,
    `${field} cannot be set when nodeToNodeMeshEnabled is false`,
  )

const spec = obj(
  {
    asNumber: int32(),
    listenPort: int({ minimum: 1, maximum: 65535 }),
    bindMode: oneOf(['None', 'NodeIP']),
    logSeverityScreen: also(severity, { default: 'Info' }),
    ignoredInterfaces: set(str()),
    nodeToNodeMeshEnabled: bool(),
    nodeMeshPassword: password,
    nodeMeshMaxRestartTime: str(),
    communities: atomic(list(atomic(obj({ name: str(), value: str({ pattern: '^(\\d+):(\\d+)$|^(\\d+):(\\d+):(\\d+)$' }) })))),
    prefixAdvertisements: atomic(list(atomic(obj({ cidr: cidr(), communities: list(str()) })))),
    programClusterRoutes: oneOf(onOff),
    serviceClusterIPs: ranges,
    serviceExternalIPs: ranges,
    serviceLoadBalancerIPs: ranges,
    serviceLoadBalancerAggregation: oneOf(onOff, { default: 'Enabled' }),
    ipv4NormalRoutePriority: routePriority,
    ipv6NormalRoutePriority: routePriority,
    localWorkloadPeeringIPV4: str(),
    localWorkloadPeeringIPV6: str(),
  },
  { rules: [onlyWithMesh('nodeMeshPassword'), onlyWithMesh('nodeMeshMaxRestartTime')] },
)

export const BGPConfiguration = resource({
  ...v3,
  kind: 'BGPConfiguration',
  plural: 'bgpconfigurations',
  shortNames: ['bgpconfig', 'bgpconfigs'],
  scope: 'Cluster',
  description: 'How nodes speak BGP.',
  spec: req(spec),
})
export interface BGPConfiguration extends Of<typeof BGPConfiguration> {}
export interface BGPConfigurationSpec extends Of<typeof spec> {}

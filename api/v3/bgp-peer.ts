/** BGPPeer: a router or node that nodes speak BGP with. */
import { resource } from '../resource.ts'
import { bool, int, int32, list, type Of, obj, oneOf, req, str } from '../schema.ts'
import { mustHold, notBoth, oneOfBoth, password, v3 } from './group.ts'

const selector = str({ maxLength: 4096 })
const reversal = ['Auto', 'Manual'] as const
const without = (field: string) => `(!has(self.${field}) || size(self.${field}) == 0)`

const spec = obj(
  {
    node: str({ maxLength: 253 }),
    nodeSelector: selector,
    peerIP: str({ maxLength: 64 }),
    asNumber: int32(),
    peerSelector: selector,
    localWorkloadSelector: selector,
    localASNumber: int32(),
    numAllowedLocalASNumbers: int32(),
    keepOriginalNextHop: bool(),
    nextHopMode: oneOf(['Auto', 'Self', 'Keep']),
    password,
    sourceAddress: oneOf(['UseNodeIP', 'None']),
    maxRestartTime: str(),
    keepaliveTime: str(),
    reachableBy: str(),
    filters: list(str()),
    ttlSecurity: int(),
    reversePeering: oneOfBoth(reversal, reversal),
  },
  {
    rules: [
      notBoth(`${without('node')} || ${without('nodeSelector')}`, 'node and nodeSelector cannot both be set'),
      notBoth(`${without('peerIP')} || ${without('peerSelector')}`, 'peerIP and peerSelector cannot both be set'),
      notBoth(`${without('peerSelector')} || !has(self.asNumber) || self.asNumber == 0`, 'asNumber must be empty when peerSelector is set'),
      notBoth(`${without('localWorkloadSelector')} || ${without('peerIP')}`, 'peerIP must be empty when localWorkloadSelector is set'),
      notBoth(
        `${without('localWorkloadSelector')} || ${without('peerSelector')}`,
        'peerSelector must be empty when localWorkloadSelector is set',
      ),
      mustHold(
        `${without('localWorkloadSelector')} || (has(self.asNumber) && self.asNumber != 0)`,
        'asNumber is required when localWorkloadSelector is set',
      ),
    ],
  },
)

export const BGPPeer = resource({
  ...v3,
  kind: 'BGPPeer',
  plural: 'bgppeers',
  scope: 'Cluster',
  description: 'A router or node that nodes speak BGP with.',
  spec: req(spec),
  subresources: {},
  columns: [
    { name: 'Node Selector', type: 'string', jsonPath: '.spec.nodeSelector' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node' },
    { name: 'Local ASN', type: 'string', jsonPath: '.spec.localASNumber' },
    { name: 'Peer Selector', type: 'string', jsonPath: '.spec.peerSelector' },
    { name: 'Peer IP', type: 'string', jsonPath: '.spec.peerIP' },
    { name: 'Peer ASN', type: 'string', jsonPath: '.spec.asNumber' },
  ],
})
export interface BGPPeer extends Of<typeof BGPPeer> {}
export interface BGPPeerSpec extends Of<typeof spec> {}

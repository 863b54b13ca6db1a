/** CalicoNodeStatus: a user asks for the state of one node; calico-node answers in status. */
import { resource } from '../resource.ts'
import { int, int32, list, nullable, type Of, obj, oneOf, req, str, time } from '../schema.ts'
import { v3 } from './group.ts'

const spec = obj({
  node: str(),
  classes: list(oneOf(['Agent', 'BGP', 'Routes'])),
  updatePeriodSeconds: int32(),
})

const bird = obj({
  state: oneOf(['Ready', 'NotReady']),
  version: str(),
  routerID: str(),
  lastBootTime: str(),
  lastReconfigurationTime: str(),
})
const peers = list(
  obj({
    peerIP: str(),
    type: oneOf(['NodeMesh', 'NodePeer', 'GlobalPeer']),
    state: oneOf(['Idle', 'Connect', 'Active', 'OpenSent', 'OpenConfirm', 'Established', 'Close']),
    since: str(),
  }),
)
const routes = list(
  obj({
    type: oneOf(['FIB', 'RIB']),
    destination: str(),
    gateway: str(),
    interface: str(),
    learnedFrom: obj({ sourceType: oneOf(['Kernel', 'Static', 'Direct', 'NodeMesh', 'BGPPeer']), peerIP: str() }),
  }),
)

const status = obj({
  lastUpdated: nullable(time()),
  agent: obj({ birdV4: bird, birdV6: bird }),
  bgp: obj({
    numberEstablishedV4: req(int()),
    numberEstablishedV6: req(int()),
    numberNotEstablishedV4: req(int()),
    numberNotEstablishedV6: req(int()),
    peersV4: peers,
    peersV6: peers,
  }),
  routes: obj({ routesV4: routes, routesV6: routes }),
})

export const CalicoNodeStatus = resource({
  ...v3,
  kind: 'CalicoNodeStatus',
  plural: 'caliconodestatuses',
  scope: 'Cluster',
  description: 'The state of BGP and of the routes of one node.',
  spec: req(spec),
  status,
  subresources: {},
  columns: [
    { name: 'Node', type: 'string', jsonPath: '.spec.node' },
    { name: 'Classes', type: 'string', jsonPath: '.spec.classes' },
  ],
})
export interface CalicoNodeStatus extends Of<typeof CalicoNodeStatus> {}

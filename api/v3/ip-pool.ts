/** IPPool: a range that pods, tunnels or Services get addresses from. IPReservation: addresses of it that nobody gets. */
import { conditions } from '../pod.ts'
import { resource } from '../resource.ts'
import { bool, cidr, int, type Of, obj, oneOf, req, set, str } from '../schema.ts'
import { mustHold, notBoth, v3 } from './group.ts'

const tunnelled = ['Always', 'CrossSubnet', 'Never'] as const
const unchanged = (what: string) => [
  mustHold('self == oldSelf', `${what} cannot be changed; follow IP pool migration guide to avoid corruption.`),
]
const forLoadBalancer = "!has(self.allowedUses) || !self.allowedUses.exists(u, u == 'LoadBalancer')"
const off = (mode: string) => `(!has(self.${mode}) || size(self.${mode}) == 0 || self.${mode} == 'Never')`

const spec = obj(
  {
    cidr: req(cidr({ maxLength: 48, rules: unchanged('CIDR') })),
    blockSize: int({ minimum: 0, maximum: 128, rules: unchanged('Block size') }),
    ipipMode: oneOf(tunnelled),
    vxlanMode: oneOf(tunnelled),
    natOutgoing: bool(),
    nodeSelector: str(),
    namespaceSelector: str(),
    allowedUses: set(oneOf(['Workload', 'Tunnel', 'LoadBalancer']), { maxItems: 10 }),
    assignmentMode: oneOf(['Automatic', 'Manual'], { default: 'Automatic' }),
    disabled: bool(),
    disableBGPExport: bool(),
  },
  {
    rules: [
      notBoth(
        "!has(self.ipipMode) || !has(self.vxlanMode) || self.ipipMode == 'Never' || self.vxlanMode == 'Never' || size(self.ipipMode) == 0 || size(self.vxlanMode) == 0",
        'ipipMode and vxlanMode cannot both be enabled',
      ),
      notBoth(`${forLoadBalancer} || ${off('ipipMode')} && ${off('vxlanMode')}`, 'LoadBalancer IP pool cannot have IPIP or VXLAN enabled'),
      notBoth(
        `${forLoadBalancer} || !self.allowedUses.exists(u, u == 'Workload' || u == 'Tunnel')`,
        'LoadBalancer cannot be combined with Workload or Tunnel allowed uses',
      ),
      notBoth(
        "!self.cidr.contains(':') || !has(self.ipipMode) || self.ipipMode == 'Never' || size(self.ipipMode) == 0",
        'IPIP is not supported on IPv6 pools',
      ),
    ],
  },
)

export const IPPool = resource({
  ...v3,
  kind: 'IPPool',
  plural: 'ippools',
  scope: 'Cluster',
  description: 'A range that pods, tunnels or Services get addresses from.',
  spec: req(spec),
  status: obj({ conditions }),
  subresources: { status: {} },
  columns: [
    { name: 'CIDR', type: 'string', jsonPath: '.spec.cidr' },
    { name: 'VXLAN', type: 'string', jsonPath: '.spec.vxlanMode' },
    { name: 'IPIP', type: 'string', jsonPath: '.spec.ipipMode' },
    { name: 'NAT', type: 'boolean', jsonPath: '.spec.natOutgoing' },
    { name: 'Allocatable', type: 'string', jsonPath: ".status.conditions[?(@.type=='Allocatable')].status" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export interface IPPool extends Of<typeof IPPool> {}
export interface IPPoolSpec extends Of<typeof spec> {}

const reservation = obj({ reservedCIDRs: set(str(), { format: 'cidr' }) })

export const IPReservation = resource({
  ...v3,
  kind: 'IPReservation',
  plural: 'ipreservations',
  scope: 'Cluster',
  description: 'Addresses that are given to nobody.',
  spec: req(reservation),
})
export interface IPReservation extends Of<typeof IPReservation> {}

/**
 * The table of capabilities against the sheet (spec/installation-api.md §8, points 2 to 4), written down here once more in other words: every provider with every CNI plugin,
 * IPAM, dataplane and encapsulation. CROSS=all also crosses each with all of BGP, family and routing, of which otherwise each has one.
 */
import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { poolRules } from './pools/validate.ts'
import { capabilityRules } from './refusals.ts'
import { resolve } from './resolve.ts'
import { asking, factsWith } from './testdata/asked.ts'

const axes = {
  provider: ['', 'EKS', 'GKE', 'AKS', 'OpenShift', 'DockerEnterprise', 'RKE2', 'TKG', 'Kind'],
  cni: ['Calico', 'GKE', 'AmazonVPC', 'AzureVNET'],
  ipam: [undefined, 'Calico', 'HostLocal', 'AmazonVPC', 'AzureVNET'],
  dataplane: ['Iptables', 'BPF', 'VPP', 'Nftables'],
  encapsulation: [undefined, 'IPIP', 'IPIPCrossSubnet', 'VXLAN', 'VXLANCrossSubnet', 'None'],
} as const
const further = {
  bgp: [undefined, 'Enabled', 'Disabled'],
  cidr: ['10.0.0.0/16', 'fd00::/64'],
  routing: [undefined, 'BIRD', 'Felix'],
} as const

type Choice<A> = { [K in keyof A]: A[K] extends readonly (infer V)[] ? V : never }
type Combination = Choice<typeof axes> & Choice<typeof further>

const crossed = <A extends Record<string, readonly unknown[]>>(table: A): Choice<A>[] =>
  Object.entries(table).reduce<object[]>(
    (all, [axis, values]) => all.flatMap(one => values.map(value => ({ ...one, [axis]: value }))),
    [{}],
  ) as Choice<A>[]

const specOf = ({ provider, cni, ipam, dataplane, encapsulation, bgp, cidr, routing }: Combination): InstallationSpec => ({
  ...(provider && { kubernetesProvider: provider }),
  cni: { type: cni, ...(ipam && { ipam: { type: ipam } }) },
  calicoNetwork: {
    linuxDataplane: dataplane,
    ...(bgp && { bgp }),
    ...(routing && { clusterRoutingMode: routing }),
    ipPools: [{ cidr, ...(encapsulation && { encapsulation }) }],
  },
})

const home = { Calico: undefined, GKE: 'GKE', AmazonVPC: 'EKS', AzureVNET: 'AKS' } as const
const goesWith = { Calico: ['Calico', 'HostLocal'], GKE: ['HostLocal'], AmazonVPC: ['AmazonVPC'], AzureVNET: ['AzureVNET'] } as const

/** As the sheet calls things. */
function described({ provider, cni, ipam, encapsulation, bgp, cidr }: Combination) {
  const own = cni === 'Calico'
  const usual = own && !cidr.includes(':') ? 'IPIP' : 'None'
  return {
    own,
    by: ipam ?? goesWith[cni][0],
    routes: (bgp ?? (own && provider !== 'EKS' ? 'Enabled' : 'Disabled')) === 'Enabled',
    tunnel: (encapsulation ?? usual).replace('CrossSubnet', ''),
  }
}

/** What the sheet finds fault with: of the whole, and of the pool. */
function faulty(combination: Combination): string[] {
  const { provider, cni, dataplane, cidr } = combination
  const { own, by, routes } = described(combination)
  const whole = {
    'spec.cni.ipam.type': !goesWith[cni].some(allowed => allowed === by),
    'spec.cni.type': home[cni] !== undefined && provider !== '' && provider !== home[cni],
    'spec.calicoNetwork.linuxDataplane': dataplane === 'VPP' && (!own || !routes),
    'spec.calicoNetwork.bgp': !own && routes,
    'spec.calicoNetwork.nodeAddressAutodetectionV6': dataplane === 'BPF' && cidr.includes(':'),
    'spec.calicoNetwork.ipPools[0].encapsulation': isFaultyPool(combination),
  }
  return Object.entries(whole)
    .flatMap(([path, is]) => (is ? path : []))
    .sort()
}

function isFaultyPool(combination: Combination): boolean {
  const { cidr, routing } = combination
  const { own, by, routes, tunnel } = described(combination)
  if (cidr.includes(':') && tunnel === 'IPIP') return true
  if (!own) return tunnel !== 'None'
  if (by === 'HostLocal') return tunnel === 'VXLAN'
  return by === 'Calico' && routing !== 'Felix' && !routes && (tunnel === 'IPIP' || tunnel === 'None')
}

const facts = factsWith()

function refused(combination: Combination): string[] {
  const result = resolve(asking(specOf(combination)), facts)
  const problems = 'problems' in result ? result.problems : result.pools.problems
  return [...new Set(problems.map(({ path = '' }) => path))].sort()
}

test('every combination is refused for what the sheet says, and for nothing else', () => {
  const others = crossed(further)
  const combinations = crossed(axes).flatMap((one, index) =>
    (process.env.CROSS === 'all' ? others : [others[index % others.length]!]).map(other => ({ ...one, ...other })),
  )
  const different = combinations.filter(each => refused(each).join() !== faulty(each).join())
  expect(different.slice(0, 5).map(each => ({ ...each, refused: refused(each), faulty: faulty(each) }))).toEqual([])
  expect(combinations.length).toBeGreaterThanOrEqual(9 * 4 * 5 * 4 * 6)
})

test('no two rows have one name', () => {
  const ids = [...capabilityRules, ...poolRules].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

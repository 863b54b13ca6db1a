/** What may not be in the list of pools, whoever decided it. Complete pools come in; every violation goes out (spec/installation-api.md §7.3). */
import type { InstallationSpec, IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { canonicalCidr, familyOf, haveCommon, parseCidr } from '../cidr.ts'
import { invalid } from '../invalid.ts'
import { isSubdomain } from '../overrides/names.ts'
import type { Rule } from '../rule.ts'
import { isSelector } from './selector.ts'

interface PoolContext {
  readonly spec: InstallationSpec
  readonly pools: readonly Pool[]
}

/** Looks at one pool, at its place in the list. */
type PoolCheck = (pool: Pool, path: string, context: PoolContext & { readonly index: number }) => Problem[]

const list = 'spec.calicoNetwork.ipPools'

const rule = (id: string, [field, says]: readonly [string, string], check: PoolCheck): Rule<PoolContext> => ({
  id,
  path: `${list}[].${field}`,
  says,
  check: context => context.pools.flatMap((pool, index) => check(pool, `${list}[${index}]`, { ...context, index })),
})

const forLoadBalancers = ({ allowedUses = [] }: Pool): boolean => allowedUses.includes('LoadBalancer')

/** How far blocks may be from a single address, per family. */
const blockSizes = { IPv4: { from: 20, to: 32 }, IPv6: { from: 116, to: 128 } } as const

export const poolRules: readonly Rule<PoolContext>[] = [
  rule('pool-cidr', ['cidr', 'The range of a pool is an address, a slash and a prefix length.'], ({ cidr }, path) =>
    parseCidr(cidr)
      ? []
      : [
          invalid(
            `${path}.cidr`,
            `IP pool CIDR (${cidr}) is invalid: invalid CIDR address: ${cidr}`,
            'Write it as 10.48.0.0/16 or fd00:48::/48',
          ),
        ],
  ),
  rule('pool-cidr-once', ['cidr', 'No range is given twice.'], ({ cidr }, path, { pools, index }) =>
    pools.slice(0, index).some(other => canonicalCidr(other.cidr) === canonicalCidr(cidr))
      ? [invalid(`${path}.cidr`, `IP pool ${cidr} is specified more than once`, 'Remove one of them')]
      : [],
  ),
  rule('pools-apart', ['cidr', 'Pools do not overlap.'], ({ cidr }, path, { pools, index }) => {
    const others = pools.slice(0, index).filter(before => partlySame(before.cidr, cidr))
    return others.map(other =>
      invalid(`${path}.cidr`, `IP pool ${cidr} overlaps ${other.cidr}`, 'Choose ranges that have no address in common'),
    )
  }),
  rule('pool-name', ['name', 'A pool has a name that Kubernetes takes.'], ({ name = '', cidr }, path) =>
    isSubdomain(name) || !parseCidr(cidr)
      ? []
      : [
          invalid(
            `${path}.name`,
            `IP pool ${cidr} cannot be called ${JSON.stringify(name)}`,
            'Write lower-case letters, digits, "-" and ".", at most 253, that begin and end with a letter or digit',
          ),
        ],
  ),
  rule('pool-name-once', ['name', 'No name is given twice.'], ({ name }, path, { pools, index }) =>
    pools.slice(0, index).some(other => other.name === name)
      ? [invalid(`${path}.name`, `IP pool ${name} is specified more than once`, 'Rename one of them')]
      : [],
  ),
  rule('pool-selector', ['nodeSelector', 'Calico can read the selector of nodes.'], ({ cidr, nodeSelector = 'all()' }, path) =>
    isSelector(nodeSelector)
      ? []
      : [
          invalid(
            `${path}.nodeSelector`,
            `IP pool ${cidr} has a node selector that cannot be read: ${nodeSelector}`,
            "Write it as all(), has(gpu) or rack == '1'; join such conditions by && and ||",
          ),
        ],
  ),
  rule('pool-load-balancer-alone', ['allowedUses', 'A pool for load balancers serves nothing else.'], (pool, path) =>
    forLoadBalancers(pool) && pool.allowedUses!.length > 1
      ? [
          invalid(
            `${path}.allowedUses`,
            `IP pool ${pool.name} AllowedUse LoadBalancer cannot be used with Workload/Tunnel`,
            'Make a pool of its own for load balancers',
          ),
        ]
      : [],
  ),
  rule('pool-load-balancer-everywhere', ['nodeSelector', 'A pool for load balancers is for all nodes.'], (pool, path) =>
    forLoadBalancers(pool) && pool.nodeSelector !== 'all()'
      ? [
          invalid(
            `${path}.nodeSelector`,
            `IP pool ${pool.name} is for load balancers and has the node selector ${pool.nodeSelector}`,
            'Write all(), or leave it out',
          ),
        ]
      : [],
  ),
  rule('pool-load-balancer-bare', ['encapsulation', 'A pool for load balancers has no encapsulation.'], (pool, path) =>
    forLoadBalancers(pool) && pool.encapsulation !== 'None'
      ? [
          invalid(
            `${path}.encapsulation`,
            `IP pool ${pool.name} is for load balancers and has the encapsulation ${pool.encapsulation}`,
            'Write None',
          ),
        ]
      : [],
  ),
  rule('pool-load-balancer-exported', ['disableBGPExport', 'A pool for load balancers is told to BGP peers.'], (pool, path) =>
    forLoadBalancers(pool) && pool.disableBGPExport
      ? [
          invalid(
            `${path}.disableBGPExport`,
            `IP pool ${pool.name} is for load balancers and is not exported by BGP`,
            'Write false, or leave it out',
          ),
        ]
      : [],
  ),
  rule('pool-everywhere', ['nodeSelector', 'With the CNI plugin of another, pools are for all nodes.'], (pool, path, { spec }) =>
    spec.cni?.type !== 'Calico' && pool.nodeSelector !== 'all()'
      ? [
          invalid(
            `${path}.nodeSelector`,
            `IP pool ${pool.name} has the node selector ${pool.nodeSelector}, which only Calico CNI heeds`,
            'Write all(), or leave it out',
          ),
        ]
      : [],
  ),
  rule('pool-uses', ['allowedUses', 'Addresses are for Workload, Tunnel or LoadBalancer.'], ({ allowedUses = [] }, path) =>
    allowedUses
      .filter(use => !['Workload', 'Tunnel', 'LoadBalancer'].includes(use))
      .map(use => invalid(`${path}.allowedUses`, `${use} is no use of addresses`, 'Write Workload, Tunnel or LoadBalancer')),
  ),
  rule('pool-assignment', ['assignmentMode', 'Addresses are given out Automatic or Manual.'], ({ assignmentMode = '' }, path) =>
    ['Automatic', 'Manual'].includes(assignmentMode)
      ? []
      : [invalid(`${path}.assignmentMode`, `${assignmentMode} is no way to give out addresses`, 'Write Automatic or Manual')],
  ),
  rule('pool-block-size', ['blockSize', 'Blocks are /20 to /32, of IPv6 /116 to /128.'], ({ cidr, blockSize }, path) => {
    const { from, to } = blockSizes[familyOf(cidr)]
    return blockSize === undefined || (blockSize >= from && blockSize <= to)
      ? []
      : [
          invalid(
            `${path}.blockSize`,
            `${familyOf(cidr)} pool block size must be greater than ${from - 1} and less than or equal to ${to}, and is ${blockSize}`,
            `Write a number from ${from} to ${to}, or leave it out`,
          ),
        ]
  }),
  rule('pool-holds-a-block', ['cidr', 'A pool holds at least one block.'], ({ cidr, blockSize }, path) => {
    const range = parseCidr(cidr)
    return !range || blockSize === undefined || range.prefix <= blockSize
      ? []
      : [
          invalid(
            `${path}.cidr`,
            `IP pool size is too small. It must be equal to or greater than the block size: ${cidr} has no block of /${blockSize}`,
            'Choose a larger range or a larger number as block size',
          ),
        ]
  }),
]

const partlySame = (one: string, other: string): boolean => haveCommon(one, other) && canonicalCidr(one) !== canonicalCidr(other)

/** Every violation of every rule, in the order of the rules. */
export const poolViolations = (context: PoolContext): Problem[] => poolRules.flatMap(({ check }) => check(context))

/** What a pool is when the user says no more than its range. Never changes what the user said (spec/installation-api.md §7.2). */
import type { InstallationSpec, IPPoolSpec as Pool } from '../../../api/installation.ts'
import { canonicalCidr, familyOf, longAddress, parseCidr } from '../cidr.ts'
import { type FoundPool, unsaid } from './convert.ts'

interface Around {
  readonly spec: InstallationSpec
  readonly found: readonly FoundPool[]
}

/** Every field of every pool has a value, but for the block size of a range that is none. */
export const completed = (pools: readonly Pool[], around: Around): Pool[] =>
  pools.map(pool => {
    const live = around.found.find(({ range }) => range === canonicalCidr(pool.cidr))
    return {
      ...defaultsFor(pool, around.spec),
      ...(live?.ours && standing(live)),
      ...said(pool),
      cidr: pool.cidr,
      name: pool.name || nameOf(pool, pools, live),
    }
  })

/** Empty texts and lists say nothing. */
const said = (pool: Pool): Pool =>
  Object.fromEntries(Object.entries(pool).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value))) as Pool

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** What stays of a pool of ours, where the user does not say otherwise: what cannot be changed, and that somebody closed it. */
export const standing = ({ pool: { blockSize, disableNewAllocations } }: FoundPool): Partial<Pool> => ({ blockSize, disableNewAllocations })

function defaultsFor(pool: Pool, spec: InstallationSpec): Omit<Pool, 'cidr'> {
  const ipv4 = familyOf(pool.cidr) === 'IPv4'
  const { blockSize, ...usual } = unsaid(pool.cidr)
  return {
    encapsulation: ipv4 && spec.cni?.type === 'Calico' ? 'IPIP' : 'None',
    natOutgoing: ipv4 ? 'Enabled' : 'Disabled',
    ...usual,
    ...(parseCidr(pool.cidr) && { blockSize }),
  }
}

export const defaultName = (family: 'IPv4' | 'IPv6'): string => `default-${family.toLowerCase()}-ippool`

/** Spec/installation-api.md §7.2, last paragraph. */
function nameOf({ cidr }: Pool, all: readonly Pool[], live: FoundPool | undefined): string {
  if (live) return live.name
  const family = familyOf(cidr)
  const dualStack = all.length === 2 && all.some(other => familyOf(other.cidr) !== family)
  if (all.length === 1 || dualStack) return defaultName(family)
  const range = parseCidr(cidr)
  return range ? `${longAddress(range).replaceAll(':', '.')}-${range.prefix}` : ''
}

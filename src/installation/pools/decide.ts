/**
 * Which IP pools there shall be. What the user lists is what there is; without a list the operator decides once, when there is no pool, and from then on keeps what it decided.
 * Never touches a pool; what becomes of those that are there says ownership.ts (spec/installation-api.md §7, spec/ippool-kubeproxy-secrets-csr-imageset.md §1.4).
 */
import type { InstallationSpec, IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { canonicalCidr, contains, familyOf, parseCidr } from '../cidr.ts'
import type { PodCidrs } from '../facts.ts'
import { invalid } from '../invalid.ts'
import type { ProviderFacts } from '../providers.ts'
import type { FoundPool } from './convert.ts'
import { completed, defaultName, standing } from './defaults.ts'

export interface PoolQuestion {
  /** With the defaults of CNI, IPAM and BGP. */
  readonly spec: InstallationSpec
  readonly provider: ProviderFacts
  readonly found: readonly FoundPool[]
  readonly podCidrs?: PodCidrs
  /** What was decided before: `status.computed`. */
  readonly recorded?: readonly Pool[]
}

export interface PoolDecision {
  /** Complete pools. Undefined: pools are no concern of this installation. */
  readonly pools?: Pool[]
  readonly problems: Problem[]
}

export function decidePools(question: PoolQuestion): PoolDecision {
  const { spec } = question
  const listed = spec.calicoNetwork?.ipPools
  if (listed) return { pools: completed(listed, question), problems: outsidePlatform(listed, question) }
  // Pods get their addresses elsewhere. Pools from before stay, for pods from before have addresses of theirs.
  if (!usesCalicoCni(question) && spec.cni?.ipam?.type !== 'Calico') return { problems: [] }
  const { pools, problems } = kept(question) ?? fresh(question)
  return pools ? { pools: completed(pools, question), problems } : { problems }
}

/** What was decided before: as it was recorded, but for what is not to be changed back; as it is now where there is no record. Undefined when nothing was. */
function kept({ found, recorded, ...rest }: PoolQuestion): PoolDecision | undefined {
  const owned = found.filter(({ ours }) => ours)
  // A decision that was not yet recorded, and of which not every pool was yet created, is taken again and comes out the same.
  const first = recorded?.length || found.length === 0 ? undefined : unfinished({ found, ...rest })
  const before = recorded?.length ? recorded : first
  if (!before && found.length === 0) return undefined
  const ranges = new Set(before?.map(({ cidr }) => canonicalCidr(cidr)))
  const live = new Map(found.map(each => [each.range, each]))
  const still = (before ?? []).flatMap(pool => {
    const now = live.get(canonicalCidr(pool.cidr))
    if (!now) return pool
    // Somebody took the label away: the pool is theirs now.
    if (!now.ours) return []
    return recorded?.length ? { ...pool, name: now.name, ...standing(now) } : now.pool
  })
  return { pools: [...still, ...owned.filter(({ range }) => !ranges.has(range)).map(({ pool }) => pool)], problems: [] }
}

function unfinished(question: PoolQuestion): Pool[] | undefined {
  const { pools = [] } = fresh({ ...question, found: [] })
  const decided = new Set(pools.map(({ cidr }) => canonicalCidr(cidr)))
  return question.found.every(({ ours, range }) => ours && decided.has(range)) ? pools : undefined
}

const usesCalicoCni = ({ spec }: PoolQuestion): boolean => spec.cni?.type === 'Calico'

/** The ranges that the platform gave to pods, or the provider's own. */
function fresh(question: PoolQuestion): PoolDecision {
  const { podCidrs, provider, spec } = question
  const platform = usesCalicoCni(question) ? podCidrs : undefined
  if (platform?.missing) return { problems: [platformSilent(platform)] }
  const cidrs = platform?.cidrs.filter(cidr => parseCidr(cidr)) ?? []
  if (cidrs.length > 0) return { pools: named(cidrs), problems: [] }
  if (spec.cni?.ipam?.type !== 'Calico') return { problems: [] }
  return { pools: [{ name: defaultName('IPv4'), ...provider.defaultPool }], problems: [] }
}

/** The first of each family has the name that everybody knows. */
const named = (cidrs: readonly string[]): Pool[] =>
  cidrs.map(cidr => {
    const family = familyOf(cidr)
    return cidr === cidrs.find(other => familyOf(other) === family) ? { name: defaultName(family), cidr } : { cidr }
  })

const platformSilent = ({ from, missing }: PodCidrs): Problem => ({
  reason: 'ResourceReadError',
  message: `error filling IP pool defaults: ${missing}`,
  path: 'spec.calicoNetwork.ipPools',
  remedy: `Have ${from} say which addresses pods have, or create an IPPool yourself`,
})

/** Judged only while there is no pool: later on the platform's range is history (spec/ippool-kubeproxy-secrets-csr-imageset.md §1.4). */
function outsidePlatform(listed: readonly Pool[], question: PoolQuestion): Problem[] {
  const { podCidrs, found } = question
  if (found.length > 0 || !podCidrs || !usesCalicoCni(question)) return []
  if (podCidrs.missing) return [platformSilent(podCidrs)]
  const platform = podCidrs.cidrs.flatMap(cidr => parseCidr(cidr) ?? [])
  return listed.flatMap(({ cidr }, index) => {
    const range = parseCidr(cidr)
    if (!range || platform.some(outer => contains(outer, range))) return []
    const message = `IPPool ${cidr} is not within the platform's configured pod network CIDR(s) ${podCidrs.cidrs.join(', ') || 'none'}`
    return invalid(`spec.calicoNetwork.ipPools[${index}].cidr`, message, `Choose a range within those of ${podCidrs.from}`)
  })
}

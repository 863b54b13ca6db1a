/**
 * Which pools of the cluster are ours to change, and so what becomes of each. A pool is ours by its label; one that already is what was asked is made ours, whoever made it.
 * Compares, and writes nothing (spec/ippool-kubeproxy-secrets-csr-imageset.md §1.6, §1.7).
 */
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { canonicalCidr, haveCommon } from '../cidr.ts'
import type { FoundPool } from './convert.ts'

export interface PoolChanges {
  /** To be written with the label of ownership: new ones, ours, and those made ours. */
  readonly apply: readonly Pool[]
  /** Names of pools of ours that nobody wants any more. */
  readonly remove: readonly string[]
  /** One for each pool that cannot be made. */
  readonly problems: readonly Problem[]
  /** In sentences, of each pool that is somebody else's and otherwise: it serves all the same, and is left as it is. */
  readonly foreign: readonly string[]
}

/** `wanted` undefined: pools are no concern, and none is touched. What is in the way of a pool and goes is gone first: the pool is made the next time. */
export function poolChanges(wanted: readonly Pool[] | undefined, found: readonly FoundPool[]): PoolChanges {
  if (!wanted) return { apply: [], remove: [], problems: [], foreign: [] }
  const ranges = new Set(wanted.map(({ cidr }) => canonicalCidr(cidr)))
  const leaving = found.filter(({ ours, range }) => ours && !ranges.has(range))
  const staying = found.filter(pool => !leaving.includes(pool))
  const judged = wanted.map((pool, index) => ({ pool, ...judgement(pool, `spec.calicoNetwork.ipPools[${index}]`, staying) }))
  const possible = judged.filter(({ problem, foreign }) => problem === undefined && foreign === undefined)
  return {
    apply: possible.filter(({ pool }) => !leaving.some(other => isInTheWay(other, pool))).map(({ pool }) => pool),
    remove: leaving.map(({ name }) => name),
    problems: judged.flatMap(({ problem }) => problem ?? []),
    foreign: judged.flatMap(({ foreign }) => foreign ?? []),
  }
}

/** Whether one is there that needs no change, but perhaps to be made ours, which has time. */
export const isAsWanted = (wanted: Pool, found: readonly FoundPool[]): boolean =>
  found.some(({ range, pool }) => range === canonicalCidr(wanted.cidr) && differing(wanted, pool).length === 0)

const isInTheWay = (other: FoundPool, { name, cidr }: Pool): boolean => other.name === name || haveCommon(other.pool.cidr, cidr)

interface Judgement {
  problem?: Problem
  foreign?: string
}

/** What speaks against it; nothing when it can be as it is wanted. */
function judgement(pool: Pool, path: string, found: readonly FoundPool[]): Judgement {
  const live = found.find(({ range }) => range === canonicalCidr(pool.cidr))
  if (!live) return { problem: inTheWay(pool, path, found) }
  if (live.name !== pool.name) return { problem: otherName(pool, path, live) }
  return live.ours ? {} : { foreign: unlike(pool, live) }
}

function inTheWay({ cidr, name }: Pool, path: string, found: readonly FoundPool[]): Problem | undefined {
  const other = found.find(({ pool }) => haveCommon(pool.cidr, cidr))
  if (other) {
    return refused(other, {
      message: `IP pool ${name} (${cidr}) overlaps ${other.name} (${other.pool.cidr}), which is in the cluster`,
      path: `${path}.cidr`,
      remedy: 'Choose another range, or delete that pool once no pod uses it',
    })
  }
  const namesake = found.find(each => each.name === name)
  return namesake && takenName(cidr, path, namesake)
}

const takenName = (cidr: string, path: string, namesake: FoundPool): Problem =>
  refused(namesake, {
    message: `IP pool ${namesake.name} is to have ${cidr}, and has ${namesake.pool.cidr}; the range of a pool never changes`,
    path: `${path}.name`,
    remedy: 'Give the new pool another name',
  })

const otherName = ({ cidr, name }: Pool, path: string, live: FoundPool): Problem =>
  refused(live, {
    message: `IP pool ${cidr} is to be called ${name}, and is called ${live.name}; the name of a pool never changes`,
    path: `${path}.name`,
    remedy: `Write ${live.name}, or leave the name out`,
  })

function unlike(pool: Pool, live: FoundPool): string | undefined {
  const otherwise = differing(pool, live.pool)
  if (otherwise.length === 0) return undefined
  const fields = otherwise.map(field => `${field} is ${String(live.pool[field])}, not ${String(pool[field])}`)
  return `Cannot update an IP pool not owned by the operator: of ${live.name} (${pool.cidr}) ${fields.join('; ')}. Write what it has into the Installation, and it becomes the operator's; then change it there`
}

/** The range apart, which may be spelled in many ways. */
const differing = (pool: Pool, live: Pool): (keyof Pool)[] =>
  (Object.keys(pool) as (keyof Pool)[]).filter(field => field !== 'cidr' && !same(pool[field], live[field]))

const same = (one: Pool[keyof Pool], other: Pool[keyof Pool]): boolean =>
  Array.isArray(one) && Array.isArray(other) ? [...one].sort().join() === [...other].sort().join() : one === other

const refused = ({ name }: FoundPool, problem: Pick<Problem, 'message' | 'path' | 'remedy'>): Problem => ({
  reason: 'ResourceValidationError',
  ...problem,
  object: { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', name },
})

/**
 * What a user has is changed into something else while the operator runs: in the end there is what would be there if it had never been otherwise. One difference is by rule:
 * pools that were there stay where the new Installation lists none, for pods have addresses of theirs; so then a new cluster with those pools is what it is compared with.
 */
import { expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import type { Offline } from '../../src/cli/offline.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { differences } from './cluster.ts'
import { endOf } from './component-bed.ts'
import { change, furnished, type Having, operated, poolsIn, recorded, snapshotOf } from './switching.ts'

/** As different from one another as can be, of what recordings have. */
const configurations = [
  ['installation-only'],
  ['vxlan-dualstack-nobgp', 'metrics-ports'],
  ['bgp-ipip', 'controlplane-one', 'byo-certs'],
  ['ebpf', 'registry'],
  ['nftables', 'csi', 'guardian-connected'],
  ['eks-amazonvpc'],
  ['cluster-routing-felix', 'fips', 'overlay'],
  ['overrides', 'imageset', 'bgpconfig-preset'],
  ['component-resources', 'mixed-options', 'cni-dirs-flexvol', 'felix-preset'],
  ['certificate-management', 'goldmane-only', 'pools-several'],
] as const

const all = Array.from({ length: configurations.length - 1 }, (_, step) => step + 1).flatMap(step =>
  configurations.map((before, index) => ({ before, after: configurations[(index + step) % configurations.length]! })),
)
/** How many of the pairs are tried; all of them with 90. */
const count = Number(process.env.SWITCHES ?? 2)
/** With which of them it begins. */
const first = Number(process.env.SWITCHES_FROM ?? 0) % all.length
const pairs = [...all, ...all].slice(first, first + Math.min(count, all.length))

interface Installed {
  having: Having
  snapshot: Snapshot
  end: Map<string, string>
}

const fresh = new Map<string, Promise<Installed>>()

/** A new cluster in which this was asked for from the beginning. */
function installed(names: readonly string[], after?: readonly string[]): Promise<Installed> {
  const key = JSON.stringify([names, after])
  const known = fresh.get(key) ?? install(names, after)
  fresh.set(key, known)
  return known
}

async function install(names: readonly string[], after: readonly string[] | undefined): Promise<Installed> {
  const having = recorded(...names)
  const before = after && (await installed(after)).snapshot
  const cluster = await operated(await furnished('v3', before ? [...poolsIn(before), ...having] : having))
  const end = endIn(cluster)
  const unwell = [...end].filter(([place, text]) => place.startsWith('tigerastatuses.') && !text.includes('All objects available'))
  expect(unwell).toEqual([])
  return { having, end, snapshot: snapshotOf(cluster) }
}

/** Pools are listed in the order in which they were once asked for, which nobody knows of those that were there before. */
function endIn(cluster: Offline): Map<string, string> {
  const end = endOf(cluster)
  const place = 'installations.operator.tigera.io default'
  const installation = JSON.parse(end.get(place) ?? '{}') as Installation
  installation.status?.computed?.calicoNetwork?.ipPools?.sort((a, b) => a.cidr.localeCompare(b.cidr))
  return end.set(place, JSON.stringify(installation, undefined, 1))
}

const listsPools = (having: Having): boolean =>
  having.some(({ kind, spec }: { kind: string; spec?: { calicoNetwork?: { ipPools?: unknown } } }) =>
    kind === 'Installation' ? spec?.calicoNetwork?.ipPools !== undefined : false,
  )

test.each(pairs)(`$before, then $after (SWITCHES_FROM=${first})`, async ({ before, after }) => {
  const [one, other] = [await installed(before), await installed(after)]
  const expected = listsPools(other.having) ? other : await installed(after, before)
  const cluster = await operated(one.snapshot)
  try {
    await cluster.does(user => change(user, one.having, other.having))
    await cluster.rest()
    expect(differences(expected.end, endIn(cluster))).toEqual([])
  } finally {
    cluster.close()
  }
})

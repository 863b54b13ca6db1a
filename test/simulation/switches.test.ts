/**
 * What a user has is changed into something else while the operator runs: in the end there is what would be there if it had never been otherwise. One difference is by rule:
 * pools that were there stay where the new Installation lists none, for pods have addresses of theirs; so then a new cluster with those pools is what it is compared with.
 */
import { expect, test } from 'vitest'
import type { Mode } from '../../api/index.ts'
import type { Installation } from '../../api/installation.ts'
import type { Offline } from '../../src/cli/offline.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { differences } from './cluster.ts'
import { endOf } from './component-bed.ts'
import { change, furnished, type Having, operated, poolsIn, recorded, snapshotOf, unwellIn } from './switching.ts'

/** As different from one another as can be, of what recordings have. */
const configurations: Record<Mode, readonly (readonly string[])[]> = {
  v3: [
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
    ['windows-hns', 'component-resources'],
    ['gatewayapi', 'controlplane-one'],
  ],
  v1: [
    ['default-v1crd', 'metrics-ports'],
    ['overrides-v1crd-apiserver', 'pools-several'],
    ['nftables', 'certificate-management'],
    ['gatewayapi', 'bgp-ipip', 'registry'],
  ],
}

const pairsOf = (mode: Mode) => {
  const each = configurations[mode]
  return each.slice(1).flatMap((_, step) => each.map((before, index) => ({ mode, before, after: each[(index + step + 1) % each.length]! })))
}
const all = (['v3', 'v1'] as const).flatMap(pairsOf)
/** How many of the pairs are tried; all of them with 144. */
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
function installed(mode: Mode, names: readonly string[], after?: readonly string[]): Promise<Installed> {
  const key = JSON.stringify([mode, names, after])
  const known = fresh.get(key) ?? install(mode, names, after)
  fresh.set(key, known)
  return known
}

async function install(mode: Mode, names: readonly string[], after: readonly string[] | undefined): Promise<Installed> {
  const having = recorded(...names)
  const before = after && (await installed(mode, after)).snapshot
  const cluster = await operated(await furnished(mode, before ? [...poolsIn(before), ...having] : having))
  const end = endIn(cluster)
  expect(unwellIn(end)).toEqual([])
  return { having, end, snapshot: snapshotOf(cluster) }
}

/** What Envoy Gateway leaves is for everybody: its CRDs, and what Felix was told. */
const left = /^(customresourcedefinitions|apiservices)\.\S+ \S*gateway/

/** Pools are listed in the order in which they were once asked for, which nobody knows of those that were there before. */
function endIn(cluster: Offline): Map<string, string> {
  const end = new Map(
    [...endOf(cluster)]
      .filter(([place]) => !left.test(place))
      .map(([place, text]) => [place, place.startsWith('felixconfigurations.') ? withoutPolicySync(text) : text]),
  )
  const place = 'installations.operator.tigera.io default'
  const installation = JSON.parse(end.get(place) ?? '{}') as Installation
  installation.status?.computed?.calicoNetwork?.ipPools?.sort((a, b) => a.cidr.localeCompare(b.cidr))
  return end.set(place, JSON.stringify(installation, undefined, 1))
}

function withoutPolicySync(text: string): string {
  const { spec, ...rest } = JSON.parse(text) as { spec?: Record<string, unknown> }
  const { policySyncPathPrefix: _, ...told } = spec ?? {}
  return JSON.stringify({ ...rest, spec: told }, undefined, 1)
}

const listsPools = (having: Having): boolean =>
  having.some(({ kind, spec }: { kind: string; spec?: { calicoNetwork?: { ipPools?: unknown } } }) =>
    kind === 'Installation' ? spec?.calicoNetwork?.ipPools !== undefined : false,
  )

test.each(pairs)(`$mode: $before, then $after (SWITCHES_FROM=${first})`, async ({ mode, before, after }) => {
  const [one, other] = [await installed(mode, before), await installed(mode, after)]
  const expected = listsPools(other.having) ? other : await installed(mode, after, before)
  const cluster = await operated(one.snapshot)
  try {
    await cluster.does(user => change(user, one.having, other.having))
    await cluster.rest()
    expect(differences(expected.end, endIn(cluster))).toEqual([])
  } finally {
    cluster.close()
  }
})

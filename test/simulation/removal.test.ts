/**
 * What a resource or an option brought goes with it, and nothing of the user's does, wherever the operator's process dies on the way. What stays by rule when all of Calico
 * goes: pools, since pods have addresses of theirs; the settings that are everybody's; the tier and the policy for DNS, which have no owner.
 */
import { expect, test } from 'vitest'
import type { Mode } from '../../api/index.ts'
import type { Offline } from '../../src/cli/offline.ts'
import { User } from '../../src/cli/user.ts'
import { seeded } from '../../src/kube/clock.ts'
import { type Faulty, faulty } from '../../src/kube/faults.ts'
import { type KubeObject, type ObjectRef, refOf } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { differences } from './cluster.ts'
import { endOf } from './component-bed.ts'
import { bare, change, furnished, type Having, operated, recorded, snapshotOf } from './switching.ts'

interface Removal {
  what: string
  mode: Mode
  from: Having
  to: Having
  /** Places of what stays although a new cluster would not have it. */
  stays?: RegExp
  /** Places of what is otherwise than in a new cluster because of that. */
  differs?: RegExp
}

const everything = recorded('default-v3crd', 'guardian-connected', 'csi')
const older = recorded('default-v1crd', 'csi')
const without = (having: Having, ...kinds: string[]): Having => having.filter(({ kind }) => !kinds.includes(kind))
const all = ['Installation', 'APIServer', 'Goldmane', 'Whisker', 'ManagementClusterConnection']
const survivors =
  /^(felixconfigurations|ippools|tiers)\.|^networkpolicies\.\S+ kube-system\/calico-system\.cluster-dns$|^tigerastatuses\.\S+ tiers$/
const plain = recorded('default-v3crd')

/** What Felix is told for it stays. */
const told: KubeObject = {
  ...{ spec: { policySyncPathPrefix: '/var/run/nodeagent' } },
  apiVersion: 'projectcalico.org/v3',
  kind: 'FelixConfiguration',
  metadata: { name: 'default' },
}
const gateways = recorded('default-v3crd', 'gatewayapi')
const gatewaysTold = [...gateways, told]
/** These CRDs, and what serves them, are everybody's. */
const definitions = /^(customresourcedefinitions|apiservices)\.\S+ \S*gateway/
const either = (one: RegExp, other: RegExp) => new RegExp(`${one.source}|${other.source}`)

const linuxOnly = { bgp: 'Disabled', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'VXLAN' }] }
const windows = recorded('windows-hns')
const withoutWindows = windows.map(object =>
  object.kind === 'Installation'
    ? { ...object, spec: { kubeletVolumePluginPath: 'None', serviceCIDRs: ['10.96.0.0/16'], calicoNetwork: linuxOnly } }
    : object,
)

const removals: readonly Removal[] = [
  { what: 'all of it', mode: 'v3', from: everything, to: without(everything, ...all), stays: survivors },
  { what: 'all of it', mode: 'v1', from: older, to: without(older, ...all), stays: survivors },
  { what: 'Whisker', mode: 'v3', from: everything, to: without(everything, 'Whisker') },
  { what: 'Goldmane and Whisker', mode: 'v3', from: everything, to: without(everything, 'Goldmane', 'Whisker') },
  { what: 'the connection', mode: 'v3', from: everything, to: without(everything, 'ManagementClusterConnection') },
  { what: 'APIServer', mode: 'v3', from: everything, to: without(everything, 'APIServer') },
  // Behind it nobody sees policies; those that are in force stay so.
  {
    what: 'APIServer',
    mode: 'v1',
    from: older,
    to: without(older, 'APIServer'),
    stays: /^(networkpolicies|tiers)\.crd\.projectcalico\.org /,
    differs: /^(tigerastatuses\.\S+ (goldmane|whisker)|(goldmanes|whiskers)\.\S+ default)$/,
  },
  { what: 'GatewayAPI', mode: 'v3', from: gatewaysTold, to: without(gatewaysTold, 'GatewayAPI'), stays: definitions },
  {
    what: 'all of it with Envoy Gateway',
    mode: 'v3',
    from: gateways,
    to: without(gateways, ...all, 'GatewayAPI'),
    stays: either(survivors, definitions),
  },
  { what: 'Windows', mode: 'v3', from: windows, to: withoutWindows },
  { what: 'all of it with Windows', mode: 'v3', from: windows, to: without(windows, ...all), stays: survivors },
  ...[
    'csi',
    'metrics-ports',
    'byo-certs',
    'certificate-management',
    'imageset',
    'overrides',
    'component-resources',
    'fips',
    'felix-preset',
  ].map((option): Removal => ({ what: option, mode: 'v3', from: recorded('default-v3crd', option), to: plain })),
]

/** How many of them are tried, the first always among them; and at how many of its writes the process dies, evenly spread. All with 1000. */
const count = Number(process.env.REMOVALS ?? 2)
const kills = Number(process.env.REMOVAL_KILLS ?? 2)
/** Which of them are tried where not all are. */
const turn = Number(process.env.REMOVALS_FROM ?? 0)
const others = removals.slice(1)
const next = (turn * (count - 1)) % others.length
const tried = [removals[0]!, ...[...others, ...others].slice(next, next + Math.min(count - 1, others.length))]

/** Everything of a resource that is there. */
const there = (cluster: Offline, resource: string): KubeObject[] => [
  ...(cluster.sandbox.snapshot().store.collections.get(resource)?.objects.values() ?? []),
]
const named = (objects: readonly KubeObject[], name: string) => objects.find(({ metadata }) => metadata.name === name)

test.each((['v3', 'v1'] as const).filter((_, index) => count > 2 || index === turn % 2))(
  'calico-node stays until the last pod that needs it has gone, and what it needs until it has gone itself, in mode %s',
  async mode => {
    const having = mode === 'v3' ? everything : older
    const cluster = bare(await furnished(mode, having), { life: { stepMs: 1_000 } })
    await cluster.start({ systemRoots: '', manageCrds: false })
    await cluster.rest()
    const podsOf = (names: RegExp) => there(cluster, 'pods').filter(({ metadata }) => names.test(metadata.name))
    const networked = /^(calico-(apiserver|webhooks|kube-controllers)|csi-node-driver|goldmane|whisker|guardian)-/
    const counts = [podsOf(networked).length, podsOf(/^calico-node-/).length]
    expect(counts[0]).toBeGreaterThan(5)
    expect(counts[1]).toBe(3)
    // One that takes its time.
    const slow = refOf(podsOf(/^(goldmane|calico-apiserver)-/)[0]!)
    const held = (finalizers: string[] | null) => cluster.does(user => user.mergePatch(slow, { metadata: { finalizers } }))
    await held(['example.com/still-running'])
    await cluster.does(user => change(user, having, without(having, ...all)))
    const wrong: string[] = []
    for (let time = 0; time < 60_000 && named(there(cluster, 'installations.operator.tigera.io'), 'default'); time += 500) {
      await cluster.time.pass(500)
      if (time === 10_000) await held(null)
      const node = named(there(cluster, 'daemonsets.apps'), 'calico-node')
      const nodes = podsOf(/^calico-node-/).length
      if ((!node || node.metadata.deletionTimestamp) && podsOf(networked).length > 0)
        wrong.push(`${time}: ${podsOf(networked)[0]?.metadata.name}`)
      for (const resource of ['clusterrolebindings.rbac.authorization.k8s.io', 'serviceaccounts'])
        if (nodes > 0 && !named(there(cluster, resource), 'calico-node')) wrong.push(`${time}: ${nodes} pods without ${resource}`)
    }
    expect(wrong).toEqual([])
    await cluster.time.pass(30_000)
    expect(named(there(cluster, 'namespaces'), 'calico-system')).toBeUndefined()
    cluster.close()
  },
)

const rbac = 'rbac.authorization.k8s.io/v1'
/** As the predecessor leaves a cluster: finalizers of its controllers on the Installation, and one on what its pods need. */
const finalizers: readonly { ref: ObjectRef; finalizers: readonly string[] }[] = [
  {
    ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
    finalizers: [
      'tigera.io/operator-cleanup',
      ...['installation', 'apiserver', 'goldmane', 'whisker', 'guardian'].map(name => `operator.tigera.io/${name}-controller`),
    ],
  },
  ...['calico-node', 'calico-cni-plugin'].flatMap(name =>
    [
      { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'calico-system' },
      { apiVersion: rbac, kind: 'ClusterRole', name },
      { apiVersion: rbac, kind: 'ClusterRoleBinding', name },
    ].map(ref => ({ ref, finalizers: ['tigera.io/cni-protector'] })),
  ),
]

async function leftByPredecessor(): Promise<Offline> {
  const cluster = await operated(await furnished('v3', everything))
  cluster.stop()
  const { clock } = cluster.time
  const predecessor = new User({ transport: cluster.sandbox.transport(), clock, random: seeded(1), fieldManager: 'operator' })
  for (const { ref, finalizers: held } of finalizers)
    await cluster.does(() => predecessor.mergePatch(ref, { metadata: { finalizers: held } }))
  return cluster
}

test('what the predecessor had begun to take away goes to its end, and no finalizer of its stays', async () => {
  const to = without(everything, ...all)
  const cluster = await leftByPredecessor()
  await cluster.does(user => change(user, everything, to))
  await cluster.start({ systemRoots: '', manageCrds: false })
  await cluster.rest()
  const bed = bare(await furnished('v3', to))
  expect([...endOf(cluster).keys()].filter(place => !endOf(bed).has(place) && !survivors.test(place))).toEqual([])
  for (const each of [bed, cluster]) each.close()
})

test('what was deleted by mistake, and is only held by a finalizer of the predecessor, is let go and made anew', async () => {
  const cluster = await leftByPredecessor()
  for (const { ref } of finalizers.slice(1)) await cluster.does(user => user.delete(ref))
  await cluster.start({ systemRoots: '', manageCrds: false })
  await cluster.rest()
  const fresh = await operated(await furnished('v3', everything))
  const differing = differences(endOf(fresh), endOf(cluster)).filter(each => !each.startsWith('different: installations.'))
  expect(differing).toEqual([])
  for (const each of [fresh, cluster]) each.close()
})

interface Kill {
  atWrite: number
  withEffect: boolean
}

async function ended(from: Snapshot, { from: before, to: after }: Removal, kill?: Kill) {
  const cluster = bare(from)
  try {
    let network: Faulty | undefined
    await cluster.start({
      ...{ systemRoots: '', manageCrds: false },
      through: transport => {
        network = faulty(transport, { random: seeded(1), clock: cluster.time.clock, rates: {}, ...(kill && { kill }) })
        return network
      },
    })
    await cluster.rest()
    await cluster.does(user => change(user, before, after))
    await cluster.time.pass(60_000)
    const { writes, killed } = network!
    if (killed) await cluster.start({ systemRoots: '', manageCrds: false })
    await cluster.rest()
    return { end: endOf(cluster), writes, killed }
  } finally {
    cluster.close()
  }
}

test.each(tried)(`$what goes, in mode $mode (REMOVALS_FROM=${turn})`, async removal => {
  const { mode, from, to, stays, differs } = removal
  const snapshot = snapshotOf(await operated(await furnished(mode, from)))
  const cluster = await operated(await furnished(mode, to))
  const expected = endOf(cluster)
  cluster.close()
  const wrong = (end: Map<string, string>) => {
    for (const place of end.keys()) if (!expected.has(place) && stays?.test(place)) end.delete(place)
    for (const [place, text] of expected) if (end.has(place) && differs?.test(place)) end.set(place, text)
    return differences(expected, end)
  }
  const whole = await ended(snapshot, removal)
  expect(wrong(whole.end)).toEqual([])
  const step = Math.max(1, Math.ceil((2 * whole.writes) / kills))
  const failed: string[] = []
  for (let point = turn % step; point < 2 * whole.writes; point += step) {
    const kill = { atWrite: 1 + Math.floor(point / 2), withEffect: point % 2 === 0 }
    const { end, killed } = await ended(snapshot, removal, kill)
    if (!killed) failed.push(`${JSON.stringify(kill)}: was not killed`)
    failed.push(...wrong(end).map(each => `${JSON.stringify(kill)} of ${whole.writes}: ${each}`))
  }
  expect(failed).toEqual([])
})

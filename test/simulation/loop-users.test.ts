/** What belongs to users stays theirs: values in shared resources, objects beside ours, pools. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { Bed, inWords } from './loop-bed.ts'
import { inSystem, installation, installationRef } from './objects.ts'

const felixRef: ObjectRef = { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', name: 'default' }
const felixOf = async (bed: Bed) => (await bed.live(felixRef))?.spec ?? {}

test("a user's values in FelixConfiguration win over our defaults, and our defaults fill in the rest", async () => {
  const bed = await Bed.of()
  await bed.creates({ ...felixObject, spec: { healthPort: 9999, logSeverityScreen: 'Debug' } } as KubeObject)
  await bed.installed()
  expect(await felixOf(bed)).toMatchObject({ healthPort: 9999, logSeverityScreen: 'Debug', vxlanVNI: 4096, vxlanPort: 4789 })
  expect(await bed.status()).toMatchObject({ Degraded: { status: 'False' } })
})

const felixObject = { apiVersion: felixRef.apiVersion, kind: felixRef.kind, metadata: { name: 'default' } }

test('a field that a user sets later is not fought over, moves what follows from it, and gets our default again when the user gives it up', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now() + 1
  await bed.time.pass(10)
  await bed.changes(felixRef, { spec: { vxlanVNI: 5000, healthPort: 9500 } })
  await bed.becomesReady()
  expect(await felixOf(bed)).toMatchObject({ vxlanVNI: 5000, healthPort: 9500 })
  expect(bed.writes({ since }).filter(({ resource }) => resource === 'felixconfigurations')).toEqual([])
  const { spec } = (await bed.live(inSystem('apps/v1', 'Deployment', 'calico-typha')))!
  expect(JSON.stringify(spec)).toContain('"name":"TYPHA_HEALTHPORT","value":"9499"')
  await bed.changes(felixRef, { spec: { vxlanVNI: null, healthPort: null } })
  await bed.becomesReady()
  expect(await felixOf(bed)).toMatchObject({ vxlanVNI: 4096, healthPort: 9099 })
})

test('a field that follows from the Installation is enforced, and what others set beside it stays', async () => {
  const bed = await Bed.of()
  await bed.installed()
  await bed.changes(felixRef, { spec: { nftablesMode: 'Enabled', logSeverityScreen: 'Debug' } })
  await bed.time.pass(1_000)
  expect(await felixOf(bed)).toMatchObject({ nftablesMode: 'Disabled', logSeverityScreen: 'Debug' })
})

test('bpfEnabled set by a user is told, not overwritten', async () => {
  const bed = await Bed.of()
  await bed.installed()
  await bed.changes(felixRef, { spec: { bpfEnabled: true } })
  await bed.time.pass(5_000)
  expect(await felixOf(bed)).toMatchObject({ bpfEnabled: true })
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    message: expect.stringMatching(/bpfEnabled is true, which the operator did not set/),
  })
})

test('FelixConfiguration that somebody deletes comes back with what is ours', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const before = await felixOf(bed)
  await bed.deletes(felixRef)
  await bed.time.pass(1_000)
  expect(await felixOf(bed)).toEqual(before)
})

test('two writers of one enforced field: it is noticed, left alone for a while, and said who the other one is', async () => {
  const bed = await Bed.of()
  await bed.installed()
  for (let n = 0; n < 12; n++) {
    await bed.changes(felixRef, { spec: { nftablesMode: 'Enabled' } })
    await bed.time.pass(2_000)
  }
  const since = bed.clock.now()
  expect((await bed.status())!.Degraded!.message).toMatch(
    /FelixConfiguration default spec\.nftablesMode: .*field manager kubectl has changed it back .*\. Let only one of both write the field/,
  )
  await bed.time.pass(60_000)
  expect(bed.writes({ since }).filter(({ resource }) => resource === 'felixconfigurations').length).toBeLessThanOrEqual(1)
})

const ours = [
  ['ConfigMap', 'v1'],
  ['Secret', 'v1'],
  ['ServiceAccount', 'v1'],
  ['Service', 'v1'],
  ['ClusterRole', 'rbac.authorization.k8s.io/v1'],
  ['Role', 'rbac.authorization.k8s.io/v1'],
  ['NetworkPolicy', 'projectcalico.org/v3'],
  ['IPPool', 'projectcalico.org/v3'],
  ['Tier', 'projectcalico.org/v3'],
] as const
const specs: Record<string, object> = {
  Service: { spec: { ports: [{ port: 80 }] } },
  NetworkPolicy: { spec: { selector: 'all()' } },
  Tier: { spec: { order: 500 } },
}
const clusterScoped = new Set(['ClusterRole', 'IPPool', 'Tier'])

test("nothing of a user's is changed or deleted, whatever it is called and however it is labelled, while options come and go and Calico goes", async () => {
  const bed = await Bed.of()
  await bed.installed({ typhaMetricsPort: 9093 })
  const objects = fc.sample(
    fc.record({
      kind: fc.constantFrom(...ours),
      name: fc.constantFrom('calico-node', 'calico-typha', 'typha', 'tigera-ca-bundle', 'allow-tigera', 'csr-creator', 'x'),
      labels: fc.constantFrom({}, standardLabels),
      namespace: fc.constantFrom('calico-system', 'tigera-operator', 'kube-system', 'default'),
    }),
    { numRuns: 80, seed: 3 },
  )
  const theirs = objects.map(({ kind: [kind, apiVersion], name, labels, namespace }, index): KubeObject => {
    const spec = kind === 'IPPool' ? { spec: { cidr: `10.200.${index}.0/24`, allowedUses: ['Workload'] } } : specs[kind]
    const tail = kind === 'NetworkPolicy' ? 'default.' : ''
    // That label on a pool says whose it is: see below.
    const worn: Record<string, string> = kind === 'IPPool' ? {} : { ...labels }
    const metadata = { name: `${tail}${name}-${index}`, labels: worn, ...(!clusterScoped.has(kind) && { namespace }) }
    return { apiVersion, kind, metadata, ...spec }
  })
  const retired: KubeObject[] = [
    { apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name: 'allow-tigera' }, ...{ spec: { order: 7 } } },
  ]
  const all = [...theirs, ...retired]
  await bed.creates(...all)
  const before = new Map<string, string>()
  const stateOf = async ({ apiVersion, kind, metadata: { name, namespace } }: KubeObject) =>
    (await bed.live({ apiVersion, kind, name, ...(namespace && { namespace }) }))?.metadata.resourceVersion ?? 'gone'
  for (const object of all) before.set(JSON.stringify(object), await stateOf(object))
  const unharmed = async (where: (object: KubeObject) => boolean = () => true) => {
    for (const object of all.filter(where)) expect(await stateOf(object), JSON.stringify(object)).toBe(before.get(JSON.stringify(object)))
  }
  await bed.changes(installationRef, { spec: { typhaMetricsPort: null } })
  await bed.becomesReady()
  await unharmed()
  await bed.deletes(installationRef)
  await bed.rests()
  expect(await bed.live(installationRef)).toBeUndefined()
  // With the namespace goes what is in it, as with any namespace.
  await unharmed(({ metadata }) => metadata.namespace !== 'calico-system')
  expect(await bed.live({ apiVersion: 'projectcalico.org/v3', kind: 'IPPool', name: 'default-ipv4-ippool' })).toBeDefined()
}, 20_000)

const standardLabels = {
  'app.kubernetes.io/managed-by': 'tigera-operator',
  'app.kubernetes.io/part-of': 'Calico',
  'app.kubernetes.io/component': 'Installation.operator.tigera.io',
}

test('a pool that carries the label of the operator, but was not made by it, is told and left alone', async () => {
  const bed = await Bed.of()
  const pool = { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', metadata: { name: 'mine', labels: standardLabels } }
  await bed.creates({ ...pool, spec: { cidr: '10.200.0.0/16', allowedUses: ['Workload'] } } as KubeObject)
  await bed.creates(installation({ calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }] } }))
  bed.operate()
  await bed.becomesReady()
  expect(await bed.live({ ...pool, name: 'mine' } as never)).toBeDefined()
  expect((await bed.status('ippools'))!.Available).toMatchObject({
    status: 'True',
    message: expect.stringMatching(
      /IPPool mine: is labelled as a pool of the operator, which did not make it.*\. Delete it, if nothing needs it/,
    ),
  })
  expect(
    bed
      .writes()
      .filter(({ verb }) => verb === 'delete')
      .map(inWords),
  ).toEqual([])
})

test('pools of the Installation come and go with it asking, and stay when it goes', async () => {
  const bed = await Bed.of()
  await bed.installed({ calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }, { name: 'second', cidr: '10.9.0.0/16' }] } })
  const pools = async () => (await bed.list('projectcalico.org/v3', 'ippools')).map(({ metadata }) => metadata.name)
  expect(await pools()).toHaveLength(2)
  await bed.changes(installationRef, { spec: { calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }] } } })
  await bed.becomesReady()
  expect(await pools()).toHaveLength(1)
  await bed.deletes(installationRef)
  await bed.rests()
  expect(await pools()).toHaveLength(1)
})

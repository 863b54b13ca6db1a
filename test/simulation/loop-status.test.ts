/** What people are told while Calico is installed, changed and taken away: soon, truly, and not too often. */
import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/objects.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { Bed, inWords } from './loop-bed.ts'
import { inSystem, installation, installationRef } from './objects.ts'

interface InstallationStatus {
  computed?: { calicoNetwork?: { ipPools?: { cidr: string }[] }; kubernetesProvider?: string }
  mtu?: number
  variant?: string
  calicoVersion?: string
  conditions?: { type: string; status: string; reason: string; message: string; observedGeneration: number }[]
}
const statusOf = async (bed: Bed) => ((await bed.live(installationRef))?.status ?? {}) as InstallationStatus
const calicoNode = inSystem('apps/v1', 'DaemonSet', 'calico-node')
const statuses = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus', name: 'calico' }
const statusWrites = (bed: Bed, since: number) => bed.writes({ since }).filter(({ subresource }) => subresource === 'status')

test('an invalid Installation is Degraded at once, with every violation, its place and its remedy', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now()
  await bed.changes(installationRef, {
    spec: { calicoNetwork: { mtu: 100, linuxDataplane: 'BPF', bgp: 'Enabled' }, cni: { type: 'GKE', ipam: { type: 'Calico' } } },
  })
  await bed.time.run(
    () => statusWrites(bed, since).some(({ resource, name }) => resource === 'tigerastatuses' && name === 'calico'),
    10_000,
  )
  expect(bed.clock.now() - since).toBeLessThan(500)
  const { Degraded, Available } = (await bed.status())!
  expect(Degraded).toMatchObject({ status: 'True', reason: 'InvalidConfigurationError', observedGeneration: 2 })
  expect(Available).toMatchObject({ status: 'False', observedGeneration: 2 })
  expect(Degraded!.message.split('\n').length).toBeGreaterThan(1)
  for (const line of Degraded!.message.split('\n')) expect(line).toMatch(/^Installation default spec\..*: .*\. \w/)
  await bed.changes(installationRef, { spec: { calicoNetwork: null, cni: null } })
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True', observedGeneration: 3 }, Degraded: { status: 'False' } })
})

test('what is over within a second is not written', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now()
  await bed.changes(installationRef, { spec: { typhaMetricsPort: 9093 } })
  await bed.time.pass(300)
  await bed.rollOut()
  await bed.rests()
  const told = statusWrites(bed, since)
  expect(told.map(({ resource }) => resource)).toEqual(['tigerastatuses', 'installations'])
  expect(await bed.status()).toMatchObject({ Available: { status: 'True', observedGeneration: 2 } })
})

test('nothing is said of a new Calico before five seconds are over, unless it is ready or wrong', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  bed.operate()
  await bed.time.pass(4_000)
  expect(await bed.status()).toBeUndefined()
  await bed.time.pass(2_000)
  expect(await bed.status()).toMatchObject({ Progressing: { status: 'True' } })
})

test('what lasts is told, with what is awaited, and a rollout of many steps in few writes', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now()
  await bed.changes(installationRef, { spec: { nodeMetricsPort: 9099 } })
  await bed.time.pass(2_000)
  expect(await bed.status()).toMatchObject({
    Available: { status: 'False', reason: 'ResourceNotReady' },
    Progressing: {
      status: 'True',
      message: expect.stringMatching(
        /DaemonSet calico-system\/calico-node: \d+ of 3 nodes updated .*\(since .*Z\)|DaemonSet calico-system\/calico-node: not yet taken up/,
      ),
    },
  })
  const path = '/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node/status'
  const { metadata } = (await bed.live(calicoNode))!
  const kubelet = bed.sandbox.transport({ user: 'kubelet' })
  for (let step = 0; step < 40; step++) {
    const status = {
      observedGeneration: metadata.generation,
      desiredNumberScheduled: 1000,
      currentNumberScheduled: 1000,
      updatedNumberScheduled: step * 20,
    }
    await kubelet.request({ method: 'PATCH', path, body: { status }, contentType: 'application/merge-patch+json' })
    await bed.time.pass(600)
  }
  // After 1 s, 5 and 10 more, each to the TigeraStatus and to the Installation, which says at once what was decided.
  expect(statusWrites(bed, since).length).toBeLessThan(9)
  expect((await bed.status())!.Progressing!.message).toMatch(/calico-node: \d+ of 1000 nodes updated \(since /)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('a condition speaks of the generation that was read, and of no later one', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  const { operator } = bed.operate()
  await bed.becomesReady()
  operator.stop()
  await bed.changes(installationRef, { spec: { typhaMetricsPort: 9093 } })
  await bed.time.pass(10_000)
  expect((await bed.live(installationRef))!.metadata.generation).toBe(2)
  expect((await bed.status())!.Available!.observedGeneration).toBe(1)
  bed.operate()
  await bed.becomesReady()
  expect((await bed.status())!.Available).toMatchObject({ status: 'True', observedGeneration: 2 })
})

test('the conditions are mirrored in the Installation, Available as Ready, and what others wrote there stays', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  const theirs = { type: 'Reviewed', status: 'True', reason: 'Audit', message: 'fine', lastTransitionTime: '2026-01-01T00:00:00Z' }
  const path = '/apis/operator.tigera.io/v1/installations/default/status'
  await bed.asks({ method: 'PATCH', path, body: { status: { conditions: [theirs] } }, contentType: 'application/merge-patch+json' })
  bed.operate()
  await bed.becomesReady()
  const { conditions = [] } = await statusOf(bed)
  const all = await bed.status()
  const said = conditions.map(({ type, status }) => `${type} ${status}`)
  expect([said[0], ...said.slice(-3)]).toEqual(['Reviewed True', 'Ready True', 'Degraded False', 'Progressing False'])
  expect(conditions.find(({ type }) => type === 'Ready')).toMatchObject({ ...all!.Available, type: 'Ready' })
})

test('what was decided is published at once, and what was achieved when all is available', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  bed.operate()
  await bed.rests()
  const before = await statusOf(bed)
  expect(before.computed).toMatchObject({ calicoNetwork: { bgp: 'Enabled' } })
  expect([before.variant, before.calicoVersion, before.mtu]).toEqual([undefined, undefined, undefined])
  await bed.becomesReady()
  const after = await statusOf(bed)
  expect(after).toMatchObject({ variant: 'Calico', calicoVersion: expect.stringMatching(/^v3\./) })
  expect(((await bed.live(installationRef)) as KubeObject & { spec?: object }).spec).toEqual({})
})

test('an Installation that becomes invalid keeps what was published of the last good one', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const before = await statusOf(bed)
  await bed.changes(installationRef, { spec: { calicoNetwork: { mtu: 100 }, cni: { type: 'GKE', ipam: { type: 'Calico' } } } })
  await bed.time.pass(5_000)
  const after = await statusOf(bed)
  expect({ ...after, conditions: [] }).toEqual({ ...before, conditions: [] })
})

test('TigeraStatuses come with the Installation and go with it, that of the tier with the tier, and one that somebody deletes comes back', async () => {
  const bed = await Bed.of()
  const names = async () => (await bed.list('operator.tigera.io/v1', 'tigerastatuses')).map(({ metadata }) => metadata.name)
  bed.operate()
  await bed.time.pass(5_000)
  expect(await names()).toEqual([])
  await bed.creates(installation())
  await bed.becomesReady()
  expect(await names()).toEqual(['calico', 'ippools', 'tiers'])
  await bed.deletes(statuses)
  await bed.time.pass(1_000)
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
  await bed.deletes(installationRef)
  await bed.rests()
  expect(await bed.live(installationRef)).toBeUndefined()
  expect(await names()).toEqual(['tiers'])
  await bed.deletes({ apiVersion: 'projectcalico.org/v3', kind: 'Tier', name: 'calico-system' })
  await bed.rests()
  expect(await names()).toEqual([])
})

test('a TigeraStatus that somebody writes to says the truth again', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const path = '/apis/operator.tigera.io/v1/tigerastatuses/calico/status'
  const lie = { type: 'Available', status: 'False', reason: 'Lie', message: 'lie', lastTransitionTime: '2026-01-01T00:00:00Z' }
  await bed.asks({ method: 'PATCH', path, body: { status: { conditions: [lie] } }, contentType: 'application/merge-patch+json' })
  await bed.time.pass(1_000)
  expect(await bed.status()).toMatchObject({ Available: { status: 'True', reason: 'AllObjectsAvailable' }, Degraded: { status: 'False' } })
})

test('a status that cannot be written is tried again, less and less often, and holds up no work', async () => {
  const bed = await Bed.of()
  const allow = bed.sandbox.forbid({ user: 'operator', verb: 'patch', resource: 'tigerastatuses' })
  await bed.creates(installation())
  const { faults } = bed.operate()
  await bed.time.pass(600_000)
  expect(await bed.live(calicoNode)).toBeDefined()
  const tries = bed.writes().filter(({ resource, status }) => resource === 'tigerastatuses' && status === 403)
  expect(tries.length).toBeGreaterThan(10)
  expect(tries.length).toBeLessThan(3 * 20)
  expect(faults.length).toBe(tries.length)
  allow()
  await bed.time.pass(100_000)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('a workload that is not well for long is explained by its pods, and when those cannot be listed that is said too', async () => {
  const bed = await Bed.of()
  const allow = bed.sandbox.forbid({ user: 'operator', resource: 'pods' })
  await bed.creates(installation())
  bed.operate()
  await bed.time.pass(2_000)
  await bed.creates(pod)
  await bed.time.pass(20_000)
  expect((await bed.status())!.Progressing!.message).toMatch(
    /DaemonSet calico-system\/calico-node: .*\(since .*Z\): its pods cannot be looked at: .*cannot list resource "pods"/,
  )
  allow()
  await bed.time.pass(20_000)
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    reason: 'PodFailure',
    message: expect.stringMatching(
      /DaemonSet calico-system\/calico-node: .*\(since .*Z\): node-1 ImagePullBackOff x \(pod calico-node-x, container calico-node\)/,
    ),
  })
  expect(bed.reads().filter(({ resource }) => resource === 'pods').length).toBeLessThan(20)
})

const pod: KubeObject & { status: object } = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'calico-node-x', namespace: 'calico-system', labels: { 'k8s-app': 'calico-node' } },
  ...{ spec: { nodeName: 'node-1', containers: [{ name: 'calico-node', image: 'x' }] } },
  status: {
    phase: 'Pending',
    containerStatuses: [
      { name: 'calico-node', image: 'x', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } },
    ],
  },
}

test('what lasts is said with the time since when, which a restart neither forgets nor writes anew', async () => {
  const bed = await Bed.of()
  await bed.creates(installation({ calicoNetwork: { ipPools: [] } }))
  const { operator } = bed.operate()
  await bed.time.pass(60_000)
  const before = (await bed.status())!
  expect(before.Degraded).toMatchObject({ status: 'True', reason: 'ResourceNotFound' })
  expect(before.Degraded!.message).toMatch(/waiting for enabled IP pools to be created \(since 2026-01-01T00:00:..Z\)/)
  operator.stop()
  const since = bed.clock.now() + 1
  await bed.time.pass(10)
  bed.operate()
  await bed.time.pass(120_000)
  expect(bed.writes({ since }).map(inWords)).toEqual([])
  expect(await bed.status()).toEqual(before)
})

test('a restart does not make what is available unavailable, even where one of many kinds takes long to be read', async () => {
  const bed = await Bed.of()
  const { operator } = await bed.installed()
  operator.stop()
  const since = bed.clock.now() + 1
  await bed.time.pass(10)
  const late = (inner: Transport): Transport => ({
    request: request => inner.request(request),
    close: () => inner.close(),
    watch: async request => {
      if (request.path.includes('felixconfigurations')) await new Promise<void>(resolve => bed.clock.after(12_000, resolve))
      return inner.watch(request)
    },
  })
  bed.operate({ through: late })
  await bed.time.pass(120_000)
  expect(bed.writes({ since }).map(inWords)).toEqual([])
})

/** One Installation becomes a Calico, and stays one: what is written, when, and what is not. */
import { expect, test } from 'vitest'
import type { Mode } from '../../api/index.ts'
import { crds } from '../../api/index.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { Bed, inWords } from './loop-bed.ts'
import { inSystem, installation, installationRef } from './objects.ts'

const node = inSystem('apps/v1', 'DaemonSet', 'calico-node')

test('an Installation is all it takes, with few writes, none without effect or in vain, and hardly a read', async () => {
  const bed = await Bed.of()
  const { faults } = await bed.installed()
  expect(await bed.status()).toMatchObject({
    Available: { status: 'True' },
    Degraded: { status: 'False' },
    Progressing: { status: 'False' },
  })
  expect(bed.writes().length).toBeLessThanOrEqual(55)
  expect(bed.sandbox.requests.withoutEffect('operator').map(inWords)).toEqual([])
  expect(bed.sandbox.requests.failed('operator').map(inWords)).toEqual([])
  expect(bed.reads().length).toBeLessThanOrEqual(5)
  expect(faults).toEqual([])
})

test.each<Mode>(['v3', 'v1'])(
  'with -manage-crds the operator brings the CRDs of %s itself, and goes on when they are served',
  async mode => {
    const bed = await Bed.of({ mode, served: false })
    bed.operate({ manageCrds: true })
    await bed.rests()
    expect((await bed.list('apiextensions.k8s.io/v1', 'customresourcedefinitions')).length).toBe(crds(mode).length)
    await bed.creates(installation())
    await bed.becomesReady()
    expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
    expect(
      bed.sandbox.requests
        .failed('operator')
        .filter(({ verb }) => verb !== 'watch')
        .map(inWords),
    ).toEqual([])
  },
)

test('CRDs that come long after the operator has started are noticed at once', async () => {
  const bed = await Bed.of({ served: false })
  bed.operate()
  await bed.time.pass(120_000)
  expect(bed.writes()).toEqual([])
  await bed.creates(...(crds('v3') as KubeObject[]))
  await bed.creates(installation())
  const since = bed.clock.now()
  await bed.time.run(() => bed.writes({ since }).some(({ name }) => name === 'calico-kube-controllers'), 20_000)
  expect(bed.clock.now() - since).toBeLessThan(10_000)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('nothing is written or read while nothing happens, for an hour', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now() + 1
  await bed.time.pass(3_600_000)
  expect(bed.writes({ since }).map(inWords)).toEqual([])
  expect(bed.reads({ since }).map(inWords)).toEqual([])
})

test('another operator process on a cluster that is as wanted writes nothing and reads nothing', async () => {
  const bed = await Bed.of()
  const { operator } = await bed.installed()
  operator.stop()
  const since = bed.clock.now() + 1
  await bed.time.pass(10)
  const next = bed.operate()
  await bed.time.pass(120_000)
  expect(bed.writes({ since }).map(inWords)).toEqual([])
  expect(bed.reads({ since }).map(inWords)).toEqual([])
  expect(next.operator.resting).toBe(true)
  expect(next.faults).toEqual([])
})

test('what somebody changes or deletes is put right within a second, and nothing else is touched', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const changed: [ReturnType<typeof inSystem>, object | undefined][] = [
    [node, { spec: { template: { spec: { priorityClassName: 'system-cluster-critical' } } } }],
    [inSystem('v1', 'ConfigMap', 'cni-config'), undefined],
    [inSystem('v1', 'Service', 'calico-typha'), { spec: { selector: { 'k8s-app': 'something-else' } } }],
    [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'calico-node' }, { rules: [] }],
    [inSystem('projectcalico.org/v3', 'NetworkPolicy', 'calico-system.default-deny'), { spec: { selector: 'none()' } }],
  ]
  for (const [ref, patch] of changed) {
    const before = await bed.live(ref)
    const since = bed.clock.now()
    await (patch ? bed.changes(ref, patch) : bed.deletes(ref))
    await bed.time.pass(1_000)
    const after = await bed.live(ref)
    expect({ ...after, metadata: undefined, status: undefined }, ref.name).toEqual({ ...before, metadata: undefined, status: undefined })
    expect(
      bed
        .writes({ since })
        .filter(({ subresource }) => !subresource)
        .map(({ name }) => name),
      ref.name,
    ).toEqual([ref.name])
  }
})

test('the heartbeats of a thousand nodes wake nobody, and a node less wakes those whom it concerns', async () => {
  const bed = await Bed.of({ nodes: 1001 })
  const { reports } = await bed.installed()
  const before = reports.length
  const names = (await bed.list('v1', 'nodes')).map(({ metadata }) => metadata.name)
  for (let beat = 0; beat < 2; beat++) {
    await bed.does(user =>
      Promise.all(
        names.map(name => user.mergePatch({ apiVersion: 'v1', kind: 'Node', name }, { metadata: { annotations: { beat: String(beat) } } })),
      ),
    )
    await bed.time.pass(1_000)
  }
  expect(reports.length).toBe(before)
  await bed.changes({ apiVersion: 'v1', kind: 'Node', name: names[0]! }, { spec: { unschedulable: true } })
  await bed.time.pass(2_000)
  const woken = new Set(reports.slice(before).map(({ controller }) => controller.name))
  expect([woken.has('calico'), woken.has('ippools'), woken.has('tiers')]).toEqual([true, true, false])
})

test('what an option asked for goes when the option goes, and comes back when it does', async () => {
  const bed = await Bed.of()
  await bed.installed({ typhaMetricsPort: 9093 })
  const metrics = inSystem('v1', 'Service', 'calico-typha-metrics')
  expect(await bed.live(metrics)).toBeDefined()
  await bed.changes(installationRef, { spec: { typhaMetricsPort: null } })
  await bed.becomesReady()
  expect(await bed.live(metrics)).toBeUndefined()
  await bed.changes(installationRef, { spec: { typhaMetricsPort: 9094 } })
  await bed.becomesReady()
  expect((await bed.live(metrics))?.spec).toMatchObject({ ports: [{ port: 9094 }] })
})

test('one seed, one course of events', async () => {
  const course = async () => {
    const bed = await Bed.of({ seed: 5 })
    await bed.installed()
    return bed.writes().map(request => `${request.time} ${inWords(request)}`)
  }
  expect(await course()).toEqual(await course())
})

test('the BPF dataplane can find out where the API is, as on any cluster whose API server says so', async () => {
  const bed = await Bed.of()
  await bed.installed({ calicoNetwork: { linuxDataplane: 'BPF', bpfNetworkBootstrap: 'Enabled' } })
  const node = (await bed.list('apps/v1', 'daemonsets')).find(({ metadata }) => metadata.name === 'calico-node')
  expect(JSON.stringify(node)).toMatch(/"KUBERNETES_APISERVER_ENDPOINTS","value":"192\.0\.2\.1:6443"/)
})

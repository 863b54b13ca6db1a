/** Calico goes when its Installation does: in an order in which pods can still be torn down, whoever dies in between. */
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/kube/clock.ts'
import { type Faulty, faulty } from '../../src/kube/faults.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { Bed, inWords } from './loop-bed.ts'
import { heldPod, inSystem, installationRef, podRef } from './objects.ts'

const controllers = inSystem('apps/v1', 'Deployment', 'calico-kube-controllers')
const driver = inSystem('apps/v1', 'DaemonSet', 'csi-node-driver')
const node = inSystem('apps/v1', 'DaemonSet', 'calico-node')
const apiserver = inSystem('apps/v1', 'Deployment', 'calico-apiserver')

async function installedBed(): Promise<Bed> {
  const bed = await Bed.of()
  await bed.installed({ kubeletVolumePluginPath: '/var/lib/kubelet' })
  return bed
}

describe('deleting the Installation', () => {
  test('takes down what schedules and what mounts first, then calico-node when their pods are gone, and the rest when its own are', async () => {
    const bed = await installedBed()
    await bed.creates(heldPod((await bed.live(controllers))!, 'controllers'), heldPod((await bed.live(node))!, 'node'))
    await bed.deletes(installationRef)
    await bed.time.pass(30_000)
    expect((await bed.live(controllers))?.metadata.deletionTimestamp).toBeDefined()
    expect(await bed.live(driver)).toBeUndefined()
    expect((await bed.live(node))?.metadata.deletionTimestamp).toBeUndefined()
    expect((await bed.status())!.Progressing).toMatchObject({
      status: 'True',
      message: expect.stringContaining('wait for Deployment calico-system/calico-kube-controllers to be gone'),
    })
    await bed.changes(podRef('controllers'), { metadata: { finalizers: null } })
    await bed.time.pass(5_000)
    expect(await bed.live(controllers)).toBeUndefined()
    expect((await bed.live(node))?.metadata.deletionTimestamp).toBeDefined()
    // Its pods need these until the last of them is gone.
    for (const ref of standing) expect(await bed.live(ref), ref.name).toBeDefined()
    expect(await bed.live(installationRef)).toBeDefined()
    await bed.changes(podRef('node'), { metadata: { finalizers: null } })
    await bed.time.pass(10_000)
    for (const ref of [node, installationRef, ...standing]) expect(await bed.live(ref), ref.name).toBeUndefined()
  })

  test('waits for workloads that other resources asked for', async () => {
    const bed = await installedBed()
    await bed.creates(deployment)
    await bed.deletes(installationRef)
    await bed.time.pass(60_000)
    expect((await bed.live(node))?.metadata.deletionTimestamp).toBeUndefined()
    expect(await bed.live(controllers)).toBeUndefined()
    expect(await bed.status()).toMatchObject({
      Available: { status: 'True' },
      Progressing: { status: 'True' },
      Degraded: { status: 'False' },
    })
    await bed.deletes(apiserver)
    await bed.time.pass(10_000)
    expect(await bed.live(installationRef)).toBeUndefined()
  })

  test('does not make anew what somebody deletes meanwhile, and goes on although the spec is invalid', async () => {
    const bed = await installedBed()
    await bed.creates(heldPod((await bed.live(controllers))!, 'controllers'))
    await bed.changes(installationRef, { spec: { calicoNetwork: { mtu: 5 }, cni: { type: 'GKE', ipam: { type: 'Calico' } } } })
    await bed.deletes(installationRef)
    await bed.time.pass(5_000)
    const since = bed.clock.now()
    await bed.deletes(inSystem('v1', 'ConfigMap', 'cni-config'))
    await bed.changes(podRef('controllers'), { metadata: { finalizers: null } })
    await bed.time.pass(10_000)
    expect(
      bed
        .writes({ since })
        .map(inWords)
        .filter(each => each.includes('cni-config')),
    ).toEqual([])
    expect(await bed.live(installationRef)).toBeUndefined()
  })
})

const rbac = 'rbac.authorization.k8s.io/v1'
const standing: ObjectRef[] = [
  { apiVersion: rbac, kind: 'ClusterRole', name: 'calico-node' },
  { apiVersion: rbac, kind: 'ClusterRoleBinding', name: 'calico-cni-plugin' },
  inSystem('v1', 'ServiceAccount', 'calico-node'),
  inSystem('v1', 'ConfigMap', 'cni-config'),
  inSystem('apps/v1', 'Deployment', 'calico-typha'),
]
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'calico-apiserver', namespace: 'calico-system' },
  ...{
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x' }] } },
    },
  },
}

interface Kill {
  atWrite: number
  withEffect: boolean
}

/** Everything that was deleted or released, in order, and what is left. */
async function tornDown(source: Bed, kill?: Kill) {
  const bed = source.copy(9)
  let network: Faulty | undefined
  const through = (transport: Parameters<typeof faulty>[0]) => {
    network = faulty(transport, { random: seeded(1), clock: bed.clock, rates: {}, ...(kill && { kill }) })
    return network
  }
  const { operator } = bed.operate({ through })
  await bed.time.pass(2_000)
  await bed.deletes(installationRef)
  await bed.time.pass(30_000)
  const { killed, writes } = network!
  if (killed) {
    operator.stop()
    bed.operate()
    await bed.time.pass(30_000)
  }
  const left: string[] = []
  for (const ref of [installationRef, node, controllers, driver, ...standing]) if (await bed.live(ref)) left.push(ref.name)
  const pools = (await bed.list('projectcalico.org/v3', 'ippools')).length
  const done = bed.sandbox.requests.writes('operator').filter(({ effect, subresource }) => effect && !subresource)
  bed.close()
  return { left, pools, writes, killed, order: done.filter(({ resource }) => resource !== 'tigerastatuses').map(inWords) }
}

const first = ['delete daemonsets csi-node-driver 200', 'delete deployments calico-kube-controllers 200']
/** Nobody has pods any more that need any of these. */
const then = [
  'delete clusterrolebindings calico-kube-controllers 200',
  'delete clusterroles calico-kube-controllers 200',
  'delete csidrivers csi.tigera.io 200',
  'delete daemonsets calico-node 200',
  'delete serviceaccounts calico-kube-controllers 200',
  'delete serviceaccounts csi-node-driver 200',
]
const last = ['patch installations default 200']

test('it ends the same, and in the same order, wherever the operator is killed', { timeout: 60_000 }, async () => {
  const source = await installedBed()
  const whole = await tornDown(source)
  expect(whole).toMatchObject({ left: [], pools: 1, killed: false })
  const failed: string[] = []
  for (let atWrite = 1; atWrite <= whole.writes; atWrite++) {
    for (const withEffect of [true, false]) {
      const { left, pools, order, killed } = await tornDown(source, { atWrite, withEffect })
      const inOrder =
        [order.slice(0, 2).toSorted(), order.slice(2, -1).toSorted(), order.slice(-1)].flat().join() === [...first, ...then, ...last].join()
      if (!killed || left.length > 0 || pools !== 1 || !inOrder)
        failed.push(
          `killed ${withEffect ? 'after' : 'before'} write ${atWrite} of ${whole.writes}: ${JSON.stringify({ left, pools, order, killed })}`,
        )
    }
  }
  expect(failed).toEqual([])
})

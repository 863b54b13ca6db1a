/** Calico on Windows nodes comes when all it needs is there, and goes with the dataplane or the Installation, after the pods that it connects. */
import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/objects.ts'
import { Bed, inWords } from './loop-bed.ts'
import { heldPod, inSystem, installationRef, podRef } from './objects.ts'

const daemonSet = inSystem('apps/v1', 'DaemonSet', 'calico-node-windows')
const configuration = inSystem('v1', 'ConfigMap', 'cni-config-windows')
const controllers = inSystem('apps/v1', 'Deployment', 'calico-kube-controllers')
const spec = {
  serviceCIDRs: ['10.96.0.0/12'],
  calicoNetwork: { windowsDataplane: 'HNS', bgp: 'Disabled', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'VXLAN' }] },
}

const objectOf = (object: KubeObject & { spec?: object; data?: object }): KubeObject => object
const dns = objectOf({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system' },
  spec: { ports: [{ port: 53, protocol: 'UDP' }] },
})
const needs: KubeObject[] = [
  objectOf({
    apiVersion: 'projectcalico.org/v3',
    kind: 'IPAMConfiguration',
    metadata: { name: 'default' },
    spec: { strictAffinity: true, autoAllocateBlocks: true },
  }),
  objectOf({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubernetes-services-endpoint', namespace: 'tigera-operator' },
    data: { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' },
  }),
]

async function installed(...more: KubeObject[]): Promise<Bed> {
  const bed = await Bed.of()
  await bed.creates(...needs, ...more)
  await bed.installed(spec)
  return bed
}

test('what is missing holds up Windows nodes alone, and they go on by themselves when it comes', async () => {
  const bed = await installed()
  expect((await bed.status('calico'))!.Available).toMatchObject({ status: 'True' })
  expect((await bed.status('calico-windows'))!.Degraded).toMatchObject({ status: 'True', reason: 'ResourceNotFound' })
  expect(await bed.live(daemonSet)).toBeUndefined()
  await bed.creates(dns)
  await bed.becomesReady()
  expect((await bed.status('calico-windows'))!.Available).toMatchObject({ status: 'True' })
  expect(await bed.live(daemonSet)).toBeDefined()
})

test('what is lost later changes nothing for the pods that run', async () => {
  const bed = await installed(dns)
  const { apiVersion, kind, metadata } = dns
  const { generation } = (await bed.live(daemonSet))!.metadata
  const since = bed.clock.now()
  await bed.deletes({ apiVersion, kind, name: metadata.name, namespace: 'kube-system' })
  await bed.rests()
  expect((await bed.status('calico-windows'))!.Degraded).toMatchObject({ status: 'True' })
  expect((await bed.live(daemonSet))!.metadata.generation).toBe(generation)
  expect(
    bed
      .writes({ since })
      .map(inWords)
      .filter(each => !each.includes('tigerastatuses')),
  ).toEqual([])
})

test('without the dataplane everything for Windows goes, and the status with the last of it', async () => {
  const bed = await installed(dns)
  await bed.creates(heldPod((await bed.live(daemonSet))!, 'windows'))
  await bed.changes(installationRef, { spec: { calicoNetwork: { windowsDataplane: 'Disabled' } } })
  await bed.time.pass(10_000)
  expect((await bed.live(daemonSet))?.metadata.deletionTimestamp).toBeDefined()
  expect(await bed.status('calico-windows')).toBeDefined()
  await bed.changes(podRef('windows'), { metadata: { finalizers: null } })
  await bed.time.pass(10_000)
  for (const ref of [daemonSet, configuration]) expect(await bed.live(ref), ref.name).toBeUndefined()
  expect(await bed.status('calico-windows')).toBeUndefined()
  expect((await bed.status('calico'))!.Available).toMatchObject({ status: 'True' })
})

test('with the Installation it goes after the pods that need a network, and the Installation after its own', async () => {
  const bed = await installed(dns)
  await bed.creates(heldPod((await bed.live(controllers))!, 'controllers'), heldPod((await bed.live(daemonSet))!, 'windows'))
  await bed.deletes(installationRef)
  await bed.time.pass(20_000)
  expect((await bed.live(daemonSet))?.metadata.deletionTimestamp).toBeUndefined()
  await bed.changes(podRef('controllers'), { metadata: { finalizers: null } })
  await bed.time.pass(10_000)
  expect((await bed.live(daemonSet))?.metadata.deletionTimestamp).toBeDefined()
  for (const ref of [installationRef, configuration, inSystem('v1', 'ServiceAccount', 'calico-node')])
    expect(await bed.live(ref), ref.name).toBeDefined()
  await bed.changes(podRef('windows'), { metadata: { finalizers: null } })
  await bed.time.pass(10_000)
  for (const ref of [daemonSet, installationRef, configuration]) expect(await bed.live(ref), ref.name).toBeUndefined()
})

/** Who asks, and who answers: the Installation and its overlay, and operators that meet. */
import { expect, test } from 'vitest'
import { Bed, inWords } from './loop-bed.ts'
import { inSystem, installation, installationRef } from './objects.ts'

const overlayRef = { ...installationRef, name: 'overlay' }
const computedOf = async (bed: Bed) =>
  ((await bed.live(installationRef))?.status as { computed?: { typhaMetricsPort?: number } } | undefined)?.computed

test('an Installation named overlay alone installs nothing, and says what is missing until it is there', async () => {
  const bed = await Bed.of()
  await bed.creates(installation({ typhaMetricsPort: 9093 }, 'overlay'))
  bed.operate()
  await bed.rests()
  const told = async () => {
    const { conditions = [] } = ((await bed.live(overlayRef))?.status ?? {}) as {
      conditions?: { type: string; status: string; message: string }[]
    }
    return conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`)
  }
  expect(await told()).toContain(
    'Degraded True: metadata.name: nothing is done for it: it only counts beside the Installation named default, and there is none. Create the Installation named default',
  )
  expect(await bed.status()).toBeUndefined()
  const resources = bed.writes().map(({ resource }) => resource)
  expect(resources.filter(resource => /deployments|daemonsets|ippools|namespaces/.test(resource))).toEqual([])
  await bed.creates(installation())
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Degraded: { status: 'False' } })
  expect(await computedOf(bed)).toMatchObject({ typhaMetricsPort: 9093 })
  expect(await told()).toContain('Degraded False: it is heard')
})

test('an APIServer alone says that there is no Installation, and has its tier', async () => {
  const bed = await Bed.of()
  await bed.creates({ apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', metadata: { name: 'default' } })
  bed.operate()
  await bed.rests()
  expect((await bed.status('apiserver'))!.Degraded).toMatchObject({ status: 'True', reason: 'ResourceNotFound' })
  expect((await bed.status('tiers'))!.Available).toMatchObject({ status: 'True' })
  expect((await bed.list('projectcalico.org/v3', 'tiers')).map(({ metadata }) => metadata.name)).toEqual(['calico-system'])
  expect(await bed.list('apps/v1', 'deployments')).toEqual([])
})

test('an overlay counts as soon as it comes, as it changes, and until it goes', async () => {
  const bed = await Bed.of()
  await bed.installed({ nodeMetricsPort: 9100 })
  const metrics = async () =>
    ((await bed.live(inSystem('v1', 'Service', 'calico-typha-metrics')))?.spec as { ports: { port: number }[] } | undefined)?.ports[0]?.port
  expect(await metrics()).toBeUndefined()
  await bed.creates(installation({ typhaMetricsPort: 9093 }, 'overlay'))
  await bed.time.pass(1_000)
  expect(await metrics()).toBe(9093)
  await bed.changes(overlayRef, { spec: { typhaMetricsPort: 9094 } })
  await bed.time.pass(1_000)
  expect(await metrics()).toBe(9094)
  await bed.becomesReady()
  expect(await computedOf(bed)).toMatchObject({ typhaMetricsPort: 9094, nodeMetricsPort: 9100 })
  await bed.deletes(overlayRef)
  await bed.becomesReady()
  expect(await metrics()).toBeUndefined()
  expect((await computedOf(bed))?.typhaMetricsPort).toBeUndefined()
})

test('an overlay with nothing in it changes nothing', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const since = bed.clock.now() + 1
  await bed.time.pass(10)
  await bed.creates(installation({}, 'overlay'))
  await bed.rests()
  await bed.deletes(overlayRef)
  await bed.rests()
  expect(bed.writes({ since }).map(inWords)).toEqual([])
})

test('what is wrong in an overlay is blamed on the overlay', async () => {
  const bed = await Bed.of()
  await bed.installed()
  await bed.creates(installation({ calicoNetwork: { mtu: 5 }, cni: { type: 'GKE', ipam: { type: 'Calico' } } }, 'overlay'))
  await bed.time.pass(2_000)
  expect((await bed.status())!.Degraded).toMatchObject({ status: 'True', reason: 'InvalidConfigurationError' })
  expect((await bed.status())!.Degraded!.message).toMatch(/Installation overlay spec\./)
  await bed.deletes(overlayRef)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('the Installation is deleted and created anew: what is made anew belongs to the new one', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const uid = (await bed.live(installationRef))!.metadata.uid
  await bed.deletes(installationRef)
  await bed.rests()
  await bed.creates(installation({ nodeMetricsPort: 9100 }))
  await bed.becomesReady()
  const now = (await bed.live(installationRef))!.metadata.uid
  expect(now).not.toBe(uid)
  const node = (await bed.live(inSystem('apps/v1', 'DaemonSet', 'calico-node')))!
  expect(node.metadata.ownerReferences?.map(owner => owner.uid)).toEqual([now])
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

import { expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import type { Job } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Outcome, Wanted } from '../reconcile/controller.ts'
import { asWanted } from '../reconcile/wishes.ts'
import { openShift } from './openshift.ts'

const recorded = recordedClusters().get('openshift')!

async function run(cluster: readonly KubeObject[]): Promise<Outcome> {
  const { reader, surroundings } = surroundingsOf(cluster)
  const controller = openShift(surroundings)
  const found = await controller.read(reader)
  return found ? controller.desired(found) : {}
}

const changed = (kind: string, change: object) => recorded.map(each => (each.kind === kind ? ({ ...each, ...change } as KubeObject) : each))
const wanted = ({ objects = [] }: Outcome): Wanted[] => objects.map(asWanted)
const onAws = (more: object = {}) => run(changed('Infrastructure', { status: { platformStatus: { type: 'AWS' }, ...more } }))
const jobOf = (outcome: Outcome) => wanted(outcome).find(({ object }) => object.kind === 'Job')?.object as Job | undefined

test('OpenShift is told which network there is, in the words of what it asked for, once calico-node is there', async () => {
  const outcome = await run(recorded)
  expect(wanted(outcome)).toHaveLength(1)
  expect(wanted(outcome)[0]).toMatchObject({
    object: {
      kind: 'Network',
      status: { clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }], serviceNetwork: ['172.30.0.0/16'], networkType: 'Calico' },
    },
    part: true,
    statusInside: true,
    after: [{ ref: { name: 'calico-node' }, is: 'present' }],
  })
})

test('the MTU is told when it is known', async () => {
  const spec = { kubernetesProvider: 'OpenShift', calicoNetwork: { mtu: 1400 } }
  const [network] = wanted(await run(changed('Installation', { spec })))
  expect(network?.object).toMatchObject({ status: { clusterNetworkMTU: 1400 } })
})

test('on AWS a Job opens the security groups, those of a control plane that runs elsewhere too', async () => {
  const alone = jobOf(await onAws())!.spec!.template.spec!.containers[0]!
  expect(alone.env!.map(({ name }) => name)).toEqual(['OPENSHIFT', 'REQUIRE_AWS', 'KUBELET_KUBECONFIG', 'CALICO_API_GROUP'])
  const hosted = jobOf(await onAws({ controlPlaneTopology: 'External' }))!.spec!.template.spec!.containers[0]!
  expect(hosted.env).toContainEqual({ name: 'HOSTED_OPENSHIFT', value: 'true' })
  expect(jobOf(await run(recorded))).toBeUndefined()
})

test('what OpenShift should have and has not is named, and the rest goes on', async () => {
  const without = (kind: string) => run(recorded.filter(each => each.kind !== kind))
  const infrastructure = await without('Infrastructure')
  expect(infrastructure.problems).toMatchObject([{ reason: 'ResourceReadError', object: { kind: 'Infrastructure', name: 'cluster' } }])
  expect(wanted(infrastructure)).toHaveLength(1)
  expect((await without('Network')).problems).toMatchObject([{ object: { kind: 'Network', name: 'cluster' } }])
})

test('other clusters are not looked at, and one that is being deleted is told nothing', async () => {
  expect(await run(recordedClusters().get('gke')!)).toEqual({})
  const metadata = { ...recorded.find(({ kind }) => kind === 'Installation')!.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' }
  expect(await run(changed('Installation', { metadata }))).toEqual({})
})

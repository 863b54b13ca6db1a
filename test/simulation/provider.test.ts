/** Who the provider is, is found once: a running Calico does not change with what comes and goes in kube-system, and its Installation says why it is as it is. */
import { expect, test } from 'vitest'
import { ground } from '../../src/cli/ground.ts'
import { Offline } from '../../src/cli/offline.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { knownKeys } from '../keys.ts'
import { stateOf } from './cluster.ts'

const installation: ObjectRef = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }
const mark: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', name: 'aws-auth', namespace: 'kube-system' }
const markObject: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'aws-auth', namespace: 'kube-system' } }

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string; reason: string; message: string }[] }
}
async function conditions(cluster: Offline) {
  const [found] = (await cluster.does(user => user.list(installation.apiVersion, 'installations'))) as Conditioned[]
  return Object.fromEntries((found?.status?.conditions ?? []).map(each => [each.type, each]))
}
const podsOf = (cluster: Offline): [string, string][] => [...stateOf(cluster)].filter(([place]) => place.startsWith('daemonsets.apps'))

async function installed(...marks: KubeObject[]): Promise<Offline> {
  const cluster = new Offline({ keys: knownKeys() })
  await cluster.furnish(ground('v3'))
  await cluster.addNodes([{ count: 2 }])
  const { name, ...kind } = installation
  await cluster.furnish([...marks, { ...kind, metadata: { name } }])
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  return cluster
}

test.each<[string, KubeObject[], string]>([
  ['comes', [], 'None'],
  ['goes', [markObject], 'EKS'],
])('a running Calico stays as it is when the mark of a provider %s, and tells of it', async (what, before, reason) => {
  const cluster = await installed(...before)
  const pods = podsOf(cluster)
  expect(pods.length).toBeGreaterThan(0)
  expect((await conditions(cluster)).ProviderDetected).toMatchObject({ status: 'True', reason })
  await cluster.does(async user => void (what === 'comes' ? await user.create(markObject) : await user.delete(mark)))
  await cluster.rest()
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  expect(podsOf(cluster)).toEqual(pods)
  const { Ready, ProviderDetected } = await conditions(cluster)
  expect(ProviderDetected).toMatchObject({ status: 'True', reason })
  expect(Ready).toMatchObject({ status: 'True', message: expect.stringContaining('seems to be') })
  cluster.close()
})

test('a provider that is named later does not exchange the plugin under running pods', async () => {
  const cluster = await installed()
  await cluster.does(user => user.mergePatch(installation, { spec: { kubernetesProvider: 'GKE' } }))
  await cluster.rest()
  const [[, calicoNode] = ['', '']] = podsOf(cluster)
  expect(calicoNode).toContain('"install-cni"')
  expect(calicoNode).toContain('k8s,operator,gke,bgp')
  const { Ready, CNIPluginChosen } = await conditions(cluster)
  expect(CNIPluginChosen).toMatchObject({ status: 'True', reason: 'Calico' })
  expect(Ready).toMatchObject({ status: 'True', message: expect.stringContaining('to have GKE, name it in spec.cni.type') })
  cluster.close()
})

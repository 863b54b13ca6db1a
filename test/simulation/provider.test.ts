/** Who the provider is, is found once: a running Calico does not change with what comes and goes in kube-system, and its Installation says why it is as it is. */
import { expect, test } from 'vitest'
import type { Offline } from '../../src/cli/offline.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { stateOf } from './cluster.ts'
import { installation, installationRef } from './objects.ts'
import { conditionsOf, operate, smallCluster } from './small.ts'

const mark: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', name: 'aws-auth', namespace: 'kube-system' }
const markObject: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'aws-auth', namespace: 'kube-system' } }

const conditions = async (cluster: Offline) => (await conditionsOf(cluster, 'installations'))[installationRef.name] ?? {}
const podsOf = (cluster: Offline): [string, string][] => [...stateOf(cluster)].filter(([place]) => place.startsWith('daemonsets.apps'))

const installed = async (...marks: KubeObject[]): Promise<Offline> => operate(await smallCluster([...marks, installation()], { nodes: 2 }))

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
  await operate(cluster)
  expect(podsOf(cluster)).toEqual(pods)
  const { Ready, ProviderDetected } = await conditions(cluster)
  expect(ProviderDetected).toMatchObject({ status: 'True', reason })
  expect(Ready).toMatchObject({ status: 'True', message: expect.stringContaining('seems to be') })
})

test('a provider that is named later does not exchange the plugin under running pods', async () => {
  const cluster = await installed()
  await cluster.does(user => user.mergePatch(installationRef, { spec: { kubernetesProvider: 'GKE' } }))
  await cluster.rest()
  const [[, calicoNode] = ['', '']] = podsOf(cluster)
  expect(calicoNode).toContain('"install-cni"')
  expect(calicoNode).toContain('k8s,operator,gke,bgp')
  const { Ready, CNIPluginChosen } = await conditions(cluster)
  expect(CNIPluginChosen).toMatchObject({ status: 'True', reason: 'Calico' })
  expect(Ready).toMatchObject({ status: 'True', message: expect.stringContaining('to have GKE, name it in spec.cni.type') })
})

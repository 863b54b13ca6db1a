/** kube-proxy goes off when the BPF dataplane has taken over its work and comes back with it, and stays whose it is. */
import { expect, test } from 'vitest'
import type { Offline } from '../../src/cli/offline.ts'
import type { DaemonSet } from '../../src/kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { installation, installationRef } from './objects.ts'
import { conditionsOf, operate, smallCluster } from './small.ts'

const off = 'operator.tigera.io/disable-kube-proxy'
const ref: ObjectRef = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'kube-proxy', namespace: 'kube-system' }

const daemonSet = (nodeSelector: Record<string, string>, labels = {}): KubeObject => {
  const app = { 'k8s-app': 'kube-proxy' }
  const pod = { nodeSelector, containers: [{ name: 'kube-proxy', image: 'kube-proxy:v1' }] }
  const { name, namespace, ...kind } = ref
  const spec = { selector: { matchLabels: app }, template: { metadata: { labels: app }, spec: pod } }
  return { ...kind, metadata: { name, namespace, labels }, spec } as KubeObject
}

const clusterWith = async (kubeProxy: KubeObject, calicoNetwork: object): Promise<Offline> =>
  operate(await smallCluster([kubeProxy, installation({ calicoNetwork })], { nodes: 2 }))

async function patched(cluster: Offline, what: ObjectRef, patch: object): Promise<void> {
  await cluster.does(user => user.mergePatch(what, patch))
  await cluster.rest()
}
const network = (cluster: Offline, calicoNetwork: object) => patched(cluster, installationRef, { spec: { calicoNetwork } })
const select = (cluster: Offline, nodeSelector: object) => patched(cluster, ref, { spec: { template: { spec: { nodeSelector } } } })

async function selector(cluster: Offline): Promise<Record<string, string>> {
  const found = await cluster.does(user => user.list('apps/v1', 'daemonsets'))
  const kubeProxy = found.find(({ metadata }) => metadata.name === 'kube-proxy') as DaemonSet
  return kubeProxy.spec!.template.spec!.nodeSelector ?? {}
}

const status = async (cluster: Offline) => (await conditionsOf(cluster, 'tigerastatuses'))['kubeproxy-monitor']
const shown = async (cluster: Offline, type: string) => (await status(cluster))?.[type]

test('the dataplane switches it off and on, and what else selects nodes stays', async () => {
  const cluster = await clusterWith(daemonSet({ os: 'linux' }), { linuxDataplane: 'BPF', kubeProxyManagement: 'Enabled' })
  expect(await selector(cluster)).toEqual({ os: 'linux', [off]: 'true' })
  expect(await shown(cluster, 'Available')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('where the Kubernetes API is'),
  })

  await select(cluster, { [off]: null, zone: 'a' })
  expect(await selector(cluster), 'somebody has switched it on').toEqual({ os: 'linux', zone: 'a', [off]: 'true' })
  await network(cluster, { linuxDataplane: 'Nftables' })
  expect(await selector(cluster)).toEqual({ os: 'linux', zone: 'a' })
  expect(await shown(cluster, 'Available')).toMatchObject({ status: 'True' })
  await network(cluster, { linuxDataplane: 'BPF' })
  expect(await selector(cluster)).toEqual({ os: 'linux', zone: 'a', [off]: 'true' })
})

test('left to the user it stays as it is while the BPF dataplane works, and comes back with it, or with Calico', async () => {
  const bpf = { linuxDataplane: 'BPF', kubeProxyManagement: 'Enabled' }
  for (const end of ['dataplane', 'deletion'] as const) {
    const cluster = await clusterWith(daemonSet({}), bpf)
    await network(cluster, { kubeProxyManagement: 'Disabled' })
    expect(await selector(cluster)).toEqual({ [off]: 'true' })
    expect(await status(cluster)).toBeUndefined()
    if (end === 'dataplane') await network(cluster, { linuxDataplane: 'Iptables' })
    else await cluster.does(user => user.delete(installationRef)).then(() => cluster.rest())
    expect(await selector(cluster), end).toEqual({})
  }
})

test('what the user has switched off is left to him, unless he leaves it to the operator', async () => {
  const cluster = await clusterWith(daemonSet({ [off]: 'true' }), { linuxDataplane: 'Iptables' })
  expect(await selector(cluster)).toEqual({ [off]: 'true' })
  await network(cluster, { kubeProxyManagement: 'Enabled' })
  expect(await selector(cluster)).toEqual({})
})

test('what another tool manages is not touched, and says so with its path; where there is none, that is said', async () => {
  const bpf = { linuxDataplane: 'BPF', kubeProxyManagement: 'Enabled' }
  const cluster = await clusterWith(daemonSet({}, { 'addonmanager.kubernetes.io/mode': 'Reconcile' }), bpf)
  expect(await selector(cluster)).toEqual({})
  const { reason, message } = (await shown(cluster, 'Degraded'))!
  expect([reason, message]).toEqual([
    'ResourceValidationError',
    expect.stringContaining('DaemonSet kube-system/kube-proxy metadata.labels[addonmanager.kubernetes.io/mode]'),
  ])
  await patched(cluster, ref, { metadata: { labels: { 'addonmanager.kubernetes.io/mode': null } } })
  expect(await selector(cluster)).toEqual({ [off]: 'true' })
  expect(await shown(cluster, 'Degraded')).toMatchObject({ status: 'False' })

  await cluster.does(user => user.delete(ref))
  await cluster.rest()
  expect(await shown(cluster, 'Degraded')).toMatchObject({ status: 'True', reason: 'ResourceNotFound' })
})

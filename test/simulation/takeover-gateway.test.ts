/** A cluster in which the predecessor has installed Calico with Envoy Gateway is taken over as it is: nothing is written but what differs on purpose, and no Job runs again. */
import { expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import { ground } from '../../src/cli/ground.ts'
import { Offline, operatorUser } from '../../src/cli/offline.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import { makeAgain, predecessorIn } from './predecessor.ts'

const start = Date.parse('2026-11-21T12:00:00Z')
const space = 'tigera-gateway'
const apiVersion = 'operator.tigera.io/v1'
const webhookConfiguration: ObjectRef = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  name: `envoy-gateway-topology-injector.${space}`,
}
const job: ObjectRef = { apiVersion: 'batch/v1', kind: 'Job', namespace: space, name: 'tigera-gateway-api-gateway-helm-certgen' }

const ref = (kind: string): ObjectRef => ({ apiVersion, kind, name: 'default' })
const resource = (kind: string, spec: object = {}): KubeObject => ({ ...{ spec }, apiVersion, kind, metadata: { name: 'default' } })

const gatewayClasses = [
  { name: 'tigera-gateway-class' },
  { name: 'on-nodes', gatewayKind: 'DaemonSet', gatewayService: { spec: { loadBalancerClass: 'example.com/mine' } } },
  { name: 'mine', envoyProxyRef: { namespace: 'default', name: 'mine' } },
]
const proxy: KubeObject = {
  ...{ spec: { logging: { level: { default: 'info' } } } },
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  metadata: { name: 'mine', namespace: 'default' },
}
const wishes = [resource('Installation', { kubeletVolumePluginPath: 'None' }), resource('APIServer')]

/** A name of its own in chance for each: what is made in one must have no uid of another. */
const cluster = (seed: number, from?: Snapshot) => new Offline({ keys: knownKeys(), start, seed, from })

async function laid(): Promise<Snapshot> {
  const empty = cluster(1)
  await empty.furnish(ground('v3'))
  await empty.addNodes([{ count: 3 }])
  await empty.furnish(wishes)
  const snapshot = empty.sandbox.snapshot()
  empty.close()
  return snapshot
}

/** What we make of it. */
async function made(from: Snapshot): Promise<Snapshot> {
  const ours = cluster(2, from)
  await ours.furnish([resource('GatewayAPI', { gatewayClasses })])
  await ours.start({ systemRoots: '' })
  await ours.time.pass(5_000)
  await ours.furnish([proxy])
  await ours.rest()
  const snapshot = ours.sandbox.snapshot()
  ours.close()
  return snapshot
}

/** The Job has run, and is gone. */
async function certified(theirs: Offline): Promise<void> {
  const caBundle = 'eA=='
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'envoy-gateway', namespace: space }, data: { 'tls.crt': caBundle } }
  await theirs.does(async user => {
    await user.create(secret)
    const [found] = (await user.list(webhookConfiguration.apiVersion, 'mutatingwebhookconfigurations')) as (KubeObject & {
      webhooks?: { clientConfig: object }[]
    })[]
    const webhooks = found?.webhooks?.map(webhook => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } }))
    await user.mergePatch(webhookConfiguration, { webhooks })
    await user.delete(job)
  })
}

test('classes of the user and the usual one stay as they are, and so does everything else', async () => {
  const before = await laid()
  const end = await made(before)
  const theirs = cluster(3, before)
  await theirs.furnish([resource('GatewayAPI', { gatewayClasses })])
  const { status } = end.store.collections.get('installations.operator.tigera.io')!.objects.get('default') as Installation
  const finalizers = ['tigera.io/operator-cleanup', ...['installation', 'gatewayapi'].map(name => `operator.tigera.io/${name}-controller`)]
  const written = new Map([
    [ref('Installation'), { metadata: { finalizers }, spec: status?.computed ?? {} }],
    [ref('GatewayAPI'), { spec: { crdManagement: 'Reconcile' } }],
  ])
  await makeAgain(theirs, end, written)
  await theirs.does(() => predecessorIn(theirs).create(proxy))
  await certified(theirs)
  await theirs.time.pass(60_000)

  const counted = theirs.sandbox.requests.all.length
  await theirs.start({ systemRoots: '' })
  await theirs.rest()
  const writes = theirs.sandbox.requests.all
    .slice(counted)
    .filter(({ user, verb, subresource }) => user === operatorUser && !subresource && !['get', 'list', 'watch'].includes(verb))
  const guarded = ['serviceaccounts', 'clusterroles', 'clusterrolebindings'].flatMap(kind => [
    `${kind} calico-cni-plugin`,
    `${kind} calico-node`,
  ])
  expect(writes.map(({ resource, name }) => `${resource} ${name}`).toSorted()).toEqual(guarded.toSorted())
  const told = JSON.stringify(await theirs.does(user => user.list(apiVersion, 'tigerastatuses')))
  expect(told).not.toContain('"type":"Degraded","status":"True"')
  theirs.close()
})

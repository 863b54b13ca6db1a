import { describe, expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import { type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Controller, Outcome } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { apiServer } from './apiserver.ts'
import { goldmane } from './goldmane.ts'
import { guardian } from './guardian.ts'
import type { Surroundings } from './surroundings.ts'
import { whisker } from './whisker.ts'

/** A cluster in which all is well, to take from and to change. */
const cluster = recordedClusters().get('guardian-connected')!

const named =
  (kind: string, name: string) =>
  ({ kind: its, metadata }: KubeObject): boolean =>
    its === kind && metadata.name === name
const without = (...gone: ((object: KubeObject) => boolean)[]) => cluster.filter(object => !gone.some(is => is(object)))
const changed = (is: (object: KubeObject) => boolean, change: object) =>
  cluster.map(object => (is(object) ? ({ ...object, ...change } as KubeObject) : object))

type Result = Outcome | 'nothing' | { invalid: Problem[] } | { waiting: Problem[] }

type Make = (surroundings: Surroundings) => Controller
const components = { apiServer, goldmane, guardian, whisker } as unknown as Record<'apiServer' | 'goldmane' | 'guardian' | 'whisker', Make>

async function run(make: Make, objects: readonly KubeObject[], { serves = true } = {}): Promise<Result> {
  const { reader, surroundings } = surroundingsOf(objects)
  if (!serves) reader.serves = async () => false
  const controller = make(surroundings)
  const found = await controller.read(reader)
  if (found === undefined) return 'nothing'
  try {
    return controller.desired(found)
  } catch (error) {
    if (error instanceof Invalid) return { invalid: error.problems }
    if (error instanceof Waiting) return { waiting: error.problems }
    throw error
  }
}

const flows = (objects: readonly KubeObject[]) => run(components.goldmane, objects)
const servers = (objects: readonly KubeObject[]) => run(components.apiServer, objects)
const tunnels = (objects: readonly KubeObject[]) => run(components.guardian, objects)
const pages = (objects: readonly KubeObject[]) => run(components.whisker, objects)

const messages = (result: Result) =>
  typeof result === 'object' && ('invalid' in result || 'waiting' in result)
    ? Object.values(result).flatMap((problems: Problem[]) => problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)))
    : result
const wanted = (result: Result) =>
  typeof result === 'object' && 'objects' in result ? (result.objects ?? []).map(one => ('kind' in one ? one : one.object)) : []
const removed = (result: Result): ObjectRef[] =>
  typeof result === 'object' && 'remove' in result ? (result.remove ?? []).map(one => ('ref' in one ? one.ref : one)) : []

const going = (object: KubeObject): KubeObject =>
  kinds.has(object.kind) ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } } : object
const kinds = new Set(['APIServer', 'Goldmane', 'ManagementClusterConnection'])

describe.each(Object.entries(components).filter(([name]) => name !== 'whisker'))('%s', (_, make) => {
  test('is asked for by its resource, and needs an Installation', async () => {
    expect(wanted(await run(make, cluster))).not.toEqual([])
    expect(wanted(await run(make, without(named('Installation', 'default'))))).toEqual([])
  })

  test('gets nothing anew while its resource goes', async () => {
    expect(await run(make, cluster.map(going))).toBe('nothing')
  })

  test('waits for an Installation that has been valid, and for the namespace', async () => {
    const wrong = { spec: { calicoNetwork: { mtu: -1 } } }
    const installation = named('Installation', 'default')
    expect(messages(await run(make, changed(installation, { ...wrong, status: {} })))).toEqual([
      'Waiting for Installation Variant to be set',
    ])
    expect(await run(make, changed(installation, wrong))).toEqual(await run(make, cluster))
    const newer = { computed: { kubernetesProvider: 'Elsewhere', variant: 'Calico' } }
    expect(messages(await run(make, changed(installation, { ...wrong, status: newer })))).toEqual([
      'Waiting for Installation Variant to be set',
    ])
    expect(messages(await run(make, without(named('Namespace', 'calico-system'))))).toEqual([
      'Error creating / updating resource: namespaces "calico-system" not found',
    ])
  })
})

test('Goldmane and Whisker without an Installation are told to wait, with nothing wrong', async () => {
  const nobody = without(named('Installation', 'default'))
  const whisker: KubeObject = { apiVersion: 'operator.tigera.io/v1', kind: 'Whisker', metadata: { name: 'default', uid: 'w' } }
  expect(await flows(nobody)).toEqual({ awaited: ['Goldmane waits for an Installation named default'] })
  expect(await pages([...nobody, whisker])).toEqual({ awaited: ['Whisker waits for an Installation named default'] })
})

describe('what holds a component up', () => {
  const goldmaneIs = named('Goldmane', 'default')

  test('is told all at once, what is wrong before what is missing', async () => {
    const spec = { goldmaneDeployment: { spec: { minReadySeconds: -1, template: { spec: { nodeSelector: { 'a b': '' } } } } } }
    const objects = changed(goldmaneIs, { spec }).filter(object => !named('Namespace', 'calico-system')(object))
    expect(messages(await flows(objects))).toEqual([
      'spec.goldmaneDeployment.spec.minReadySeconds: it is -1',
      expect.stringMatching(/^spec\.goldmaneDeployment\.spec\.template\.spec\.nodeSelector: "a b" is no valid key/),
      'Error creating / updating resource: namespaces "calico-system" not found',
    ])
  })

  test('keeps no node waiting for the address of Goldmane where only a field of Goldmane is wrong', async () => {
    const result = (await flows(changed(goldmaneIs, { spec: { metricsPort: 99_999 } }))) as Outcome
    expect(wanted(result).map(({ kind, metadata }) => [kind, metadata.name])).toEqual([['Service', 'goldmane']])
    expect(result.problems?.map(({ path }) => path)).toEqual(['spec.metricsPort'])
    expect(result.keeps?.kinds?.map(({ kind }) => kind)).toContain('Deployment')
  })

  test('may be the authority that is not there yet', async () => {
    const gone = (object: KubeObject) => object.kind === 'Secret' && object.metadata.name === 'tigera-ca-private'
    expect(messages(await flows(without(gone)))).toEqual(['it does not exist yet; the controller of the Installation makes it'])
  })

  test('may be an ImageSet without its image', async () => {
    const set = { apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet', metadata: { name: 'calico-v3.32.1' }, spec: { images: [] } }
    expect(messages(await flows([...cluster, set as KubeObject]))).toEqual([
      'spec.images: ImageSet did not contain image calico/key-cert-provisioner',
      'spec.images: ImageSet did not contain image calico/goldmane',
    ])
  })

  test('is Goldmane, for Whisker', async () => {
    const asks: KubeObject = { apiVersion: 'operator.tigera.io/v1', kind: 'Whisker', metadata: { name: 'default', uid: 'w' } }
    expect(wanted(await pages([...cluster, asks])).map(({ kind }) => kind)).toContain('Deployment')
    expect(messages(await pages([...without(goldmaneIs), asks]))).toEqual([
      'Goldmane CR not present; Goldmane is pre requisite for Whisker',
    ])
  })

  test('is the Secret of the tunnel and what Calico says of itself, for Guardian', async () => {
    const objects = without(
      object => named('Secret', 'tigera-managed-cluster-connection')(object) && object.metadata.namespace === 'tigera-operator',
      named('ClusterInformation', 'default'),
    )
    expect(messages(await tunnels(objects))).toEqual([
      'Error retrieving the tunnel\'s certificates: Secret "tigera-managed-cluster-connection" not found',
      'Error querying clusterInformation: ClusterInformation.projectcalico.org "default" not found',
    ])
  })
})

describe('the API server', () => {
  const other: KubeObject = { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', metadata: { name: 'tigera-secure', uid: 'other' } }
  const isDefault = named('APIServer', 'default')

  test('is asked for under either name, but not under both', async () => {
    const owners = wanted(await servers([...without(isDefault), other])).map(({ metadata }) => metadata.ownerReferences?.[0]?.name)
    expect(new Set(owners)).toEqual(new Set(['tigera-secure']))
    expect(messages(await servers([...cluster, other]))).toEqual([
      'Duplicate configuration detected: there is another one, named tigera-secure',
    ])
  })

  const registration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: 'api.projectcalico.org',
  }
  const keys = (objects: KubeObject[]) => objects.map(object => keyOf(refOf(object)))

  test('has its webhooks asked only while the policy stands that lets the question in', async () => {
    const asked = await servers(cluster)
    expect([keys(wanted(asked)).includes(keyOf(registration)), removed(asked).map(keyOf).includes(keyOf(registration))]).toEqual([
      true,
      false,
    ])
    const mute = await servers(without(named('NetworkPolicy', 'calico-system.calico-webhooks')))
    expect([keys(wanted(mute)).includes(keyOf(registration)), removed(mute).map(keyOf).includes(keyOf(registration))]).toEqual([
      false,
      true,
    ])
  })

  test('takes the APIService away only while it points to a Service', async () => {
    const isService = named('APIService', 'v3.projectcalico.org')
    const taken = async (objects: readonly KubeObject[]) => removed(await servers(objects)).some(({ kind }) => kind === 'APIService')
    expect(await taken(cluster)).toBe(false)
    const elsewhere = changed(isService, {
      spec: { group: 'projectcalico.org', version: 'v3', service: { name: 'calico-api', namespace: 'calico-system' } },
    })
    expect(await taken(elsewhere)).toBe(true)
  })
})

test('while nobody serves policies, Goldmane runs and says what it lacks, and no way into the cluster is opened', async () => {
  const result = await run(components.goldmane, cluster, { serves: false })
  expect(wanted(result).map(({ kind }) => kind)).toContain('Deployment')
  expect((result as Outcome).problems).toMatchObject([{ reason: 'ResourceUpdateError', object: { kind: 'NetworkPolicy' } }])
  expect(messages(await run(components.guardian, cluster, { serves: false }))).toEqual([expect.stringContaining('nobody serves policies')])
})

test('policies that were made while somebody served them count on, for calico-node reads them without anybody', async () => {
  const stored = (kind: string, metadata: KubeObject['metadata']): KubeObject => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind,
    metadata,
  })
  const policy = (name: string) => stored('NetworkPolicy', { name, namespace: 'calico-system' })
  const since = [...cluster, stored('ClusterInformation', { name: 'default' }), policy('calico-system.goldmane')]
  expect(await run(components.goldmane, since, { serves: false })).toMatchObject({ problems: [] })
  expect(messages(await run(components.guardian, since, { serves: false }))).toEqual([expect.stringContaining('nobody serves policies')])
  const guarded = await run(components.guardian, [...since, policy('calico-system.guardian-access')], { serves: false })
  expect(wanted(guarded).map(({ kind }) => kind)).toContain('Deployment')
})

/** src/kube against a real API server: what it relies on, and what it promises. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { v3Kinds } from '../../api/index.ts'
import { Tier } from '../../api/v3/index.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { Applier } from '../../src/kube/apply.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { Cache } from '../../src/kube/cache.ts'
import { Client } from '../../src/kube/client.ts'
import { seeded, systemClock } from '../../src/kube/clock.ts'
import { Discovery } from '../../src/kube/discovery.ts'
import { entryOf, fieldSet } from '../../src/kube/fieldset.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import { ConfigMap, CustomResourceDefinition, DaemonSet, Lease as LeaseKind } from '../../src/kube/kinds.ts'
import { Lease } from '../../src/kube/lease.ts'
import { type KubeObject, describe as nameOf, refOf } from '../../src/kube/objects.ts'
import { kinds, schemaOf, wantedObjects } from '../need-a-write/objects.ts'
import { eventually } from './eventually.ts'

const manager = 'calico-operator'

describe.runIf(available())('on a real API server', () => {
  let plane: ControlPlane
  const closing: (() => unknown)[] = []
  const clock = systemClock
  const random = seeded(1)

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false })
    const client = clientOf('test')
    for (const kind of v3Kinds) await client.apply(kind.crd(), { force: true })
    for (const kind of v3Kinds)
      await eventually(
        () => client.list(kind).catch(() => undefined),
        list => list !== undefined,
      )
  })
  afterAll(async () => {
    for (const close of closing.reverse()) await close()
    await plane?.close()
  })

  function clientOf(fieldManager: string): Client {
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('operator'), env: {}, clock })
    const transport = new HttpTransport({ credentials, userAgent: `${fieldManager}/test` })
    closing.push(() => transport.close())
    return new Client({ transport, clock, random, fieldManager, kinds: kinds() })
  }

  function cacheOf(client: Client): Cache {
    const cache = new Cache({ client, clock, random, managers: [manager, 'operator'] })
    closing.push(() => cache.close())
    return cache
  }

  async function applierFor(objects: KubeObject[]) {
    const client = clientOf(manager)
    const cache = cacheOf(client)
    await Promise.all(objects.map(object => cache.view(client.kindOf(object)).settled()))
    return { client, cache, applier: new Applier({ client, cache, schemas: schemaOf, manager, predecessors: ['operator'], clock }) }
  }

  test('one request per kind brings all that is there, and every write of ours is one event, never an older one', async () => {
    const client = clientOf(manager)
    const cache = cacheOf(client)
    const view = cache.view(ConfigMap, { namespace: 'default' })
    await view.settled()
    const seen: { name: string; version: bigint; how: string }[] = []
    cache.subscribe(({ kind, type, object }) => {
      if (kind === ConfigMap && object)
        seen.push({ name: object.metadata.name, version: BigInt(object.metadata.resourceVersion ?? 0), how: type })
    })
    const object = (name: string, i: number): KubeObject => ({ ...configMap(name), data: { i: String(i) } }) as KubeObject
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(async name => {
        for (let i = 0; i < 40; i++) cache.observed(await client.apply(object(name, i), { force: true }))
      }),
    )
    await eventually(
      async () => seen.length,
      length => length >= 160,
    )
    expect(seen).toHaveLength(160)
    for (const name of ['a', 'b', 'c', 'd']) {
      const versions = seen.filter(event => event.name === name).map(({ version }) => version)
      expect(versions).toEqual([...versions].sort((a, b) => Number(a - b)))
      expect(new Set(versions).size).toBe(40)
    }
    // Applied again, nothing changes, and nobody is told.
    await client.apply(object('a', 39), { force: true })
    await client.delete(refOf(object('d', 0)))
    await eventually(
      async () => view.get('d'),
      found => found === undefined,
    )
    expect(seen.slice(160).map(({ name, how }) => `${how} ${name}`)).toEqual(['deleted d'])
  })

  test('a whole cluster is applied with one write per object, and a second time with none', async () => {
    const objects = wantedObjects({ scenario: 'default-v3crd', writer: 'go-operator' })
    const { applier } = await applierFor(objects)
    const first = await inOrder(objects, object => applier.apply(object))
    expect(first.filter(({ wrote }) => wrote === 'created').length).toBeGreaterThanOrEqual(objects.length - 1)
    const second = await inOrder(objects, object => applier.apply(object))
    expect(second.filter(({ wrote }) => wrote).map(({ object, difference }) => `${nameOf(refOf(object))} ${difference?.path}`)).toEqual([])
  })

  test("a predecessor's cluster is taken over without a write, then object by object with the first change, and no pod template changes", async () => {
    const objects = wantedObjects({ scenario: 'vxlan-dualstack-nobgp', writer: 'go-operator' })
    const predecessor = clientOf('operator')
    const renamed = objects.map(inOtherPlaces)
    for (const object of renamed) await predecessor.create(object)
    const { applier, client, cache } = await applierFor(renamed)
    expect((await inOrder(renamed, object => applier.apply(object))).filter(({ wrote }) => wrote)).toEqual([])
    for (const object of renamed) {
      const before = await client.get(client.kindOf(object), object.metadata.name, object.metadata.namespace)
      const more = { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, more: 'x' } } }
      const { wrote, object: after } = await applier.apply(more)
      expect(wrote, nameOf(refOf(object))).toBe('changed')
      expect(after.metadata.generation, nameOf(refOf(object))).toBe(before.metadata.generation)
      expect(entryOf(after, { manager: 'operator', operation: 'Update' })).toBeUndefined()
      expect(entryOf(after, { manager, operation: 'Apply' })?.fieldsV1).toEqual(fieldSet(more, schemaOf(object.apiVersion, object.kind)))
      const lessAgain = await applier.apply(object)
      expect(lessAgain.object.metadata.labels ?? {}).not.toHaveProperty('more')
    }
    expect(cache.known(DaemonSet).every(({ metadata }) => metadata.generation === 1)).toBe(true)
  })

  test('what a predecessor had set and nobody wants any more goes in one request', async () => {
    const predecessor = clientOf('operator')
    const old = {
      ...configMap('fold'),
      metadata: { name: 'fold', namespace: 'default', labels: { a: '1', old: '1' }, finalizers: ['example.com/protector'] },
    } as KubeObject
    await predecessor.create(old)
    const wanted = { ...old, metadata: { ...old.metadata, labels: { a: '1' }, finalizers: undefined } } as KubeObject
    const { applier } = await applierFor([wanted])
    const { object } = await applier.apply(wanted)
    expect(object.metadata).toMatchObject({ labels: { a: '1' } })
    expect(object.metadata.finalizers).toBeUndefined()
    expect(object.metadata.managedFields?.map(({ manager: by, operation }) => `${by} ${operation}`)).toEqual(['calico-operator Apply'])
    expect((await applier.apply(wanted)).wrote).toBe(false)
  })

  test('a kind that comes to be served is looked at within seconds', async () => {
    const client = clientOf(manager)
    const cache = cacheOf(client)
    new Discovery({ client, cache })
    await client.delete({ ...CustomResourceDefinition, name: 'tiers.projectcalico.org' })
    const view = cache.view(Tier)
    await view.settled()
    await eventually(
      async () => view.state,
      state => state === 'absent',
    )
    await client.apply(Tier.crd(), { force: true })
    await eventually(
      async () => view.state,
      state => state === 'synced',
    )
  }, 60_000)

  test('leadership goes from one to the other when it is given up', async () => {
    const lease = (identity: string) =>
      new Lease({
        client: clientOf(identity),
        clock,
        random,
        namespace: 'default',
        identity,
        times: { lasts: 4000, deadline: 3000, retry: 200 },
      })
    const [first, second] = [lease('first'), lease('second')]
    await first.acquire()
    const won = second.acquire()
    await first.stop()
    await won
    const { spec } = await clientOf('test').get(LeaseKind, 'operator-lock', 'default')
    expect(spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 })
    await second.stop()
  })
})

const configMap = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })

/** Namespaces first, one after another; the rest eight at a time. */
async function inOrder<T>(objects: KubeObject[], work: (object: KubeObject) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace')
  for (const object of namespaces) results.push(await work(object))
  const rest = objects.filter(({ kind }) => kind !== 'Namespace')
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let object = rest.shift(); object; object = rest.shift()) results.push(await work(object))
    }),
  )
  return results
}

/** The same object under another name or in another namespace, so that it does not meet one that is there. */
function inOtherPlaces(object: KubeObject): KubeObject {
  const { name, namespace } = object.metadata
  const moved = namespace === undefined ? { name: `${name}-2` } : { namespace: `${namespace}-2` }
  return structuredClone({ ...object, metadata: { ...object.metadata, ...moved } })
}

import { expect, test } from 'vitest'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Applier, type ApplyNews } from './apply.ts'
import { Cache } from './cache.ts'
import { Client } from './client.ts'
import { seeded } from './clock.ts'
import { entryOf } from './fieldset.ts'
import { ClusterRoleBinding, ConfigMap, Deployment, Node, Secret, Service, ServiceAccount } from './kinds.ts'
import type { Kind, KubeObject } from './objects.ts'
import { refOf } from './objects.ts'
import { builtinSchema } from './schema.ts'
import type { Request, Transport } from './transport.ts'

const manager = 'calico-operator'
const predecessors = ['operator']

/** A cluster, an applier on it with the kinds' views open, and others who write there. */
async function bed(...kinds: Kind[]) {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const asked: Request[] = []
  const transport = recording(sandbox.transport(), asked)
  const clientOf = (fieldManager: string, by: Transport = sandbox.transport()) =>
    new Client({ transport: by, clock: time.clock, random: seeded(2), fieldManager })
  const client = clientOf(manager, transport)
  const cache = new Cache({ client, clock: time.clock, random: seeded(3), managers: [manager, ...predecessors] })
  const news: ApplyNews[] = []
  const applier = new Applier({
    client,
    cache,
    schemas: builtinSchema,
    manager,
    predecessors,
    clock: time.clock,
    report: item => news.push(item),
  })
  await Promise.all(kinds.map(kind => cache.view(kind).settled()))
  const settle = () => time.run(undefined, 0)
  const writes = () => asked.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)
  return {
    time,
    sandbox,
    client,
    cache,
    applier,
    news,
    asked,
    settle,
    writes,
    clientOf,
    live: (kind: Kind, name: string) => client.get(kind, name, kind.namespaced ? 'default' : undefined),
  }
}

const recording = (inner: Transport, asked: Request[]): Transport => ({
  request(request) {
    asked.push(request)
    return inner.request(request)
  },
  watch: request => inner.watch(request),
  close: () => inner.close(),
})

const object = <T extends KubeObject>(kind: Kind<T>, content: object, metadata: object = {}) =>
  ({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'x', ...(kind.namespaced && { namespace: 'default' }), ...metadata },
    ...content,
  }) as unknown as T
const configMap = (data: Record<string, string>, metadata: object = {}) => object(ConfigMap, { data }, metadata)
const deployment = (container: object, spec: object = {}) =>
  object(Deployment, {
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i:1', ...container }], ...spec } },
    },
  })

test('what is not there is created, what is equal is left alone, what differs is changed', async () => {
  const { applier, writes } = await bed(ConfigMap)
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe('created')
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(false)
  const { wrote, difference, object: answer } = await applier.apply(configMap({ a: '2' }))
  expect([wrote, difference?.path, (answer as ConfigMap).data]).toEqual(['changed', 'data.a', { a: '2' }])
  expect((await applier.apply(configMap({}))).object).not.toHaveProperty('data')
  expect(writes()).toEqual(['PATCH x', 'PATCH x', 'PATCH x'])
})

test('an answer is known at once: a second apply right after the first asks nothing', async () => {
  const { applier, asked } = await bed(ConfigMap)
  await applier.apply(configMap({ a: '1' }))
  const before = asked.length
  await applier.apply(configMap({ a: '1' }))
  expect(asked.length).toBe(before)
})

test('without a view in step the object itself is asked for', async () => {
  const { applier, asked } = await bed()
  await applier.apply(configMap({ a: '1' }))
  await applier.apply(configMap({ a: '1' }))
  expect(asked.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET'])
})

test('one write of an object at a time, in the order asked for', async () => {
  const { applier, writes, live } = await bed(ConfigMap)
  const all = await Promise.all(['1', '2', '2', '3'].map(a => applier.apply(configMap({ a }))))
  expect(all.map(({ wrote }) => wrote)).toEqual(['created', 'changed', false, 'changed'])
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: '3' } })
  expect(writes()).toHaveLength(3)
})

test('a failed write does not hold up the next', async () => {
  const { applier } = await bed(ConfigMap)
  const [bad, good] = await Promise.allSettled([applier.apply(configMap({ 'no such key!': '1' })), applier.apply(configMap({ a: '1' }))])
  expect([bad!.status, good!.status]).toEqual(['rejected', 'fulfilled'])
})

test('what others have set beside ours stays, what they set otherwise is taken and told', async () => {
  const { applier, clientOf, news, settle, live } = await bed(ConfigMap)
  await applier.apply(configMap({ a: '1' }))
  await clientOf('kubectl').apply(configMap({ a: '9', b: '2' }), { force: true })
  await settle()
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe('changed')
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: '1', b: '2' } })
  expect(news).toMatchObject([{ what: 'taken', message: 'ConfigMap default/x: data.a: set otherwise by field manager kubectl' }])
})

test('an object that asks for it is not written', async () => {
  const { applier, clientOf, news, settle, writes } = await bed(ConfigMap)
  await clientOf('kubectl').create(configMap({ a: '9' }, { annotations: { 'unsupported.operator.tigera.io/ignore': 'true' } }))
  await settle()
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(false)
  expect(await applier.remove(refOf(configMap({})))).toBe(false)
  expect(writes()).toEqual([])
  expect(news.map(({ what }) => what)).toEqual(['left alone', 'left alone'])
})

test('what is only to be there is made once, and then left alone', async () => {
  const { applier, clientOf, settle, live } = await bed(ConfigMap)
  expect((await applier.apply(configMap({ a: '1' }), { createOnly: true })).wrote).toBe('created')
  await clientOf('kubectl').mergePatch(refOf(configMap({})), { data: { a: '2' } })
  await settle()
  expect((await applier.apply(configMap({ a: '1' }), { createOnly: true })).wrote).toBe(false)
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: '2' } })
})

test('defaults count only where nobody else has set something', async () => {
  const { applier, clientOf, settle, live } = await bed(ConfigMap)
  await clientOf('kubectl').create(configMap({ theirs: 'kept', same: '1' }))
  await settle()
  const wish = (ours: string) => applier.apply(configMap({ enforced: '1' }), { defaults: { data: { theirs: 'no', same: '1', ours } } })
  await wish('1')
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { theirs: 'kept', same: '1', enforced: '1', ours: '1' } })
  // It is ours, so that we may change our mind …
  await wish('2')
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { ours: '2' } })
  // … until somebody else decides.
  await clientOf('kubectl').mergePatch(refOf(configMap({})), { data: { ours: 'theirs now' } })
  await settle()
  expect((await wish('2')).wrote).toBe(false)
  expect((await wish('3')).wrote).toBe(false)
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { ours: 'theirs now', enforced: '1' } })
})

test('a part of an object that has gone is not made into an object of its own', async () => {
  const { applier, client, settle, writes } = await bed(Node)
  const { metadata } = await client.create(object(Node, {}))
  const part = object(Node, {}, { uid: metadata.uid, labels: { a: 'b' } })
  await settle()
  expect((await applier.apply(part, { part: true })).wrote).toBe('changed')
  await client.delete(refOf(part))
  expect(
    (await applier
      .apply({ ...part, metadata: { ...part.metadata, labels: { a: 'c' } } }, { part: true })
      .catch((error: { status: number }) => error.status)) as unknown,
  ).toMatchObject({ wrote: false })
  expect(writes().slice(-1)).toEqual(['DELETE x'])
})

test('a status is written through its own path, and compared by itself', async () => {
  const { applier, client, asked, settle } = await bed(Deployment)
  await client.create(deployment({}))
  await settle()
  const status = { ...object(Deployment, { status: { conditions: [{ type: 'Mine', status: 'True' }] } }) }
  expect((await applier.apply(status, { subresource: 'status' })).wrote).toBe('changed')
  expect((await applier.apply(status, { subresource: 'status' })).wrote).toBe(false)
  expect(asked.at(-1)?.path).toMatch(/deployments\/x\/status$/)
})

test('lists whose order means nothing keep the order they have', async () => {
  const { applier, live } = await bed(Deployment)
  const volume = (name: string) => ({ name, emptyDir: {} })
  const env = (name: string, value = '1') => ({ name, value })
  await applier.apply(deployment({ env: [env('A'), env('B')] }, { volumes: [volume('a'), volume('b')] }))
  expect((await applier.apply(deployment({ env: [env('B'), env('A')] }, { volumes: [volume('b'), volume('a')] }))).wrote).toBe(false)
  await applier.apply(deployment({ env: [env('B'), env('C'), env('A')] }, { volumes: [volume('a'), volume('b')] }))
  const names = async () => ((await live(Deployment, 'x')) as Deployment).spec!.template.spec!.containers[0]!.env!.map(({ name }) => name)
  expect(await names()).toEqual(['A', 'C', 'B'])
  // A variable may refer to those before it, so here order is content.
  await applier.apply(deployment({ env: [env('B'), env('A', '$(B)')] }, { volumes: [volume('a'), volume('b')] }))
  expect(await names()).toEqual(['B', 'A'])
})

test('what a Service was given is never asked back', async () => {
  const { applier, live } = await bed(Service)
  const service = (spec: object) => object(Service, { spec: { ports: [{ port: 80 }], ...spec } })
  await applier.apply(service({}))
  const { clusterIP } = ((await live(Service, 'x')) as Service).spec!
  expect((await applier.apply(service({ clusterIP: '', clusterIPs: [], sessionAffinity: 'ClientIP' }))).wrote).toBe('changed')
  expect((await live(Service, 'x')) as Service).toMatchObject({ spec: { clusterIP, sessionAffinity: 'ClientIP' } })
})

test('a binding to another role is deleted and made anew; so is a Secret of another type', async () => {
  const { applier, writes, news, live } = await bed(ClusterRoleBinding, Secret)
  const binding = (name: string) =>
    object(ClusterRoleBinding, { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }, subjects: [] })
  await applier.apply(binding('a'))
  await applier.apply(binding('b'))
  expect(await live(ClusterRoleBinding, 'x')).toMatchObject({ roleRef: { name: 'b' } })
  await applier.apply(object(Secret, { type: 'Opaque', data: { a: 'eA==' } }))
  await applier.apply(object(Secret, { type: 'example.com/b', data: { a: 'eA==' } }))
  expect(writes()).toEqual(['PATCH x', 'DELETE x', 'PATCH x', 'PATCH x', 'DELETE x', 'PATCH x'])
  expect(news.map(({ what }) => what)).toEqual(['replaced', 'replaced'])
})

test('any other field that cannot be changed is refused, with what to do', async () => {
  const { applier } = await bed(Deployment)
  await applier.apply(deployment({}))
  const other = deployment({})
  other.spec!.selector = { matchLabels: { app: 'y' } }
  other.spec!.template.metadata!.labels = { app: 'y' }
  await expect(applier.apply(other)).rejects.toThrow(
    'spec.selector cannot be changed on an existing Deployment. Delete it, and it is made anew: kubectl delete deployment -n default x',
  )
})

test("a predecessor's equal object is left alone; with the first change its fields become ours", async () => {
  const { applier, clientOf, settle, writes, live } = await bed(Deployment)
  const env = (name: string) => ({ name, value: '1' })
  await clientOf('operator').create(deployment({ env: [env('OLD'), env('A')] }))
  await settle()
  expect((await applier.apply(deployment({ env: [env('OLD'), env('A')] }))).wrote).toBe(false)
  expect(writes()).toEqual([])
  const { generation } = (await live(Deployment, 'x')).metadata
  expect((await applier.apply(deployment({ image: 'i:2', env: [env('A')] }))).wrote).toBe('changed')
  const after = (await live(Deployment, 'x')) as Deployment
  expect(after.spec?.template.spec?.containers[0]).toMatchObject({ image: 'i:2', env: [env('A')], imagePullPolicy: 'IfNotPresent' })
  expect(after.metadata.managedFields?.map(({ manager: by, operation }) => `${by} ${operation}`)).toEqual(['calico-operator Apply'])
  expect(after.metadata.generation).toBe((generation ?? 0) + 1)
  expect(writes()).toEqual(['PATCH x', 'PATCH x'])
})

test('when things only have to go, one request does it all', async () => {
  const { applier, clientOf, settle, writes, live } = await bed(ServiceAccount)
  const account = (more: object) => object(ServiceAccount, {}, { labels: { app: 'x' }, ...more })
  await clientOf('operator').create(account({ labels: { app: 'x', old: 'y' }, finalizers: ['example.com/protector', 'example.com/other'] }))
  await settle()
  expect((await applier.apply(account({ finalizers: ['example.com/other'] }))).wrote).toBe('changed')
  expect(writes()).toEqual(['PATCH x'])
  const after = await live(ServiceAccount, 'x')
  expect(after.metadata).toMatchObject({ labels: { app: 'x' }, finalizers: ['example.com/other'] })
  expect(entryOf(after, { manager, operation: 'Apply' })?.fieldsV1).toEqual({
    'f:metadata': { 'f:finalizers': { 'v:"example.com/other"': {} }, 'f:labels': { 'f:app': {} } },
  })
  expect((await applier.apply(account({ finalizers: ['example.com/other'] }))).wrote).toBe(false)
})

test('what somebody else wants too stays when it goes from ours', async () => {
  const { applier, clientOf, settle, live } = await bed(ServiceAccount)
  await clientOf('operator').create(object(ServiceAccount, {}, { labels: { a: '1', b: '1' } }))
  await clientOf('kubectl').apply(object(ServiceAccount, {}, { labels: { b: '1' } }))
  await settle()
  await applier.apply(object(ServiceAccount, {}))
  expect((await live(ServiceAccount, 'x')).metadata.labels).toEqual({ b: '1' })
})

test('an object that changed between reading and taking over is read anew', async () => {
  const { applier, clientOf, live } = await bed(ServiceAccount)
  await clientOf('operator').create(object(ServiceAccount, {}, { labels: { old: 'y' } }))
  // The event has not come yet when the apply begins.
  await clientOf('kubectl').mergePatch(refOf(object(ServiceAccount, {})), { metadata: { annotations: { a: 'b' } } })
  await applier.apply(object(ServiceAccount, {}, { labels: { new: 'z' } }))
  expect((await live(ServiceAccount, 'x')).metadata).toMatchObject({ labels: { new: 'z' }, annotations: { a: 'b' } })
})

test('a field that somebody keeps changing back is left alone after a while, and tried again later', async () => {
  const { applier, clientOf, settle, time, live } = await bed(ConfigMap)
  const rival = clientOf('rival')
  let contested: unknown
  for (let times = 0; times < 12 && !contested; times++) {
    await applier.apply(configMap({ a: '1' })).catch(error => {
      contested = error
    })
    await rival.mergePatch(refOf(configMap({})), { data: { a: '2' } })
    await settle()
  }
  expect(String(contested)).toBe(
    'Contested: ConfigMap default/x data.a: field manager rival has changed it back 5 times within 10 minutes; left as it is for now',
  )
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: '2' } })
  // Another wish is another matter.
  expect((await applier.apply(configMap({ a: '3' }))).wrote).toBe('changed')
  await time.pass(600_000)
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe('changed')
})

test('what the server does not keep is written twice at most, and again only after something has changed', async () => {
  const { time, sandbox, cache, clientOf, settle } = await bed(ConfigMap)
  const asked: Request[] = []
  // As a mutating webhook may be.
  const stubborn: Transport = {
    ...recording(sandbox.transport(), asked),
    request(request) {
      asked.push(request)
      const body = structuredClone(request.body) as { data?: Record<string, string> } | undefined
      if (body?.data) delete body.data.b
      return sandbox.transport().request({ ...request, body })
    },
  }
  const client = clientOf(manager, stubborn)
  const applier = new Applier({ client, cache, schemas: builtinSchema, manager, predecessors, clock: time.clock })
  const wish = configMap({ a: '1', b: '2' })
  const message = 'ConfigMap default/x data.b: the server does not keep what is applied (missing); not written again before it changes'
  await expect(applier.apply(wish)).rejects.toThrow(message)
  await expect(applier.apply(wish)).rejects.toThrow(message)
  expect(asked).toHaveLength(2)
  await clientOf('kubectl').mergePatch(refOf(wish), { data: { c: '3' } })
  await settle()
  await expect(applier.apply(wish)).rejects.toThrow(message)
  expect(asked).toHaveLength(4)
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(false)
})

test('deleting says whether there was anything to delete, and what was deleted is known at once', async () => {
  const { applier, cache, writes } = await bed(ConfigMap)
  const ref = refOf(configMap({}))
  expect(await applier.remove(ref)).toBe(false)
  const { object: made } = await applier.apply(configMap({ a: '1' }))
  expect(await applier.remove(ref, { uid: 'another' })).toBe(false)
  expect(await applier.remove(ref, { uid: made.metadata.uid })).toBe(true)
  expect(cache.find(ref)).toEqual({ known: true, object: undefined })
  expect(await applier.remove(ref)).toBe(false)
  expect(writes()).toEqual(['PATCH x', 'DELETE x'])
})

test('an object held by a finalizer is deleted once, and is known to be going', async () => {
  const { applier, cache, writes } = await bed(ConfigMap)
  await applier.apply(configMap({}, { finalizers: ['example.com/held'] }))
  const ref = refOf(configMap({}))
  expect(await applier.remove(ref)).toBe(true)
  expect(cache.find(ref).object?.metadata.deletionTimestamp).toBeDefined()
  expect(await applier.remove(ref)).toBe(false)
  expect(writes()).toEqual(['PATCH x', 'DELETE x'])
})

import { expect, test } from 'vitest'
import { bed, configMap, deployment, object } from '../../test/applying.ts'
import { ClusterRoleBinding, ConfigMap, Deployment, Node, Secret, Service } from './kinds.ts'
import { refOf } from './objects.ts'

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

test('what was found equal is compared again when the object, the wish or its options have changed', async () => {
  const { applier, clientOf, settle, live } = await bed(ConfigMap)
  const wish = configMap({ a: '1' })
  const wrote = async (...wished: Parameters<typeof applier.apply>) => (await applier.apply(...wished)).wrote
  expect([await wrote(wish), await wrote(wish), await wrote(wish)]).toEqual(['created', false, false])
  await clientOf('kubectl').apply(configMap({ a: '9' }), { force: true })
  await settle()
  expect([await wrote(wish), await wrote(wish)]).toEqual(['changed', false])
  expect([await wrote(configMap({ a: '2' })), await wrote(wish), await wrote(wish)]).toEqual(['changed', 'changed', false])
  expect([await wrote(wish, { defaults: { data: { b: '3' } } }), await wrote(wish)]).toEqual(['changed', 'changed'])
  expect(await live(ConfigMap, 'x')).toHaveProperty('data', { a: '1' })
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

test('an object that asks for it is not written, which is told whenever it begins to', async () => {
  const { applier, clientOf, news, settle, writes } = await bed(ConfigMap)
  const asks = (is: string) => ({ annotations: { 'unsupported.operator.tigera.io/ignore': is } })
  await clientOf('kubectl').create(configMap({ a: '9' }, asks('true')))
  await settle()
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(false)
  expect(await applier.remove(refOf(configMap({})))).toBe(false)
  expect((await applier.apply(configMap({ a: '2' }))).wrote).toBe(false)
  expect(writes()).toEqual([])
  expect(news.map(({ what }) => what)).toEqual(['left alone'])
  for (const [is, wrote] of [
    ['false', 'changed'],
    ['true', false],
  ] as const) {
    await clientOf('kubectl').mergePatch(refOf(configMap({})), { metadata: asks(is) })
    await settle()
    expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(wrote)
  }
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

test('of an object that others have made only the labels stay, and an item of theirs is not in the way', async () => {
  const { applier, clientOf, settle, live } = await bed(Service)
  const ports = ['a', 'b'].map((name, index) => ({ name, port: 80 + index, protocol: 'TCP' }))
  const nameless = { selector: { old: '1' }, ports: [{ port: 9, protocol: 'TCP' }] }
  await clientOf('kubectl').create(object(Service, { spec: nameless }, { labels: { team: 'net' } }))
  await settle()
  expect((await applier.apply(object(Service, { spec: { selector: { app: 'x' }, ports } }))).wrote).toBe('changed')
  const { metadata, spec } = (await live(Service, 'x')) as Service
  expect(metadata.labels).toEqual({ team: 'net' })
  expect([spec?.selector, spec?.ports]).toMatchObject([{ app: 'x' }, ports])
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

test('a Service becomes one without an address by being made anew, and is left alone as long as it has its own', async () => {
  const { applier, writes, live } = await bed(Service)
  const wish = (more: object = {}) =>
    object(Service, { spec: { selector: { app: 'x' }, ports: [{ name: 'a', port: 80, protocol: 'TCP' }], ...more } })
  await applier.apply(wish())
  expect((await applier.apply(wish())).wrote).toBe(false)
  await applier.apply(wish({ clusterIP: 'None' }))
  expect((await applier.apply(wish({ clusterIP: 'None' }))).wrote).toBe(false)
  expect(await live(Service, 'x')).toMatchObject({ spec: { clusterIP: 'None' } })
  expect(writes()).toEqual(['PATCH x', 'DELETE x', 'PATCH x'])
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

test('a Deployment may change its strategy, whoever had filled in what the old one needs', async () => {
  const { applier, live, clientOf, settle } = await bed(Deployment)
  const as = (strategy: object) => {
    const { spec, ...rest } = deployment({}) as Deployment
    return { ...rest, spec: { ...spec!, strategy } } as Deployment
  }
  const now = async () => ((await live(Deployment, 'x')) as Deployment).spec?.strategy
  const recreate = as({ type: 'Recreate' })
  for (const before of [{}, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } }]) {
    await applier.apply(as(before))
    expect(await now()).toHaveProperty('rollingUpdate')
    await applier.apply(recreate)
    expect(await now()).toEqual({ type: 'Recreate' })
    expect((await applier.apply(recreate)).wrote).toBe(false)
  }
  // Somebody who sets it himself is put right the same way.
  await clientOf('kubectl').mergePatch(refOf(recreate), { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3 } } } })
  await settle()
  await applier.apply(recreate)
  expect(await now()).toEqual({ type: 'Recreate' })
})

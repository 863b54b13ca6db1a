import { expect, test } from 'vitest'
import { bed, configMap, deployment, manager, object, predecessors, recording } from '../../test/applying.ts'
import { Applier } from './apply.ts'
import { entryOf } from './fieldset.ts'
import { ConfigMap, Deployment, ServiceAccount } from './kinds.ts'
import { type KubeObject, refOf } from './objects.ts'
import { builtinSchema } from './schema.ts'
import { fold } from './takeover.ts'
import type { Request, Transport } from './transport.ts'

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

test('the record keeps the version in which the server keeps the object', () => {
  const theirs = {
    manager: 'operator',
    operation: 'Update',
    apiVersion: 'kept/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
  } as const
  const live = { ...configMap({ a: '1' }), metadata: { name: 'x', namespace: 'default', resourceVersion: '1', managedFields: [theirs] } }
  const folded = fold(configMap({}), live as unknown as KubeObject, {
    schema: undefined,
    manager,
    predecessors: ['operator'],
    whole: true,
    contentDiffers: true,
  })
  expect(folded?.patch[1]).toMatchObject({ value: [{ manager, operation: 'Apply', apiVersion: 'kept/v1' }] })
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
  // And one by which it takes over what was added.
  expect(asked).toHaveLength(2 + 1 + 2)
  expect((await applier.apply(configMap({ a: '1' }))).wrote).toBe(false)
})

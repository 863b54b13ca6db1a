import { expect, test } from 'vitest'
import { configMap, refusal, ScriptedTransport } from '../../test/scripted.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Client, Kinds } from './client.ts'
import { seeded } from './clock.ts'
import { ApiError, isConflict, isForbidden, isNotFound, isPermanent, isTooMany } from './errors.ts'
import { ConfigMap, Deployment, Namespace } from './kinds.ts'

function clientOf(...[answer, watch]: ConstructorParameters<typeof ScriptedTransport>) {
  const time = new VirtualTime(0)
  const transport = new ScriptedTransport(answer, watch)
  const client = new Client({ transport, clock: time.clock, random: seeded(1), fieldManager: 'calico-operator' })
  return { client, transport, time }
}

test('paths name group, namespace, object and subresource', () => {
  const { client } = clientOf(() => ({}))
  expect(client.pathOf(ConfigMap)).toBe('/api/v1/configmaps')
  expect(client.pathOf(Deployment, { namespace: 'a', name: 'b', subresource: 'status' })).toBe(
    '/apis/apps/v1/namespaces/a/deployments/b/status',
  )
  expect(client.pathOf(Namespace, { namespace: 'ignored', name: 'a' })).toBe('/api/v1/namespaces/a')
})

test('a list is gathered page by page, and its items know their kind', async () => {
  const { client, transport } = clientOf(({ query }) => {
    const last = query?.continue === 'more'
    return { body: { metadata: { resourceVersion: '7', continue: last ? '' : 'more' }, items: [{ metadata: { name: last ? 'b' : 'a' } }] } }
  })
  const { items, resourceVersion } = await client.listAt(ConfigMap, { namespace: 'x' })
  expect(items).toEqual(['a', 'b'].map(name => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })))
  expect(resourceVersion).toBe('7')
  expect(transport.asked.map(({ query }) => query?.limit)).toEqual(['500', '500'])
})

test('no more is asked for than is wanted', async () => {
  const { client, transport } = clientOf(() => ({
    body: { metadata: { continue: 'more' }, items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] },
  }))
  expect(await client.list(ConfigMap, { limit: 2 })).toHaveLength(2)
  expect(transport.asked.map(({ query }) => query?.limit)).toEqual(['2'])
})

test('a list whose continuation has expired is begun again in one piece', async () => {
  const { client, transport } = clientOf(({ query }) => {
    if (query?.continue) return refusal(410, 'Expired')
    return { body: { metadata: query?.limit ? { continue: 'old' } : {}, items: [{ metadata: { name: 'a' } }] } }
  })
  expect(await client.list(ConfigMap)).toHaveLength(1)
  expect(transport.asked.map(({ query }) => [query?.limit, query?.continue])).toEqual([
    ['500', undefined],
    ['500', 'old'],
    [undefined, undefined],
  ])
})

test('asked to come back later, it does, after as long as it was told', async () => {
  const { client, transport, time } = clientOf((_, nth) =>
    nth === 0 ? { ...refusal(429, 'TooManyRequests'), headers: { 'retry-after': '3' } } : { body: configMap('a', 1) },
  )
  const answer = client.get(ConfigMap, 'a', 'default')
  await time.run(() => transport.asked.length === 2)
  expect(time.clock.now()).toBeGreaterThanOrEqual(3000)
  expect(time.clock.now()).toBeLessThan(4000)
  expect(await answer).toEqual(configMap('a', 1))
})

test('it does not come back for ever, nor after a 503 that does not ask for it', async () => {
  const busy = clientOf(() => refusal(429, 'TooManyRequests'))
  const answer = busy.client.get(ConfigMap, 'a', 'default').catch((error: unknown) => error)
  await busy.time.run()
  expect(isTooMany(await answer)).toBe(true)
  expect(busy.transport.asked).toHaveLength(6)
  const down = clientOf(() => refusal(503, 'ServiceUnavailable'))
  await expect(down.client.get(ConfigMap, 'a', 'default')).rejects.toBeInstanceOf(ApiError)
  expect(down.transport.asked).toHaveLength(1)
})

test('writes carry the field manager, and applies what they force', async () => {
  const { client, transport } = clientOf(() => ({}))
  const object = configMap('a', 1)
  await client.create(object)
  await client.apply(object, { force: true, dryRun: true })
  await client.replace(object, { subresource: 'status' })
  expect(transport.asked.map(({ method, path, query, contentType }) => ({ method, path, query, contentType }))).toEqual([
    { method: 'POST', path: '/api/v1/namespaces/default/configmaps', query: { fieldManager: 'calico-operator' } },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/default/configmaps/a',
      query: { fieldManager: 'calico-operator', dryRun: 'All', force: 'true' },
      contentType: 'application/apply-patch+yaml',
    },
    { method: 'PUT', path: '/api/v1/namespaces/default/configmaps/a/status', query: { fieldManager: 'calico-operator' } },
  ])
})

test('a refusal says what was asked, of which object, and why', async () => {
  const { client } = clientOf(() => refusal(403, 'Forbidden', 'configmaps "a" is forbidden'))
  const error = await client
    .delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'default' })
    .catch((failure: unknown) => failure)
  expect(String(error)).toBe('ApiError: delete ConfigMap default/a: configmaps "a" is forbidden (403)')
  expect(isForbidden(error)).toBe(true)
  expect(isPermanent(error)).toBe(true)
  expect(isNotFound(error) || isConflict(error)).toBe(false)
})

test("a proxy's page in place of a Status is shown as it is", async () => {
  const { client } = clientOf(() => ({ status: 502, body: '<html>Bad Gateway</html>' }))
  await expect(client.get(ConfigMap, 'a', 'b')).rejects.toThrow('get ConfigMap b/a: <html>Bad Gateway</html> (502)')
})

test('an applied object that is no such object is not tried again, though the server calls it its own fault', () => {
  const said = (message: string) => new ApiError(500, { kind: 'Status', apiVersion: 'v1', message }, { verb: 'apply' })
  expect(isPermanent(said('failed to create typed patch object (x/y; /v1, Kind=ConfigMap): .foo: field not declared in schema'))).toBe(true)
  expect(isPermanent(said('etcdserver: request timed out'))).toBe(false)
})

test('an object without the namespace its kind lives in is not sent anywhere', async () => {
  const { client, transport } = clientOf(() => ({}))
  await expect(client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' })).rejects.toThrow('ConfigMap a has no namespace')
  expect(transport.asked).toEqual([])
})

test('a kind that nobody has registered is told by name', () => {
  const { client } = clientOf(() => ({}))
  expect(() => client.kindOf({ apiVersion: 'example.com/v1', kind: 'Thing' })).toThrow(
    'Thing of example.com/v1 is no kind that is known here',
  )
  const kinds = new Kinds([])
  kinds.register(ConfigMap)
  expect([kinds.of('v1', 'ConfigMap'), kinds.of('v1', 'Secret')]).toEqual([ConfigMap, undefined])
})

test('a refused watch is an error like any other', async () => {
  const { client } = clientOf(
    () => ({}),
    () => refusal(403, 'Forbidden', 'no'),
  )
  await expect(client.watch(ConfigMap, { sendInitialEvents: true })).rejects.toThrow('watch configmaps: no (403)')
})

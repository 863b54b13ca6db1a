import { expect, test } from 'vitest'
import { configMap, refusal, ScriptedTransport } from '../../test/scripted.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Cache, type CacheEvent, type CacheOptions } from './cache.ts'
import { Client } from './client.ts'
import { seeded } from './clock.ts'
import { Unreachable } from './errors.ts'
import { ConfigMap, Namespace } from './kinds.ts'
import type { KubeObject } from './objects.ts'
import type { Request } from './transport.ts'

type Script = ConstructorParameters<typeof ScriptedTransport>

function cacheOf(answer: Script[0], answerWatch?: Script[1], options: Partial<CacheOptions> = {}) {
  const time = new VirtualTime(0)
  const transport = new ScriptedTransport(answer, answerWatch)
  const client = new Client({ transport, clock: time.clock, random: seeded(1), fieldManager: 'calico-operator' })
  const cache = new Cache({ client, clock: time.clock, random: seeded(2), ...options })
  const events: string[] = []
  cache.subscribe(event => events.push(inWords(event)))
  /** Lets everything that needs no time happen. */
  const settle = () => time.run(undefined, 0)
  return { cache, transport, time, events, settle }
}

const inWords = ({ type, object, view }: CacheEvent): string =>
  type === 'state' ? `state ${view.state}` : `${type} ${object?.metadata.name}`
const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name)
const never = () => new Error('nothing should be asked for')
const isWatchList = ({ query }: Request) => query?.sendInitialEvents === 'true'

test('one request brings what is there and what happens: WatchList', async () => {
  const { cache, transport, events, settle } = cacheOf(never)
  const view = cache.view(ConfigMap)
  await settle()
  expect([view.state, view.list()]).toEqual(['syncing', []])
  const [stream] = transport.streams
  stream!.send('ADDED', configMap('b', 2))
  stream!.send('ADDED', configMap('a', 1))
  await settle()
  expect([view.state, names(view.list())]).toEqual(['syncing', []])
  stream!.complete('3')
  await view.settled()
  expect([view.state, names(view.list())]).toEqual(['synced', ['a', 'b']])
  stream!.send('MODIFIED', configMap('a', 4))
  stream!.send('DELETED', configMap('b', 5))
  await settle()
  expect(events).toEqual(['modified a', 'deleted b'])
  expect(transport.asked.map(({ query }) => query)).toMatchObject([
    { watch: 'true', allowWatchBookmarks: 'true', resourceVersionMatch: 'NotOlderThan' },
  ])
})

test('a server that refuses WatchList is listed page by page, and no other kind asks again', async () => {
  const { cache, transport, settle } = cacheOf(
    ({ path }) => ({
      body: { metadata: { resourceVersion: '9' }, items: path.endsWith('configmaps') ? [{ metadata: { name: 'a', namespace: 'x' } }] : [] },
    }),
    request => (isWatchList(request) ? refusal(422, 'Invalid') : { status: 200 }),
  )
  const view = cache.view(ConfigMap)
  await settle()
  expect([view.state, names(view.list())]).toEqual(['synced', ['a']])
  cache.view(Namespace)
  await settle()
  expect(transport.asked.filter(isWatchList)).toHaveLength(1)
  expect(transport.streams.map(({ request }) => request.query?.resourceVersion)).toEqual(['9', '9'])
})

test('a server that has never heard of WatchList, and so never ends it, is listed', async () => {
  const { cache, time, transport } = cacheOf(() => ({ body: { metadata: { resourceVersion: '9' }, items: [] } }))
  const view = cache.view(ConfigMap)
  await time.run(() => view.state === 'synced')
  expect(time.clock.now()).toBeGreaterThanOrEqual(10_000)
  expect(time.clock.now()).toBeLessThan(12_000)
  expect(transport.streams[0]?.ended).toBe(true)
  expect(transport.streams[1]?.request.query?.resourceVersion).toBe('9')
})

test('a broken watch goes on where it stood', async () => {
  const { cache, time, transport, events, settle } = cacheOf(never)
  const view = cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.send('ADDED', configMap('a', 1))
  transport.streams[0]!.complete('3')
  await settle()
  transport.streams[0]!.send('BOOKMARK', { metadata: { resourceVersion: '8' } })
  transport.streams[0]!.break(new Unreachable('reset'))
  await time.run(() => transport.streams.length === 2)
  expect(transport.streams[1]!.request.query?.resourceVersion).toBe('8')
  transport.streams[1]!.send('MODIFIED', configMap('a', 9))
  await settle()
  expect(events).toEqual(['modified a'])
  expect(view.get('a', 'default')?.metadata.resourceVersion).toBe('9')
})

test('a watch whose past has gone (410) begins anew, and tells only what is different', async () => {
  const { cache, time, transport, events, settle } = cacheOf(never)
  const view = cache.view(ConfigMap)
  await settle()
  for (const [index, name] of ['same', 'changed', 'gone'].entries()) transport.streams[0]!.send('ADDED', configMap(name, index + 1))
  transport.streams[0]!.complete('3')
  await settle()
  transport.streams[0]!.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' })
  await time.run(() => transport.streams.length === 2)
  expect(isWatchList(transport.streams[1]!.request)).toBe(true)
  transport.streams[1]!.send('ADDED', configMap('same', 1))
  transport.streams[1]!.send('ADDED', configMap('changed', 7))
  expect(names(view.list())).toEqual(['changed', 'gone', 'same'])
  transport.streams[1]!.complete('9')
  await settle()
  expect(events).toEqual(['modified changed', 'deleted gone'])
})

test('a stream without a sign of life is given up', async () => {
  const { cache, time, transport, settle } = cacheOf(never)
  cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.complete('3')
  await time.run(() => transport.streams.length === 2)
  expect(time.clock.now()).toBeGreaterThanOrEqual(180_000)
  expect(time.clock.now()).toBeLessThan(182_000)
  expect(transport.streams[0]!.ended).toBe(true)
})

test('bookmarks are a sign of life', async () => {
  const { cache, time, transport, settle } = cacheOf(never)
  cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.complete('3')
  for (let minute = 1; minute <= 10; minute++) {
    await time.pass(60_000)
    transport.streams[0]!.send('BOOKMARK', { metadata: { resourceVersion: String(3 + minute) } })
  }
  await settle()
  expect(transport.streams).toHaveLength(1)
})

test('"later" is waited for as long as the server asks; said twice, a list does meanwhile', async () => {
  const later = { ...refusal(429, 'TooManyRequests', 'storage is (re)initializing'), headers: { 'retry-after': '1' } }
  const once = cacheOf(never, (_, nth) => (nth === 0 ? later : { status: 200 }))
  once.cache.view(ConfigMap)
  await once.time.run(() => once.transport.streams.length === 1)
  expect(once.time.clock.now()).toBeGreaterThanOrEqual(1000)
  expect(once.time.clock.now()).toBeLessThanOrEqual(1500)
  const twice = cacheOf(
    () => ({ body: { metadata: { resourceVersion: '9' }, items: [] } }),
    (_, nth) => (nth < 3 ? later : { status: 200 }),
  )
  const view = twice.cache.view(ConfigMap)
  await twice.time.run(() => view.state === 'synced')
  expect(twice.transport.streams).toHaveLength(0)
  await twice.time.run(() => twice.transport.streams.length === 1)
  expect(twice.transport.streams[0]!.request.query?.resourceVersion).toBe('9')
})

test('a kind that is not served is absent, and is hardly asked for again', async () => {
  const { cache, time, transport } = cacheOf(never, () => refusal(404, 'NotFound'))
  const view = cache.view(ConfigMap)
  await view.settled()
  expect([view.state, view.list()]).toEqual(['absent', []])
  await time.pass(3_600_000)
  expect(transport.asked.length).toBeLessThanOrEqual(7)
})

test('told that the kind is served now, it asks at once and a few times more', async () => {
  let served = false
  const { cache, time, transport, events, settle } = cacheOf(never, () => (served ? { status: 200 } : refusal(404, 'NotFound')))
  const view = cache.view(ConfigMap)
  await settle()
  cache.retry(ConfigMap)
  await time.pass(2000)
  expect(transport.asked.length).toBeGreaterThan(3)
  served = true
  await time.run(() => transport.streams.length === 1)
  expect(time.clock.now()).toBeLessThan(6000)
  transport.streams[0]!.send('ADDED', configMap('a', 1))
  transport.streams[0]!.complete('2')
  await settle()
  expect(view.state).toBe('synced')
  expect(events).toEqual(['state synced'])
  expect(names(view.list())).toEqual(['a'])
})

test('a kind that was served is not believed to be gone at the first denial', async () => {
  let served = true
  const { cache, time, transport, events, settle } = cacheOf(never, () => (served ? { status: 200 } : refusal(404, 'NotFound')))
  const view = cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.send('ADDED', configMap('a', 1))
  transport.streams[0]!.complete('2')
  await time.pass(5000)
  served = false
  transport.streams[0]!.end()
  await time.pass(1000)
  expect([view.state, names(view.list())]).toEqual(['synced', ['a']])
  await time.pass(10_000)
  expect([view.state, view.list()]).toEqual(['absent', []])
  expect(events).toEqual(['state absent', 'deleted a'])
})

test('without the right to read, a view is failing, says why, and recovers by itself', async () => {
  let allowed = false
  const { cache, time, transport, settle } = cacheOf(never, () =>
    allowed ? { status: 200 } : refusal(403, 'Forbidden', 'cannot watch configmaps'),
  )
  const view = cache.view(ConfigMap)
  await view.settled()
  expect([view.state, String(view.error)]).toEqual(['failing', 'ApiError: watch configmaps: cannot watch configmaps (403)'])
  allowed = true
  await time.run(() => transport.streams.length === 1)
  transport.streams[0]!.complete('1')
  await settle()
  expect([view.state, view.error]).toEqual(['synced', undefined])
})

test('while the server is away what is known stays, and after a while is called doubtful', async () => {
  let away = false
  const { cache, time, transport, settle } = cacheOf(never, () => (away ? new Unreachable('connection refused') : { status: 200 }))
  const view = cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.send('ADDED', configMap('a', 1))
  transport.streams[0]!.complete('2')
  await settle()
  away = true
  transport.streams[0]!.break(new Unreachable('reset'))
  await time.pass(10_000)
  expect([view.state, names(view.list())]).toEqual(['synced', ['a']])
  await time.pass(60_000)
  expect([view.state, names(view.list())]).toEqual(['failing', ['a']])
  const tries = transport.asked.length
  await time.pass(600_000)
  expect(transport.asked.length - tries).toBeLessThanOrEqual(24)
  away = false
  await time.run(() => view.state === 'synced')
  expect(transport.streams[1]!.request.query?.resourceVersion).toBe('2')
})

test('a narrower view is served by a wider watch that is there', async () => {
  const { cache, transport, settle } = cacheOf(never)
  const all = cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.send('ADDED', configMap('a', 1, { namespace: 'x' }))
  transport.streams[0]!.send('ADDED', configMap('b', 2, { namespace: 'y' }))
  transport.streams[0]!.complete('3')
  await settle()
  const one = cache.view(ConfigMap, { namespace: 'y' })
  const other = cache.view(ConfigMap, { namespace: 'y', name: 'c' })
  await one.settled()
  expect([names(all.list()), names(one.list()), names(other.list())]).toEqual([['a', 'b'], ['b'], []])
  expect([one.get('b')?.metadata.name, one.get('a', 'x'), other.get('b')]).toEqual(['b', undefined, undefined])
  expect(transport.asked).toHaveLength(1)
  expect(cache.view(ConfigMap, { namespace: 'y' })).toBe(one)
})

test('when a wider watch comes in step the narrower ones end, and what they missed is told', async () => {
  const { cache, transport, events, settle } = cacheOf(never)
  const one = cache.view(ConfigMap, { namespace: 'x', name: 'a' })
  await settle()
  expect(transport.asked[0]).toMatchObject({ path: '/api/v1/namespaces/x/configmaps', query: { fieldSelector: 'metadata.name=a' } })
  transport.streams[0]!.send('ADDED', configMap('a', 1, { namespace: 'x' }))
  transport.streams[0]!.complete('1')
  await settle()
  const all = cache.view(ConfigMap)
  await settle()
  expect([one.state, all.state, transport.streams[0]!.ended]).toEqual(['synced', 'syncing', false])
  transport.streams[1]!.send('ADDED', configMap('a', 5, { namespace: 'x' }))
  transport.streams[1]!.complete('6')
  await settle()
  expect(transport.streams[0]!.ended).toBe(true)
  expect(one.get('a')?.metadata.resourceVersion).toBe('5')
  expect(events).toEqual(['modified a'])
})

test('where only a part may be read, that part has a watch of its own', async () => {
  const { cache, transport, settle } = cacheOf(never, ({ path }) =>
    path.includes('/namespaces/') ? { status: 200 } : refusal(403, 'Forbidden'),
  )
  const all = cache.view(ConfigMap)
  await all.settled()
  const one = cache.view(ConfigMap, { namespace: 'x' })
  await settle()
  transport.streams[0]!.complete('1')
  await settle()
  expect([all.state, one.state]).toEqual(['failing', 'synced'])
})

test('the response of a write counts as an event, and the event that follows it is none', async () => {
  const { cache, transport, events, settle } = cacheOf(never)
  const view = cache.view(ConfigMap)
  await settle()
  transport.streams[0]!.complete('1')
  await settle()
  cache.observed(configMap('a', 5))
  expect(view.get('a', 'default')?.metadata.resourceVersion).toBe('5')
  transport.streams[0]!.send('ADDED', configMap('a', 5))
  await settle()
  cache.deleted({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'default' }, 'uid-a')
  transport.streams[0]!.send('MODIFIED', configMap('a', 6))
  transport.streams[0]!.send('DELETED', configMap('a', 7))
  await settle()
  expect(events).toEqual(['added a', 'deleted a'])
})

test('an object is found only where a view in step would know it', async () => {
  const { cache, transport, settle } = cacheOf(never)
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'x' }
  expect(cache.find(ref)).toEqual({ known: false })
  cache.view(ConfigMap, { namespace: 'x' })
  await settle()
  expect(cache.find(ref)).toEqual({ known: false })
  transport.streams[0]!.complete('1')
  await settle()
  expect(cache.find(ref)).toEqual({ known: true, object: undefined })
  expect(cache.find({ ...ref, namespace: 'y' })).toEqual({ known: false })
  cache.observed(configMap('a', 2, { namespace: 'x' }))
  expect(cache.find(ref).object?.metadata.resourceVersion).toBe('2')
  expect(names(cache.known(ConfigMap))).toEqual(['a'])
})

test('only what is asked for is kept, and records of writers only of objects that are ours', async () => {
  const { cache, transport, settle } = cacheOf(never, undefined, {
    transform: (_, object) => ({ ...object, data: undefined }) as KubeObject,
    managers: ['calico-operator', 'operator'],
  })
  const view = cache.view(ConfigMap)
  await settle()
  const by = (name: string, manager: string) => {
    const object = configMap(name, 1, { data: { big: 'x' } })
    return { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }, { manager }] } }
  }
  transport.streams[0]!.send('ADDED', by('ours', 'operator'))
  transport.streams[0]!.send('ADDED', by('theirs', 'helm'))
  transport.streams[0]!.complete('1')
  await settle()
  const [ours, theirs] = view.list()
  expect(ours).toMatchObject({ data: undefined, metadata: { managedFields: [{ manager: 'kubectl' }, { manager: 'operator' }] } })
  expect(theirs).not.toHaveProperty('metadata.managedFields')
})

test('closed, it asks for nothing more and no timer waits', async () => {
  const { cache, time, transport, settle } = cacheOf(never, (_, nth) => (nth % 2 ? refusal(404, 'NotFound') : { status: 200 }))
  cache.view(ConfigMap)
  cache.view(Namespace)
  await settle()
  cache.close()
  await settle()
  expect(time.waiting).toBe(0)
  expect(transport.streams.every(({ ended }) => ended)).toBe(true)
})

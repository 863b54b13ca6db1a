import { expect, test } from 'vitest'
import { cacheOf, isWatchList, names, never } from '../../test/caching.ts'
import { configMap, refusal } from '../../test/scripted.ts'
import { Unreachable } from './errors.ts'
import { ConfigMap, Namespace } from './kinds.ts'

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
  await time.pass(5000)
  expect(transport.asked.length).toBeGreaterThan(3)
  served = true
  await time.run(() => transport.streams.length === 1)
  // A server that lags behind its own events is not waited for much longer than it lags.
  expect(time.clock.now()).toBeLessThan(7000)
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

test('trouble that lasts is called so, whatever it is, and its end is told', async () => {
  let busy = true
  const later = { ...refusal(429, 'TooManyRequests'), headers: { 'retry-after': '1' } }
  const { cache, time, events } = cacheOf(
    () => (busy ? later : { body: { metadata: { resourceVersion: '9' }, items: [] } }),
    () => (busy ? later : { status: 200 }),
  )
  const view = cache.view(ConfigMap)
  await time.pass(10_000)
  expect(view.state).toBe('syncing')
  await time.run(() => view.state === 'failing')
  busy = false
  await time.run(() => view.state === 'synced')
  expect(events).toEqual(['state failing', 'state synced'])
})

test('a view that takes long to settle is told of when it does', async () => {
  const { cache, time, transport, events } = cacheOf(never)
  cache.view(ConfigMap)
  for (let second = 0; second < 12; second++) {
    await time.pass(1000)
    transport.streams[0]!.send('ADDED', configMap(`x${second}`, second + 1))
  }
  transport.streams[0]!.complete('20')
  await time.run(undefined, 0)
  expect(events).toEqual(['state synced'])
})

import { expect, test } from 'vitest'
import { cacheOf, names, never } from '../../test/caching.ts'
import { configMap, refusal } from '../../test/scripted.ts'
import { Unreachable } from './errors.ts'
import { ConfigMap, Namespace } from './kinds.ts'
import type { KubeObject } from './objects.ts'

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

test('an event that changes nothing of what is kept is none, and leaves what was worked out of the list', async () => {
  const { cache, transport, events, settle } = cacheOf(never, undefined, {
    transform: (_, object) => {
      const { data: _beat, ...rest } = object as ConfigMap
      return rest
    },
  })
  const view = cache.view(ConfigMap)
  await settle()
  const [stream] = transport.streams
  stream!.send('ADDED', configMap('a', 1))
  stream!.complete('1')
  await settle()
  const { edition } = view
  stream!.send('MODIFIED', configMap('a', 2, { data: { beat: '2' } }))
  await settle()
  expect([events.length, view.edition === edition, view.get('a', 'default')?.metadata.resourceVersion]).toEqual([0, true, '2'])
  stream!.send('MODIFIED', { ...configMap('a', 3), immutable: true } as KubeObject)
  await settle()
  expect([events.length, view.edition === edition]).toEqual([1, false])
})

test('when a server that was out of reach answers one watch, the others are tried again within seconds', async () => {
  let down = true
  const { cache, time, transport } = cacheOf(
    () => new Unreachable('refused'),
    () => (down ? new Unreachable('refused') : { status: 200 }),
  )
  const views = Array.from({ length: 20 }, (_, index) => cache.view(ConfigMap, { namespace: `ns-${index}` }))
  await time.pass(600_000)
  expect(views.map(({ state }) => state)).toEqual(views.map(() => 'failing'))
  down = false
  await time.run(() => transport.streams.length > 0)
  transport.streams[0]!.complete('1')
  await time.pass(2_000)
  expect(transport.streams).toHaveLength(20)
  cache.close()
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

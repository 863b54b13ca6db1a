/** Watches: what is told, in which order, from which version on. */
import { expect } from 'vitest'
import type { WatchEvent } from '../../src/kube/transport.ts'
import { at, type Bed, type Body, type It, version } from './bed.ts'
import { define, widgets } from './widgets.ts'

const secret = (bed: Bed, name: string, labels: Body = {}) => bed.create('secrets', { metadata: { name, labels } })
/** The state from which on to watch. */
const now = async (bed: Bed) => version(await bed.list('secrets'))
const numbers = (events: (WatchEvent | undefined)[]) => events.map(event => BigInt(version(event?.object)))

export function watching(it: It): void {
  it('a watch tells what comes after a version, in order', async bed => {
    const resourceVersion = await now(bed)
    const watch = await bed.watch('secrets', { resourceVersion })
    await secret(bed, 'a')
    await secret(bed, 'b')
    await bed.patch('secrets', 'a', { data: { x: 'MQ==' } })
    await bed.remove('secrets', 'b')
    expect(await watch.take(4)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b'])
  })

  it('versions of events grow, and are those of the answers', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    const answers = [await secret(bed, 'a'), await secret(bed, 'b'), await bed.patch('secrets', 'a', { data: { x: 'MQ==' } })]
    const seen = numbers([await watch.next(), await watch.next(), await watch.next()])
    expect(seen).toEqual(answers.map(answer => BigInt(version(answer))))
    expect(seen).toEqual([...seen].sort((a, b) => Number(a - b)))
  })

  it('a watch catches up with what was before it began', async bed => {
    const resourceVersion = await now(bed)
    await secret(bed, 'a')
    await bed.remove('secrets', 'a')
    expect(await (await bed.watch('secrets', { resourceVersion })).take(2)).toEqual(['ADDED a', 'DELETED a'])
  })

  it('a write without effect tells nothing', async bed => {
    await secret(bed, 'a')
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    await bed.patch('secrets', 'a', { metadata: { labels: null } })
    await secret(bed, 'b')
    expect(await watch.take(1)).toEqual(['ADDED b'])
  })

  it('a deletion tells the last state, with the version of the deletion', async bed => {
    const made = await secret(bed, 'a', { l: '1' })
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    await bed.remove('secrets', 'a')
    const event = await watch.next()
    expect(event).toMatchObject({ type: 'DELETED', object: { kind: 'Secret', metadata: { name: 'a', labels: { l: '1' } } } })
    expect(BigInt(version(event?.object))).toBeGreaterThan(BigInt(version(made)))
  })

  it('without a version a watch begins with all there is', async bed => {
    await secret(bed, 'b')
    await secret(bed, 'a')
    const watch = await bed.watch('secrets')
    await secret(bed, 'c')
    expect(await watch.take(3)).toEqual(['ADDED a', 'ADDED b', 'ADDED c'])
  })

  it('initial events end with a bookmark that says so', async bed => {
    await secret(bed, 'b')
    await secret(bed, 'a')
    const watch = await bed.watch('secrets', {
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    })
    expect(await watch.take(2)).toEqual(['ADDED a', 'ADDED b'])
    const bookmark = await watch.next()
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Secret', apiVersion: 'v1', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    const added = await secret(bed, 'c')
    expect(BigInt(version(added))).toBeGreaterThan(BigInt(version(bookmark?.object)))
    expect(await watch.take(1)).toEqual(['ADDED c'])
  })

  it('initial events of nothing are a bookmark alone', async bed => {
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' }
    const apiVersion = await widgets(bed)
    expect((await (await bed.watch(`${apiVersion}/widgets`, query)).next())?.type).toBe('BOOKMARK')
  })

  it('an object that comes into the selection is added, one that leaves it is deleted', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed), labelSelector: 'in=yes' })
    await secret(bed, 'a')
    await bed.patch('secrets', 'a', { metadata: { labels: { in: 'yes' } } })
    await bed.patch('secrets', 'a', { data: { x: 'MQ==' } })
    const left = await bed.patch('secrets', 'a', { metadata: { labels: { in: 'no' } } })
    await bed.remove('secrets', 'a')
    await secret(bed, 'z', { in: 'yes' })
    expect(await watch.take(2)).toEqual(['ADDED a', 'MODIFIED a'])
    const deleted = await watch.next()
    // As it was last seen, with the version of the change that took it away.
    expect(deleted).toMatchObject({
      type: 'DELETED',
      object: { metadata: { name: 'a', labels: { in: 'yes' }, resourceVersion: version(left) } },
    })
    expect(await watch.take(1)).toEqual(['ADDED z'])
  })

  it('one object can be watched by its name', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed), fieldSelector: 'metadata.name=b' })
    await secret(bed, 'a')
    await secret(bed, 'b')
    expect(await watch.take(1)).toEqual(['ADDED b'])
  })

  it('a watch of one Namespace hears nothing of others', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    await bed.send('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: bed.namespace } } })
    await secret(bed, 'a')
    expect(await watch.take(1)).toEqual(['ADDED a'])
  })

  it('a watch across Namespaces hears of each', async bed => {
    const resourceVersion = await now(bed)
    const response = await bed.send('GET', '/api/v1/secrets', {
      query: { watch: 'true', resourceVersion, timeoutSeconds: '1', labelSelector: bed.namespace },
    })
    expect(response.status).toBe(200)
    await secret(bed, 'a', { [bed.namespace]: '' })
    const again = await bed.send('GET', '/api/v1/secrets', {
      query: { watch: 'true', resourceVersion, timeoutSeconds: '1', labelSelector: bed.namespace },
    })
    expect(JSON.stringify(again.body)).toContain('ADDED')
  })

  it('a version from before a kind was served is too old', async bed => {
    const group = await define(bed)
    const watch = await bed.watch(`${group}/v1/widgets`, { resourceVersion: '1' })
    expect(watch.status).toBe(200)
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        status: 'Failure',
        reason: 'Expired',
        code: 410,
        message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
      },
    })
    expect(await watch.next()).toBeUndefined()
  })

  it('a watch ends when its time is up', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed), timeoutSeconds: '1' })
    expect(await watch.next()).toBeUndefined()
  })

  it('objects in events say what they are', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    await secret(bed, 'a')
    expect((await watch.next())?.object).toMatchObject({ apiVersion: 'v1', kind: 'Secret' })
  })

  it('a watch of metadata alone tells no more', async bed => {
    await bed.create('secrets', { metadata: { name: 'a' }, data: { x: 'MQ==' } })
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
    const { body } = await bed.send('GET', bed.path('secrets'), { accept, query: { watch: 'true', timeoutSeconds: '1' } })
    const text = JSON.stringify(body)
    expect(text).toContain('PartialObjectMetadata')
    expect(text).not.toContain('MQ==')
  })

  it('every marking and release is told', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    await bed.create('secrets', { metadata: { name: 'a', finalizers: ['a.b/c'] } })
    await bed.remove('secrets', 'a')
    await bed.patch('secrets', 'a', { metadata: { finalizers: null } })
    expect(await watch.take(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
  })

  it('many writers: each answer is one event', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: await now(bed) })
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => secret(bed, `s${index}`)))
    const events = []
    while (events.length < made.length) events.push(await watch.next())
    expect(numbers(events).sort()).toEqual(made.map(object => BigInt(version(object))).sort())
    expect(numbers(events)).toEqual([...numbers(events)].sort((a, b) => Number(a - b)))
  })

  const wrong: [string, Record<string, string>, number, string][] = [
    [
      'initial events without NotOlderThan',
      { sendInitialEvents: 'true' },
      422,
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'a match without initial events',
      { resourceVersionMatch: 'NotOlderThan' },
      422,
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    ['a label selector that is none', { labelSelector: '-a' }, 400, 'unable to parse requirement'],
  ]
  for (const [what, query, status, words] of wrong) {
    it(`${what} is refused before anything flows`, async bed => {
      const answer = await bed.send('GET', bed.path('secrets'), { query: { watch: 'true', timeoutSeconds: '1', ...query } })
      expect(answer.status).toBe(status)
      expect(at(answer.body, 'message')).toContain(words)
    })
  }
}

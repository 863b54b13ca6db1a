import { describe, expect, test } from 'vitest'
import { seeded } from '../kube/clock.ts'
import type { Request, Transport, WatchEvent } from '../kube/transport.ts'
import { Sandbox, type SandboxOptions } from './sandbox.ts'
import { VirtualTime } from './virtual-time.ts'

type Body = { [field: string]: unknown }

function bed(options: Partial<SandboxOptions> = {}) {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1), ...options })
  return { time, sandbox, ...asking(sandbox.transport()) }
}

function asking(transport: Transport) {
  const ask = async (method: Request['method'], path: string, more: Partial<Request> = {}) => {
    const { status, body } = await transport.request({ method, path, ...more })
    return { status, body: body as Body & { metadata: Body; items: Body[]; message: string } }
  }
  return {
    transport,
    ask,
    map: (name: string, data?: Body) =>
      ask('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name }, ...(data && { data }) } }),
  }
}

async function all(events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

const one = '/api/v1/namespaces/default/configmaps/a'
const widgets = {
  metadata: { name: 'widgets.kept.io' },
  spec: {
    group: 'kept.io',
    scope: 'Cluster',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

describe('what nobody can corrupt', () => {
  test('a body that the client changes afterwards does not change the store', async () => {
    const { ask } = bed()
    const body = { metadata: { name: 'a' }, data: { x: '1' } }
    const answer = ask('POST', '/api/v1/namespaces/default/configmaps', { body })
    body.data.x = '2'
    expect((await answer).body.data).toEqual({ x: '1' })
    body.data.x = '3'
    expect((await ask('GET', one)).body.data).toEqual({ x: '1' })
  })

  test('what is answered cannot be changed', async () => {
    const { map, ask } = bed()
    const { body } = await map('a', { x: '1' })
    expect(() => Object.assign(body.data as Body, { x: '2' })).toThrow(TypeError)
    expect(() => Object.assign(body.metadata, { name: 'b' })).toThrow(TypeError)
    expect((await ask('GET', one)).body.data).toEqual({ x: '1' })
  })

  test('bodies are taken as JSON: undefined is absent, times are text', async () => {
    const { ask } = bed()
    const body = { metadata: { name: 'a', labels: undefined }, data: { x: '1', y: undefined } }
    expect((await ask('POST', '/api/v1/namespaces/default/configmaps', { body })).body).toMatchObject({ data: { x: '1' } })
  })
})

describe('snapshots', () => {
  test('a cluster goes back to a snapshot as if nothing had been since', async () => {
    const { sandbox, map, ask } = bed()
    await map('a', { x: '1' })
    const snapshot = sandbox.snapshot()
    await ask('PATCH', one, { body: { data: { x: '2' } }, contentType: 'application/merge-patch+json' })
    await map('b')
    sandbox.restore(snapshot)
    expect((await ask('GET', one)).body.data).toEqual({ x: '1' })
    expect((await ask('GET', one.replace(/a$/, 'b'))).status).toBe(404)
  })

  test('one snapshot starts any number of clusters, each apart from the others', async () => {
    const { sandbox, map } = bed()
    await map('a', { x: '1' })
    const snapshot = sandbox.snapshot()
    const [first, second] = [bed({ from: snapshot }), bed({ from: snapshot })]
    await first.ask('DELETE', one)
    expect((await second.ask('GET', one)).status).toBe(200)
    expect((await first.ask('GET', one)).status).toBe(404)
  })

  test('definitions in a snapshot are served at once', async () => {
    const { sandbox, ask, time } = bed()
    await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: widgets })
    await time.run(undefined, 1000)
    const { ask: again } = bed({ from: sandbox.snapshot() })
    expect((await again('GET', '/apis/kept.io/v1/widgets')).status).toBe(200)
  })

  test('watches end when the server goes back, and what they know is too old for it', async () => {
    const { sandbox, transport, map } = bed()
    const snapshot = sandbox.snapshot()
    const { body } = await map('a')
    const { events } = await transport.watch({
      method: 'GET',
      path: '/api/v1/configmaps',
      query: { resourceVersion: String(body.metadata.resourceVersion) },
    })
    sandbox.restore(snapshot)
    expect(await all(events)).toEqual([])
  })

  test('what the controllers had begun goes on after a start from a snapshot', async () => {
    const { sandbox, ask } = bed()
    await ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } })
    await ask('DELETE', '/api/v1/namespaces/n')
    const { ask: again, time } = bed({ from: sandbox.snapshot() })
    await time.run(undefined, 1000)
    expect((await again('GET', '/api/v1/namespaces/n')).status).toBe(404)
  })
})

describe('the log of requests', () => {
  test('tells effect, no effect and failure apart, by user', async () => {
    const { sandbox } = bed()
    const { map, ask } = asking(sandbox.transport({ user: 'operator', userAgent: 'operator/1' }))
    await map('a', { x: '1' })
    await ask('PATCH', one, { body: { data: { x: '1' } }, contentType: 'application/merge-patch+json' })
    await map('a')
    await ask('GET', one)
    await asking(sandbox.transport()).ask('DELETE', one, { query: { dryRun: 'All' } })
    const { requests } = sandbox
    expect(requests.writes('operator').map(({ verb, effect, status, name }) => [verb, effect, status, name])).toEqual([
      ['create', true, 201, 'a'],
      ['patch', false, 200, 'a'],
      ['create', false, 409, undefined],
    ])
    expect(requests.withoutEffect()).toMatchObject([{ verb: 'patch' }, { verb: 'delete', user: 'admin' }])
    expect(requests.failed()).toHaveLength(1)
    expect(requests.reads('operator')).toHaveLength(1)
    requests.clear()
    expect(requests.all).toEqual([])
  })
})

describe('rights', () => {
  test('a rule forbids what it names, for whom it names, until it is taken back', async () => {
    const { sandbox, ask } = bed()
    const { ask: asked } = asking(sandbox.transport({ user: 'bob' }))
    const allow = sandbox.forbid({ user: 'bob', verb: 'get', resource: 'configmaps' })
    expect((await asked('GET', one)).body.message).toBe(
      'configmaps "a" is forbidden: User "bob" cannot get resource "configmaps" in API group "" in the namespace "default"',
    )
    expect((await ask('GET', one)).status).toBe(404)
    expect((await asked('GET', '/api/v1/namespaces/default/secrets/a')).status).toBe(404)
    allow()
    expect((await asked('GET', one)).status).toBe(404)
  })

  test('questions about rights are answered by the same rules', async () => {
    const { sandbox } = bed()
    sandbox.forbid({ user: 'bob', group: 'apps' })
    const { ask } = asking(sandbox.transport({ user: 'bob' }))
    const may = async (group: string) =>
      (
        await ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          body: { spec: { resourceAttributes: { verb: 'get', group, resource: 'x' } } },
        })
      ).body.status
    expect(await may('apps')).toEqual({ allowed: false })
    expect(await may('')).toEqual({ allowed: true })
  })
})

describe('an aggregated API', () => {
  const service = {
    metadata: { name: 'v3.shown.io' },
    spec: { group: 'shown.io', version: 'v3', groupPriorityMinimum: 100, versionPriority: 100, service: { namespace: 'a', name: 'b' } },
  }
  const widget = (apiVersion: string) => ({ apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { x: 1 } })
  async function aliased() {
    const all = bed()
    await all.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: widgets })
    await all.ask('POST', '/apis/apiregistration.k8s.io/v1/apiservices', { body: service })
    await all.time.run(undefined, 1000)
    return all
  }

  test('is unavailable until somebody answers for it, and shows what is kept elsewhere then', async () => {
    const { sandbox, ask, time } = await aliased()
    expect((await ask('GET', '/apis/shown.io/v3/widgets')).status).toBe(503)
    const stop = sandbox.serveAlias({ shown: 'shown.io/v3', kept: 'kept.io/v1' })
    expect((await ask('POST', '/apis/shown.io/v3/widgets', { body: widget('shown.io/v3') })).body).toMatchObject({
      apiVersion: 'shown.io/v3',
      spec: { x: 1 },
    })
    expect((await ask('GET', '/apis/kept.io/v1/widgets/w')).body).toMatchObject({ apiVersion: 'kept.io/v1', spec: { x: 1 } })
    expect((await ask('GET', '/apis/shown.io/v3/widgets')).body).toMatchObject({
      apiVersion: 'shown.io/v3',
      items: [{ apiVersion: 'shown.io/v3' }],
    })
    expect((await ask('GET', '/apis/shown.io/v3/widgets/none')).body).toMatchObject({
      message: 'widgets.shown.io "none" not found',
      details: { group: 'shown.io' },
    })
    await time.run(undefined, 1000)
    expect((await ask('GET', '/apis/apiregistration.k8s.io/v1/apiservices/v3.shown.io')).body).toMatchObject({
      status: { conditions: [{ type: 'Available', status: 'True' }] },
    })
    stop()
    expect((await ask('GET', '/apis/shown.io/v3/widgets')).status).toBe(503)
  })

  test('tells watchers of changes under its own name', async () => {
    const { sandbox, ask, transport } = await aliased()
    sandbox.serveAlias({ shown: 'shown.io/v3', kept: 'kept.io/v1' })
    const { events, close } = await transport.watch({ method: 'GET', path: '/apis/shown.io/v3/widgets' })
    await ask('POST', '/apis/kept.io/v1/widgets', { body: widget('kept.io/v1') })
    for await (const event of events) {
      expect(event).toMatchObject({ type: 'ADDED', object: { apiVersion: 'shown.io/v3', metadata: { name: 'w' } } })
      close()
    }
  })

  test('that nobody answers for keeps Namespaces from ending', async () => {
    const { sandbox, ask, time } = await aliased()
    await ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } })
    await ask('DELETE', '/api/v1/namespaces/n')
    await time.run(undefined, 60_000)
    expect((await ask('GET', '/api/v1/namespaces/n')).body).toMatchObject({
      status: {
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'NamespaceDeletionDiscoveryFailure', status: 'True' })]),
      },
    })
    sandbox.serveAlias({ shown: 'shown.io/v3', kept: 'kept.io/v1' })
    await time.run(undefined, 1000)
    expect((await ask('GET', '/api/v1/namespaces/n')).status).toBe(404)
  })
})

describe('the end', () => {
  test('a closed sandbox answers nobody and leaves no timer', async () => {
    const { sandbox, transport, ask, time } = bed()
    const { events } = await transport.watch({ method: 'GET', path: '/api/v1/configmaps', query: { allowWatchBookmarks: 'true' } })
    sandbox.close()
    for await (const _ of events);
    await expect(ask('GET', one)).rejects.toThrow('closed')
    expect(time.waiting).toBe(0)
  })

  test('bookmarks come every minute to those who asked', async () => {
    const { transport, time, map } = bed({ rootCertificate: null })
    const query = {
      allowWatchBookmarks: 'true',
      resourceVersion: String((await map('a')).body.metadata.resourceVersion),
      timeoutSeconds: '150',
    }
    const { events } = await transport.watch({ method: 'GET', path: '/api/v1/namespaces/default/configmaps', query })
    const seen = all(events)
    await time.run(undefined, 200_000)
    expect((await seen).map(({ type, object }) => [type, object.kind])).toEqual([
      ['BOOKMARK', 'ConfigMap'],
      ['BOOKMARK', 'ConfigMap'],
    ])
  })

  test('history has an end: a watch that goes back too far is told 410', async () => {
    const { transport, map } = bed({ history: 5 })
    const { body } = await map('m')
    for (let index = 0; index < 20; index++) await map(`m${index}`)
    const { events } = await transport.watch({
      method: 'GET',
      path: '/api/v1/configmaps',
      query: { resourceVersion: String(body.metadata.resourceVersion) },
    })
    expect(await all(events)).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }])
  })
})

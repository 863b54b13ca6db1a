import { expect, test } from 'vitest'
import { Tier } from '../../api/v3/index.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Cache } from './cache.ts'
import { Client, Kinds } from './client.ts'
import { seeded } from './clock.ts'
import { Discovery } from './discovery.ts'
import { Unreachable } from './errors.ts'
import { APIService, CustomResourceDefinition } from './kinds.ts'
import type { Transport } from './transport.ts'

async function bed(through: (inner: Transport) => Transport = inner => inner) {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const kinds = new Kinds()
  kinds.register(Tier)
  const client = new Client({ transport: through(sandbox.transport()), clock: time.clock, random: seeded(2), fieldManager: 'test', kinds })
  const cache = new Cache({ client, clock: time.clock, random: seeded(3) })
  new Discovery({ client, cache })
  return { time, sandbox, client, cache }
}

test('a kind that comes to be served is looked at at once, one that goes is missed', async () => {
  const { time, client, cache } = await bed()
  const view = cache.view(Tier)
  await view.settled()
  expect(view.state).toBe('absent')
  await client.create(Tier.crd() as unknown as CustomResourceDefinition)
  const before = time.clock.now()
  await time.run(() => view.state === 'synced', 60_000)
  expect(time.clock.now() - before).toBeLessThan(500)
  await client.delete({ ...CustomResourceDefinition, name: 'tiers.projectcalico.org' })
  await time.run(() => view.state === 'absent', 60_000)
})

test('a server that answers for a group version is asked as soon as it is available', async () => {
  const { time, sandbox, client, cache } = await bed()
  const service = { name: 'calico-api', namespace: 'default' }
  const spec = { group: 'projectcalico.org', version: 'v3', groupPriorityMinimum: 1500, versionPriority: 200, service }
  await client.create({
    apiVersion: APIService.apiVersion,
    kind: APIService.kind,
    metadata: { name: 'v3.projectcalico.org' },
    spec,
  } as APIService)
  const view = cache.view(Tier)
  await time.pass(60_000)
  expect(view.state).toBe('failing')
  const before = time.clock.now()
  sandbox.serve('projectcalico.org/v3', async () => ({ status: 404, headers: {}, body: {} }))
  await time.run(() => view.state === 'absent', 60_000)
  expect(time.clock.now() - before).toBeLessThan(500)
})

test('a kind whose coming was not seen is found all the same, and so is one that a server denies which lags behind', async () => {
  let lost = true
  let lagging = true
  const { time, client, cache } = await bed(inner => ({
    request: request => inner.request(request),
    watch: async request => {
      if (lost && request.path.includes('customresourcedefinitions')) throw new Unreachable('read ECONNRESET', { code: 'ECONNRESET' })
      if (lagging && request.path.includes('tiers')) return inner.watch({ ...request, path: '/apis/none.example.com/v1/nothing' })
      return inner.watch(request)
    },
    close: () => inner.close(),
  }))
  const view = cache.view(Tier)
  await time.pass(1_000)
  expect(view.state).toBe('absent')
  await client.create(Tier.crd() as unknown as CustomResourceDefinition)
  await time.pass(60_000)
  lost = false
  await time.pass(40_000)
  expect(view.state).toBe('absent')
  lagging = false
  await time.pass(30_000)
  expect(view.state).toBe('synced')
})

test('when somebody else answers for a group, what the one before showed is forgotten, although its streams go on', async () => {
  const theirs = { apiVersion: Tier.apiVersion, kind: Tier.kind, metadata: { name: 'theirs', uid: 'theirs', resourceVersion: '1' } }
  let routed = true
  const { time, client, cache } = await bed(inner => ({
    request: request => inner.request(request),
    watch: async request => {
      if (!routed || !request.path.includes('tiers')) return inner.watch(request)
      const ended = Promise.withResolvers<void>()
      async function* events() {
        yield { type: 'ADDED', object: theirs } as const
        const annotations = { 'k8s.io/initial-events-end': 'true' }
        yield { type: 'BOOKMARK', object: { ...theirs, metadata: { name: '', resourceVersion: '1', annotations } } } as const
        await ended.promise
      }
      return { status: 200, headers: {}, events: events(), close: ended.resolve }
    },
    close: () => inner.close(),
  }))
  const service = { name: 'calico-api', namespace: 'default' }
  const spec = { group: 'projectcalico.org', version: 'v3', groupPriorityMinimum: 1500, versionPriority: 200, service }
  const itself = {
    apiVersion: APIService.apiVersion,
    kind: APIService.kind,
    metadata: { name: 'v3.projectcalico.org' },
    spec,
  } as APIService
  await client.create(itself)
  await client.create(Tier.crd() as unknown as CustomResourceDefinition)
  const view = cache.view(Tier)
  await time.pass(60_000)
  expect(view.list()).toEqual([theirs])
  routed = false
  await client.delete({ ...itself, name: itself.metadata.name })
  await time.pass(10_000)
  expect([view.state, view.list()]).toEqual(['synced', []])
})

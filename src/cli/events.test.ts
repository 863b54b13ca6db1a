import { afterEach, beforeEach, expect, test } from 'vitest'
import { APIServer } from '../../api/apiserver.ts'
import { crds } from '../../api/index.ts'
import { Installation } from '../../api/installation.ts'
import { TigeraStatus } from '../../api/tigerastatus.ts'
import { Cache } from '../kube/cache.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import { Event } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Effect } from '../kube/telling.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Events } from './events.ts'

let time: VirtualTime
let client: Client
let observe: Events
let cache: Cache
let failures: unknown[]
let sandbox: Sandbox

beforeEach(() => {
  time = new VirtualTime()
  const random = seeded(1)
  sandbox = new Sandbox({ clock: time.clock, random })
  client = new Client({ transport: sandbox.transport({ user: 'operator' }), clock: time.clock, random, fieldManager: 'calico-operator' })
  failures = []
  cache = new Cache({ client, clock: time.clock, random })
  observe = new Events({ cache, client, clock: time.clock, failed: error => failures.push(error) })
})

afterEach(() => {
  observe.close()
  cache.close()
})

const problem: Problem = { reason: 'InvalidConfigurationError', path: 'spec.x', message: 'is wrong', remedy: 'Write y' }
const report = (rest: Partial<Report>): Report => ({
  controller: { name: 'calico', serves: { kind: Installation, name: 'default' }, read: async () => undefined, desired: () => ({}) },
  serving: true,
  ...rest,
})
const bad = (problems: Problem[]) => report({ stopped: { kind: 'invalid', problems } })

async function events(): Promise<Event[]> {
  await time.pass(10)
  return time.during(client.list(Event))
}

test('a problem is told on the resource that asks for what cannot be had, once, and its end too', async () => {
  observe.reported(bad([problem]))
  observe.reported(bad([problem]))
  expect(await events()).toMatchObject([
    {
      metadata: { namespace: 'default' },
      involvedObject: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
      type: 'Warning',
      reason: 'InvalidConfigurationError',
      message: 'spec.x: is wrong. Write y',
      firstTimestamp: '2026-01-01T00:00:00Z',
    },
  ])
  observe.reported(report({ outcome: {} }))
  expect((await events()).map(({ type, reason }) => [type, reason]).sort()).toEqual([
    ['Normal', 'Solved'],
    ['Warning', 'InvalidConfigurationError'],
  ])
})

test('a problem is told on the resource that is served, though there is one of the other name too', async () => {
  const serves = { kind: APIServer, name: 'default', otherwise: 'tigera-secure' }
  const controller = { ...report({}).controller, serves }
  void client.create(crds('v3').find(({ spec }) => spec.names.kind === APIServer.kind) as KubeObject)
  client.kinds.register(APIServer)
  await time.pass(5_000)
  cache.view(APIServer)
  const about = async (problems: Problem[]) => {
    observe.reported({ ...bad(problems), controller })
    return (await events()).map(({ involvedObject }) => involvedObject.name)
  }
  const { apiVersion, kind } = APIServer
  expect(await about([problem])).toEqual(['default'])
  for (const [name, expected] of [
    ['tigera-secure', ['default', 'tigera-secure']],
    ['default', ['default', 'default', 'tigera-secure']],
  ] as const) {
    void client.create({ apiVersion, kind, metadata: { name } })
    await time.pass(1_000)
    expect((await about([{ ...problem, path: `spec.${name}` }])).sort()).toEqual(expected)
  }
})

test('of very many problems that come at once five are told, and how many more there are', async () => {
  const problems = Array.from({ length: 80 }, (_, index) => ({ ...problem, path: `spec.x[${index}]` }))
  observe.reported({ ...bad(problems), controller: { ...report({}).controller, reports: 'calico' } })
  const all = await events()
  expect(all).toHaveLength(6)
  expect(all.map(({ message }) => message)).toContain('75 more problems: see TigeraStatus calico')
})

test('what comes and goes all the time is told every ten minutes', async () => {
  for (let time_ = 0; time_ < 20; time_++) {
    observe.reported(bad([problem]))
    observe.reported(report({ outcome: {} }))
    await time.pass(60_000)
  }
  expect((await events()).filter(({ type }) => type === 'Warning')).toHaveLength(2)
})

test('what somebody else has to do first is no news', async () => {
  observe.reported(report({ stopped: { kind: 'waiting', problems: [problem] } }))
  expect(await events()).toEqual([])
})

test('a field that is taken back is told on its object', async () => {
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'x' }
  observe.applied({ what: 'taken', ref, message: 'DaemonSet kube-system/x: took back spec.y' })
  expect(await events()).toMatchObject([{ metadata: { namespace: 'kube-system' }, involvedObject: ref, reason: 'ChangedBack' }])
})

test('a long message is cut to what the API server takes', async () => {
  observe.reported(bad([{ ...problem, message: '→'.repeat(2_000) }]))
  const [event] = await events()
  expect(failures).toEqual([])
  expect(Buffer.byteLength(event!.message!)).toBeLessThanOrEqual(1_024)
})

test('an event that may not be written is let go', async () => {
  sandbox.forbid({ user: 'operator', verb: 'create', resource: 'events' })
  observe.reported(bad([problem]))
  expect(await events()).toEqual([])
  expect(failures).toHaveLength(1)
})

/** An Installation in the cache, whose part is ready or not. */
async function installed(ready: boolean): Promise<void> {
  const kinds = [Installation, TigeraStatus].map(kind => sandboxKind(kind))
  for (const definition of kinds) void client.create(definition)
  await time.pass(5_000)
  client.kinds.register(Installation, TigeraStatus)
  cache.view(Installation)
  cache.view(TigeraStatus)
  void client.create({ ...named, apiVersion: Installation.apiVersion, spec: {} } as KubeObject)
  await time.pass(5_000)
  if (ready) await conditions(Installation.plural, [{ type: 'Ready', status: 'True' }])
}
const named = { kind: 'Installation', metadata: { name: 'default' } }

const sandboxKind = ({ plural, kind }: { plural: string; kind: string }) =>
  crds('v3').find(({ spec }) => spec.names.plural === plural && spec.names.kind === kind) as KubeObject

async function conditions(
  plural: string,
  all: { type: string; status: string; reason?: string; message?: string }[],
  name = 'default',
): Promise<void> {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  const body = { status: { conditions: all.map(each => ({ reason: 'Because', message: 'so', lastTransitionTime, ...each })) } }
  const path = `/apis/operator.tigera.io/v1/${plural}/${name}/status`
  void sandbox.transport().request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' })
  await time.pass(100)
}

const owner = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }
const write = (name: string, effect: Effect, path?: string) =>
  observe.wrote({ ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'calico-system', name }, effect, owner, ...(path && { path }) })
const told = async (reason: string) => (await events()).filter(each => each.reason === reason).map(({ message }) => message)

test('what is written while Calico is installed is no news', async () => {
  await installed(false)
  write('a', 'created')
  await time.pass(60_000)
  expect(await events()).toEqual([])
})

test('what follows from one change is one event, and however much is changed there is one in a minute', async () => {
  await installed(true)
  write('a', 'changed', 'data.x')
  write('b', 'created')
  for (const name of ['c', 'd', 'e', 'f']) write(name, 'deleted')
  await time.pass(6_000)
  expect(await told('Changed')).toEqual([
    'changed ConfigMap calico-system/a (data.x); made ConfigMap calico-system/b; removed ConfigMap calico-system/c, ConfigMap calico-system/d, ConfigMap calico-system/e and 1 more',
  ])
  for (let second = 0; second < 110; second++) {
    write(`g${second}`, 'changed')
    await time.pass(1_000)
  }
  expect(await told('Changed')).toHaveLength(2)
})

test('what is made anew is installed anew, and that is no news either', async () => {
  await installed(true)
  write('a', 'changed')
  await time.pass(60_000)
  void client.delete(owner)
  await time.pass(1_000)
  void client.create({ ...named, apiVersion: Installation.apiVersion, spec: {} } as KubeObject)
  await time.pass(1_000)
  write('b', 'created')
  await time.pass(60_000)
  expect(await told('Changed')).toEqual(['changed ConfigMap calico-system/a'])
})

test('what was still being written when it ended is told nobody', async () => {
  await installed(true)
  write('a', 'changed')
  observe.close()
  write('b', 'changed')
  await time.pass(60_000)
  expect(await events()).toEqual([])
})

test('writes that change nothing of an object, or only its status, are no news', async () => {
  await installed(true)
  for (const effect of ['owner', 'none', 'failed', 'released'] as const) write('a', effect)
  observe.wrote({ ref: owner, effect: 'changed', owner, subresource: 'status' })
  await time.pass(60_000)
  expect(await events()).toEqual([])
})

test('pods that fail, and that all is well, are told on the resource whose part it is', async () => {
  await installed(false)
  observe.reported(report({ controller: { ...report({}).controller, reports: 'calico' }, outcome: {} }))
  void client.create({ apiVersion: TigeraStatus.apiVersion, kind: TigeraStatus.kind, metadata: { name: 'calico' } })
  await time.pass(100)
  const message = 'DaemonSet calico-system/calico-node: 2 of 60 nodes not ready'
  await conditions(TigeraStatus.plural, [{ type: 'Degraded', status: 'True', reason: 'PodFailure', message }], 'calico')
  await conditions(TigeraStatus.plural, [{ type: 'Available', status: 'True', message: 'All objects available' }], 'calico')
  expect((await events()).sort((a, b) => ((a.reason ?? '') < (b.reason ?? '') ? 1 : -1))).toMatchObject([
    { involvedObject: { kind: 'Installation' }, type: 'Warning', reason: 'PodFailure', message },
    {
      involvedObject: { kind: 'Installation' },
      type: 'Normal',
      reason: 'Available',
      message: 'TigeraStatus calico: All objects available',
    },
  ])
})

import { beforeEach, expect, test } from 'vitest'
import { Installation } from '../../api/installation.ts'
import { Cache } from '../kube/cache.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import { Event } from '../kube/kinds.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { eventful } from './events.ts'
import type { Observer } from './operator.ts'

let time: VirtualTime
let client: Client
let observe: Observer
let failures: unknown[]
let sandbox: Sandbox

beforeEach(() => {
  time = new VirtualTime()
  const random = seeded(1)
  sandbox = new Sandbox({ clock: time.clock, random })
  client = new Client({ transport: sandbox.transport({ user: 'operator' }), clock: time.clock, random, fieldManager: 'calico-operator' })
  failures = []
  const cache = new Cache({ client, clock: time.clock, random })
  observe = eventful(() => ({ cache, client, clock: time.clock, failed: error => failures.push(error) }))
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
  let found: Event[] | undefined
  void client.list(Event).then(all => {
    found = all
  })
  await time.run(() => found !== undefined)
  return found!
}

test('a problem is told on the resource that asks for what cannot be had, once, and its end too', async () => {
  observe.reported?.(bad([problem]))
  observe.reported?.(bad([problem]))
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
  observe.reported?.(report({ outcome: {} }))
  expect((await events()).map(({ type, reason }) => [type, reason]).sort()).toEqual([
    ['Normal', 'Solved'],
    ['Warning', 'InvalidConfigurationError'],
  ])
})

test('what comes and goes all the time is told every ten minutes', async () => {
  for (let time_ = 0; time_ < 20; time_++) {
    observe.reported?.(bad([problem]))
    observe.reported?.(report({ outcome: {} }))
    await time.pass(60_000)
  }
  expect((await events()).filter(({ type }) => type === 'Warning')).toHaveLength(2)
})

test('what somebody else has to do first is no news', async () => {
  observe.reported?.(report({ stopped: { kind: 'waiting', problems: [problem] } }))
  expect(await events()).toEqual([])
})

test('a field that is taken back is told on its object', async () => {
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'x' }
  observe.applied?.({ what: 'taken', ref, message: 'DaemonSet kube-system/x: took back spec.y' })
  expect(await events()).toMatchObject([{ metadata: { namespace: 'kube-system' }, involvedObject: ref, reason: 'ChangedBack' }])
})

test('a long message is cut to what the API server takes', async () => {
  observe.reported?.(bad([{ ...problem, message: '→'.repeat(2_000) }]))
  const [event] = await events()
  expect(failures).toEqual([])
  expect(Buffer.byteLength(event!.message!)).toBeLessThanOrEqual(1_024)
})

test('an event that may not be written is let go', async () => {
  sandbox.forbid({ user: 'operator', verb: 'create', resource: 'events' })
  observe.reported?.(bad([problem]))
  expect(await events()).toEqual([])
  expect(failures).toHaveLength(1)
})

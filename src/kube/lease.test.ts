import { expect, test } from 'vitest'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Client } from './client.ts'
import { type Random, seeded } from './clock.ts'
import { Unreachable } from './errors.ts'
import { Lease as LeaseKind } from './kinds.ts'
import { identityOf, Lease } from './lease.ts'
import type { Transport } from './transport.ts'

function bed() {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const contender = (identity: string, wrap = (transport: Transport) => transport, random: Random = seeded(2)) => {
    const client = new Client({ transport: wrap(sandbox.transport()), clock: time.clock, random, fieldManager: identity })
    const lease = new Lease({ client, clock: time.clock, random, namespace: 'default', identity })
    return { lease, client }
  }
  const { client } = contender('observer')
  return { time, contender, holder: async () => (await client.get(LeaseKind, 'operator-lock', 'default')).spec }
}

/** A connection that can be cut, or be silent: what is asked then arrives, and is answered, when it no longer is. */
function cuttable() {
  const waiting: (() => void)[] = []
  const line = {
    cut: false,
    silent: false,
    speaks() {
      line.silent = false
      for (const go of waiting.splice(0)) go()
    },
  }
  const wrap = (inner: Transport): Transport => ({
    ...inner,
    async request(request) {
      if (line.silent) await new Promise<void>(resolve => waiting.push(resolve))
      if (line.cut) throw new Unreachable('no route')
      return inner.request(request)
    },
  })
  return { line, wrap }
}

test('the first to come leads, and says so as controller-runtime does', async () => {
  const { time, contender, holder } = bed()
  const { lease } = contender('a')
  await lease.acquire()
  expect(lease.leads).toBe(true)
  expect(await holder()).toMatchObject({
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    leaseTransitions: 0,
    renewTime: '2026-01-01T00:00:00.000000Z',
  })
  await time.pass(60_000)
  expect(lease.leads).toBe(true)
  expect((await holder())?.renewTime).toBe('2026-01-01T00:01:00.000000Z')
})

test('the second waits while the first renews, and follows at once when the first gives up', async () => {
  const { time, contender, holder } = bed()
  const [first, second] = [contender('a').lease, contender('b').lease]
  await first.acquire()
  const won = second.acquire()
  await time.pass(120_000)
  expect(second.leads).toBe(false)
  await first.stop()
  expect(await holder()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  await time.run(() => second.leads, 10_000)
  await won
  expect(await holder()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
})

/** Two, of which the first has led for half a minute and the second waits. */
async function leading() {
  const { time, contender } = bed()
  const { line, wrap } = cuttable()
  const [first, second] = [contender('a', wrap).lease, contender('b').lease]
  await first.acquire()
  void second.acquire()
  await time.pass(30_000)
  return { time, line, first, second }
}

test('when the first dies the second follows after the Lease has run out, not before', async () => {
  const { time, line, second } = await leading()
  line.cut = true
  const cutAt = time.clock.now()
  await time.run(() => second.leads)
  expect(time.clock.now() - cutAt).toBeGreaterThanOrEqual(13_000)
  expect(time.clock.now() - cutAt).toBeLessThan(20_000)
})

test('who cannot renew stops leading before another one may', async () => {
  const { time, contender } = bed()
  const { line, wrap } = cuttable()
  const first = contender('a', wrap).lease
  await first.acquire()
  let lost: Error | undefined
  void first.lost.then(error => {
    lost = error
  })
  line.cut = true
  const cutAt = time.clock.now()
  await time.run(() => lost !== undefined)
  expect(first.leads).toBe(false)
  expect(time.clock.now() - cutAt).toBeLessThan(15_000)
  expect(String(lost)).toContain('leadership is lost')
  expect(String(lost?.cause)).toContain('no route')
})

test('who took it is the reason, whatever went wrong before', async () => {
  const { time, contender } = bed()
  const { line, wrap } = cuttable()
  const { lease } = contender('a', wrap)
  await lease.acquire()
  line.cut = true
  await time.pass(3_000)
  line.cut = false
  await time.pass(3_000)
  const ref = { apiVersion: LeaseKind.apiVersion, kind: LeaseKind.kind, name: 'operator-lock', namespace: 'default' }
  await contender('observer').client.mergePatch(ref, { spec: { holderIdentity: 'b' } })
  const lost = await time.during(lease.lost)
  expect(String(lost.cause)).toBe('Error: somebody else holds the Lease')
})

test('who gets no answer stops leading too, and one that comes too late is none', async () => {
  const { time, line, first, second } = await leading()
  line.silent = true
  await time.run(() => second.leads, 60_000)
  expect([first.leads, second.leads]).toEqual([false, true])
  line.speaks()
  await time.pass(60_000)
  expect([first.leads, second.leads]).toEqual([false, true])
})

test('at no time do two lead, whatever goes wrong', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { time, contender } = bed()
    const random = seeded(seed)
    const lines = ['a', 'b', 'c'].map(name => {
      const { line, wrap } = cuttable()
      return { line, lease: contender(name, wrap, seeded(seed * 10 + name.charCodeAt(0))).lease }
    })
    const leading = () => lines.filter(({ lease }) => lease.leads).length
    for (const { lease } of lines) void lease.acquire().catch(() => {})
    for (let step = 0; step < 60; step++) {
      for (const { line } of lines) {
        line.cut = random() < 0.3
        if (random() < 0.3) line.silent = true
        else line.speaks()
      }
      await time.run(() => leading() > 1, 5000)
      expect(leading(), `seed ${seed}, step ${step}`).toBeLessThanOrEqual(1)
    }
    for (const { line } of lines) line.speaks()
    await Promise.all(lines.map(({ lease }) => lease.stop()))
  }
})

test('stopped while waiting, it neither leads nor waits', async () => {
  const { time, contender } = bed()
  await contender('a').lease.acquire()
  const { lease } = contender('b')
  const refused = lease.acquire().catch((error: Error) => error.message)
  await time.pass(5000)
  await lease.stop()
  expect(await refused).toBe('stopped')
  expect(lease.leads).toBe(false)
})

test('an identity is the host and something that nobody else has', () => {
  expect(identityOf('host', seeded(1))).toMatch(/^host_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(identityOf('host', seeded(1))).not.toBe(identityOf('host', seeded(2)))
})

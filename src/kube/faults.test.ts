import { expect, test } from 'vitest'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Cache } from './cache.ts'
import { Client } from './client.ts'
import { type Random, seeded } from './clock.ts'
import { isNotFound } from './errors.ts'
import { type FaultRates, faulty, usualRates } from './faults.ts'
import { ConfigMap } from './kinds.ts'
import type { KubeObject } from './objects.ts'

const configMap = (name: string, data: Record<string, string> = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }) as KubeObject
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace: 'default' })

function bed(seed: number, options: { rates?: Partial<FaultRates>; kill?: { atWrite: number; withEffect: boolean } } = {}) {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const line = faulty(sandbox.transport(), { random: seeded(seed), clock: time.clock, ...options })
  const clientOf = (transport = sandbox.transport()) =>
    new Client({ transport, clock: time.clock, random: seeded(2), fieldManager: 'test' })
  return { time, sandbox, line, client: clientOf(line), direct: clientOf() }
}

test('the same seed brings the same faults', async () => {
  const story = async (seed: number) => {
    const { time, client, line } = bed(seed)
    const outcomes: string[] = []
    void (async () => {
      for (let i = 0; i < 40; i++) {
        await client.apply(configMap(`x${i % 4}`, { i: String(i) })).then(
          () => outcomes.push('good'),
          error => outcomes.push(String(error)),
        )
      }
    })()
    await time.run(() => outcomes.length === 40)
    return [outcomes, line.happened, time.clock.now()]
  }
  expect(await story(7)).toEqual(await story(7))
  expect(await story(7)).not.toEqual(await story(8))
})

test('a lost response has taken effect, a reset connection has not', async () => {
  const lost = bed(1, { rates: { lost: 1 } })
  await expect(lost.client.create(configMap('x'))).rejects.toThrow('ECONNRESET')
  expect((await lost.direct.get(ConfigMap, 'x', 'default')).metadata.name).toBe('x')
  const reset = bed(1, { rates: { reset: 1 } })
  await expect(reset.client.create(configMap('x'))).rejects.toThrow('ECONNRESET')
  expect(isNotFound(await reset.direct.get(ConfigMap, 'x', 'default').catch(error => error))).toBe(true)
})

test.each([true, false])('killed at its second write, with effect: %s, nothing is answered any more', async withEffect => {
  const { client, direct, line, time } = bed(1, { rates: {}, kill: { atWrite: 2, withEffect } })
  const cache = new Cache({ client, clock: time.clock, random: seeded(1) })
  await cache.view(ConfigMap).settled()
  await client.create(configMap('a'))
  await expect(client.create(configMap('b'))).rejects.toThrow('killed')
  await expect(client.get(ConfigMap, 'a', 'default')).rejects.toThrow('killed')
  expect([line.killed, line.writes]).toEqual([true, 2])
  expect((await direct.list(ConfigMap, { namespace: 'default' })).map(({ metadata }) => metadata.name)).toEqual([
    'a',
    ...(withEffect ? ['b'] : []),
  ])
  cache.close()
})

test('whatever goes wrong, in the end the cache is what the cluster is', async () => {
  const happened = new Set<string>()
  for (let seed = 1; seed <= 40; seed++) {
    const { time, client, direct, line } = bed(seed, {
      rates: { ...usualRates, cut: 0.1, gone: 0.05, repeated: 0.1, late: 0.2, overtaken: 0.2 },
    })
    const cache = new Cache({ client, clock: time.clock, random: seeded(seed) })
    const view = cache.view(ConfigMap, { namespace: 'default' })
    const told = new Map<string, string>()
    await time.run(() => view.state === 'synced')
    for (const { metadata } of view.list()) told.set(metadata.name, metadata.resourceVersion ?? '')
    cache.subscribe(({ type, object }) => {
      if (type === 'deleted') told.delete(object!.metadata.name)
      else if (object) told.set(object.metadata.name, object.metadata.resourceVersion ?? '')
    })
    // Wider and narrower views are opened on the way, and share watches as they come.
    const random = seeded(1000 + seed)
    const open = () =>
      cache.view(ConfigMap, [{}, { namespace: 'default', name: 'x1' }, { namespace: 'kube-system' }][Math.floor(3 * random())])
    for (let i = 0; i < 3; i++) time.clock.after(200_000 * random(), open)
    await disturb(direct, { cache, random: seeded(seed), time })
    line.calm()
    await time.pass(120_000)
    const there = (await direct.list(ConfigMap, { namespace: 'default' })).map(({ metadata }) => [metadata.name, metadata.resourceVersion])
    expect(
      view.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
      `seed ${seed}`,
    ).toEqual(there)
    expect([...told].sort(), `events, seed ${seed}`).toEqual(there)
    const one = cache.view(ConfigMap, { namespace: 'default', name: 'x1' })
    await one.settled()
    expect(
      one.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
      `one, seed ${seed}`,
    ).toEqual(there.filter(([name]) => name === 'x1'))
    for (const fault of Object.keys(line.happened)) happened.add(fault)
    cache.close()
  }
  for (const fault of ['cut', 'gone', 'repeated', 'late', 'overtaken', 'reset', 'tooMany']) expect(happened).toContain(fault)
})

/** A hundred changes, some of whose responses reach the cache before their events, some after, some never. */
async function disturb(client: Client, { cache, random, time }: { cache: Cache; random: Random; time: VirtualTime }): Promise<void> {
  const remove = async (name: string) => {
    const gone = await client.delete(ref(name)).catch(() => undefined)
    const uid = gone && 'details' in gone ? gone.details?.uid : undefined
    if (uid && random() < 0.5) cache.deleted(ref(name), uid)
  }
  const change = async (name: string, i: number) => {
    const made = await client.apply(configMap(name, { i: String(i) }), { force: true })
    if (random() < 0.5) time.clock.after(random() < 0.5 ? 0 : 3000 * random(), () => cache.observed(made))
  }
  for (let i = 0; i < 100; i++) {
    const name = `x${Math.floor(random() * 5)}`
    await (random() < 0.25 ? remove(name) : change(name, i))
    if (random() < 0.5) await time.pass(random() * 4000)
  }
}

import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { pause, seeded } from '../kube/clock.ts'
import { VirtualTime } from './virtual-time.ts'

test('an hour of waiting takes no time, and is seen by the clock', async () => {
  const time = new VirtualTime(0)
  let woke = 0
  void pause(time.clock, 3_600_000).then(() => {
    woke = time.clock.now()
  })
  expect(await time.run()).toBe(true)
  expect(woke).toBe(3_600_000)
})

test('who waits for less than a number of this size can tell gets on all the same', async () => {
  const time = new VirtualTime(Date.UTC(2026, 0))
  const due = time.clock.now() + 1
  let rounds = 0
  const again = () => {
    const left = due - time.clock.now()
    if (left > 0 && ++rounds < 10_000) time.clock.after(Math.min(left, 0.0001), again)
  }
  again()
  await time.run()
  expect(time.clock.now()).toBeGreaterThanOrEqual(due)
})

test('timers fire by time, then in the order they were set, and cancelled ones never', async () => {
  const time = new VirtualTime(0)
  const seen: string[] = []
  const random = seeded(7)
  const expected: [number, number][] = []
  for (let i = 0; i < 500; i++) {
    const at = Math.floor(random() * 100)
    const cancel = time.clock.after(at, () => seen.push(`${at}/${i}`))
    if (i % 3 === 0) cancel()
    else expected.push([at, i])
  }
  expected.sort(([a, i], [b, j]) => a - b || i - j)
  await time.run()
  expect(seen).toEqual(expected.map(([at, i]) => `${at}/${i}`))
  expect(time.waiting).toBe(0)
})

test('chains of promises and immediates end before time moves', async () => {
  const time = new VirtualTime(0)
  const seen: string[] = []
  time.clock.after(1, () => seen.push('timer'))
  const chain = async () => {
    for (let i = 0; i < 50; i++) await new Promise<void>(resolve => setImmediate(resolve))
    await Promise.resolve()
    seen.push('chain')
  }
  void chain()
  await time.run()
  expect(seen).toEqual(['chain', 'timer'])
})

test('registered work holds time still, and settles in the order it was registered', async () => {
  const time = new VirtualTime(0)
  const seen: string[] = []
  const key = promisify(generateKeyPair)
  time.clock.after(1, () => seen.push('timer'))
  void time.busy(key('rsa', { modulusLength: 2048 })).then(() => seen.push('slow'))
  void time.busy(key('ed25519', {})).then(() => seen.push('fast'))
  void time.busy(Promise.reject(new Error('no'))).catch(() => seen.push('failed'))
  await time.run()
  expect(seen).toEqual(['slow', 'fast', 'failed', 'timer'])
})

test('run stops where the condition holds, or at its limit', async () => {
  const time = new VirtualTime(0)
  let ticks = 0
  const tick = () => {
    ticks++
    time.clock.after(10, tick)
  }
  tick()
  expect(await time.run(() => ticks === 5)).toBe(true)
  expect(time.clock.now()).toBe(40)
  expect(await time.run(() => false, 25)).toBe(false)
  expect(time.clock.now()).toBe(65)
  await time.pass(5)
  expect([time.clock.now(), ticks]).toEqual([70, 8])
})

test('a condition that can no longer come true is told at once', async () => {
  expect(await new VirtualTime().run(() => false)).toBe(false)
})

test('it passes until work is done, and who waits hears how that ended', async () => {
  const time = new VirtualTime()
  const { clock } = time
  const begun = clock.now()
  expect(await time.during(pause(clock, 5_000).then(() => 'done'))).toBe('done')
  await expect(time.during(pause(clock, 5_000).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no')
  expect(clock.now() - begun).toBe(10_000)
})

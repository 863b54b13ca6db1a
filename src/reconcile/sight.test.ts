import { expect, test } from 'vitest'
import type { View } from '../kube/cache.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Sight } from './sight.ts'

function view(): View & { settle(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const one = { state: 'syncing', settled: () => promise, settle: () => resolve(Object.assign(one, { state: 'synced' }) && undefined) }
  return one as unknown as View & { settle(): void }
}

function sight() {
  const time = new VirtualTime()
  const one = new Sight(time.clock)
  const settled = (views: View[]) => {
    let done = false
    void one.settle(views).then(() => {
      done = true
    })
    return () => done
  }
  return { time, settled }
}

test('all that were asked for are waited for, and nothing more', async () => {
  const { time, settled } = sight()
  const views = [view(), view()]
  const done = settled(views)
  views[0]!.settle()
  await time.pass(1_000)
  expect(done()).toBe(false)
  views[1]!.settle()
  await time.pass(0)
  expect(done()).toBe(true)
  expect(time.waiting).toBe(0)
})

test('what hangs is waited for once, and only so long', async () => {
  const { time, settled } = sight()
  const [hung, well] = [view(), view()]
  const first = settled([hung, well])
  well.settle()
  await time.pass(14_000)
  expect(first()).toBe(false)
  await time.pass(1_000)
  expect(first()).toBe(true)
  const second = settled([hung, well])
  await time.pass(0)
  expect(second()).toBe(true)
})

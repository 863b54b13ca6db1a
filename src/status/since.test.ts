import { expect, test } from 'vitest'
import { dated, Since } from './since.ts'

const now = Date.parse('2026-11-21T08:00:00Z')
const minute = 60_000

test('what is awaited says since when, also when its numbers change', () => {
  const since = new Since()
  const line = (count: number, at: number) =>
    dated(
      { subject: 'DaemonSet n/w:', text: `DaemonSet n/w: ${count} of 9 nodes not ready`, detail: 'a starting' },
      since.round({ reported: [], now: at }),
    )
  expect(line(5, now)).toBe('DaemonSet n/w: 5 of 9 nodes not ready (since 2026-11-21T08:00:00Z): a starting')
  expect(line(4, now + minute)).toBe('DaemonSet n/w: 4 of 9 nodes not ready (since 2026-11-21T08:00:00Z): a starting')
})

test('what was over in between begins anew', () => {
  const since = new Since()
  since.round({ reported: [], now })('x')
  since.round({ reported: [], now: now + minute })
  expect(since.round({ reported: [], now: now + 2 * minute })('x')).toBe('2026-11-21T08:02:00Z')
})

test('a new process reads from the status since when something has stood', () => {
  const reported = ['y (since 2026-11-21T06:00:00Z)\nx: 3 of 9 (since 2026-11-21T07:00:00Z): because']
  expect(new Since().round({ reported, now })('x:')).toBe('2026-11-21T07:00:00Z')
})

test('objects may know of an earlier time, but not of one to come', () => {
  const { round } = { round: () => new Since().round({ reported: [], now }) }
  expect(round()('x', now - minute)).toBe('2026-11-21T07:59:00Z')
  expect(round()('x', now + minute)).toBe('2026-11-21T08:00:00Z')
})

import { expect, test } from 'vitest'
import { delayAfter } from './backoff.ts'

test('later each time, up to a minute', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 50].map(attempts => delayAfter(attempts, () => 0) / 1000)
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('up to a quarter later, so that many failures do not come back together', () => {
  expect(delayAfter(1, () => 0.999)).toBe(1250)
  expect(delayAfter(9, () => 0.999)).toBe(74_985)
})

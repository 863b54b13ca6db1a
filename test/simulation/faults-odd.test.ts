/** A whole installation under a hundred seeds of faults: whatever goes wrong on the way, the end is the same. The other hundred are in a file of their own, for the other core. */
import { expect, test } from 'vitest'
import { storms } from './storm.ts'

const seeds = Array.from({ length: 100 }, (_, index) => 2 * index + 1)

test('an installation ends the same under every odd seed of faults', { timeout: 120_000 }, async () => {
  const { objects, faults, failed } = await storms(seeds)
  expect(failed).toEqual([])
  expect(objects).toBeGreaterThan(100)
  expect(faults).toBeGreaterThan(10 * seeds.length)
})

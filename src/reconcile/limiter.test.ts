import { expect, test } from 'vitest'
import { Limiter } from './limiter.ts'

test('only so many at once, the others in order, and a failure makes room too', async () => {
  const limiter = new Limiter(2)
  const log: string[] = []
  let atOnce = 0
  let most = 0
  const work = (name: string, fails = false) =>
    limiter.run(async () => {
      log.push(name)
      most = Math.max(most, ++atOnce)
      await Promise.resolve()
      atOnce--
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([work('a'), work('b', true), work('c'), work('d', true), work('e')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(most).toBe(2)
})

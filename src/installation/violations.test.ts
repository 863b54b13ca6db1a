/** Whatever is wrong with an Installation, all of it is told, with the field, the value and what to do, however much there is at once. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolve } from './resolve.ts'
import { rules } from './rules.ts'
import { asking, factsWith } from './testdata/asked.ts'
import { together } from './testdata/mixture.ts'
import { alone, type Violation, violations } from './testdata/violations-table.ts'
import { heldUp } from './waiting.ts'

/** How many mixtures; VIOLATION_RUNS raises it. */
const runs = Number(process.env.VIOLATION_RUNS ?? 400)

const all = [...violations, ...alone]

/** What is told of them when they come together; undefined when they cannot. */
function told(some: readonly Violation[]) {
  const mixture = together(some)
  if (!mixture) return undefined
  const facts = factsWith(mixture.facts)
  const result = resolve(asking(mixture.spec), facts)
  return { ...mixture, problems: 'problems' in result ? result.problems : [...result.pools.problems, ...heldUp(result.calico, facts)] }
}

/** Those that nobody was told of, or not all that was to be told. */
const untold = (some: readonly Violation[]): string[] => {
  const { problems = [], paths = [] } = told(some) ?? {}
  return some
    .filter(({ says }, index) => !problems.some(({ path, message, remedy }) => path === paths[index] && message.includes(says) && remedy))
    .map(({ id, says }) => `${id}: ${says} among ${JSON.stringify(problems.map(({ path, message }) => `${path}: ${message}`))}`)
}

test('there is a violation of every rule', () => {
  const ids = new Set(all.map(({ id }) => id))
  expect(rules.map(({ id }) => id).filter(id => !ids.has(id))).toEqual([])
})

test.each(all.map(violation => [`${violation.id} (${violation.says})`, violation] as const))('%s', (_, violation) => {
  expect(untold([violation])).toEqual([])
})

/** Of those that share their pools there is only one. */
const mixtures = (minLength: number) =>
  fc.uniqueArray(fc.constantFrom(...violations), {
    minLength,
    maxLength: 5,
    selector: ({ id, says, path, pools }) => JSON.stringify(pools ?? [id, says, path]),
  })

test('of any that come together none is left out', () => {
  let mixed = 0
  fc.assert(
    fc.property(mixtures(2), some => {
      if (!together(some)) return
      mixed++
      expect(untold(some)).toEqual([])
    }),
    { numRuns: runs },
  )
  expect(mixed).toBeGreaterThan(runs / 4)
})

test('nothing is told twice', () => {
  fc.assert(
    fc.property(mixtures(1), some => {
      const lines = (told(some)?.problems ?? []).map(({ path, message }) => `${path}: ${message}`)
      expect(lines).toEqual([...new Set(lines)])
    }),
    { numRuns: runs },
  )
})

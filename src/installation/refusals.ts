/** Asks the table of capabilities about one Installation, and prints the table. Knows no combination itself. */
import type { Problem } from '../reconcile/problems.ts'
import { limited, type Unsupported, unsupported, unsupportedPools, type Values } from './capabilities.ts'
import { invalid } from './invalid.ts'
import type { Rule } from './rule.ts'
import { type PoolSetup, type Setup, unclear } from './setup.ts'

const words = (text: string, setup: object): string => text.replaceAll(/\{(\w+)\}/g, (_, axis: string) => String(Reflect.get(setup, axis)))

const applies = (when: object, setup: object): boolean =>
  Object.entries(when as Record<string, Values>).every(([axis, values]) => {
    const value = String(Reflect.get(setup, axis))
    if (value === unclear) return false
    if ('below' in values) return isBelow(value, values.below)
    return 'in' in values ? values.in.includes(value) : !values.notIn.includes(value)
  })

/** What has no version is below none. */
function isBelow(version: string, bound: string): boolean {
  const [[major = Number.NaN, minor = Number.NaN], [least = 0, below = 0]] = [numbers(version), numbers(bound)]
  return major < least || (major === least && minor < below)
}

const numbers = (version: string): number[] => version.split('.').map(Number)

const asProblem = ({ path, because, remedy }: Unsupported | Unsupported<PoolSetup>, setup: object, index?: number): Problem =>
  invalid(path.replace('[]', `[${index}]`), words(because, setup), words(remedy, setup))

/** All that speaks against a combination and its pools; what has nothing to do with a single pool is said once. */
export function refusals(setup: Setup, pools: readonly PoolSetup[]): Problem[] {
  const whole = unsupported.filter(({ when }) => applies(when, setup)).map(row => asProblem(row, setup))
  const single = pools.flatMap((pool, index) =>
    unsupportedPools.filter(({ when }) => applies(when, pool)).map(row => asProblem(row, pool, index)),
  )
  return [...whole, ...single.filter((each, index) => index === single.findIndex(other => sentence(other) === sentence(each)))]
}

const sentence = ({ path, message }: Problem): string => `${path} ${message}`

/** What does not work as one would expect, in sentences. */
export const limitations = (setup: Setup): string[] =>
  limited.filter(({ when }) => applies(when, setup)).map(({ because, remedy }) => `${words(because, setup)}. ${remedy}`)

/** The table as rules that say in words when they refuse. */
export const capabilityRules: readonly Omit<Rule<never>, 'check'>[] = [...unsupported, ...unsupportedPools].map(
  ({ id, path, when, because }) => ({
    id,
    path,
    says: `Refused with ${conditions(when)}: ${because}.`,
  }),
)

export function conditions(when: object): string {
  const each = Object.entries(when as Record<string, Values>).map(([axis, values]) => {
    if ('below' in values) return `${axis} below ${values.below}`
    return 'in' in values ? `${axis} ${values.in.join(' or ')}` : `${axis} other than ${values.notIn.join(' or ')}`
  })
  return each.join(', ')
}

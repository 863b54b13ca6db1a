/** A problem that only the user of the Installation can solve. */
import type { Problem } from '../reconcile/problems.ts'
import type { Fault } from './overrides/fault.ts'

/** The reason that the reference reports for every violation; whose object it is, resolve.ts adds. */
export const invalid = (path: string, message: string, remedy: string): Problem => ({
  reason: 'InvalidConfigurationError',
  message,
  path,
  remedy,
})

/** What is wrong with values that may stand in other resources too, told of an Installation. */
export const invalidValues = (faults: readonly Fault[]): Problem[] =>
  faults.map(({ path, message, remedy }) => invalid(path, message, remedy))

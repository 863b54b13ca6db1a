/** A problem that only the user of the Installation can solve. */
import type { Problem } from '../reconcile/problems.ts'

/** The reason that the reference reports for every violation; whose object it is, resolve.ts adds. */
export const invalid = (path: string, message: string, remedy: string): Problem => ({
  reason: 'InvalidConfigurationError',
  message,
  path,
  remedy,
})

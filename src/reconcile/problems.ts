/** What can be wrong, said so that somebody can act: what, where, what to do. Collected, reported in status, events, metrics and the CLI alike. */

import { describe, type ObjectRef } from '../kube/objects.ts'

/** The reference's reasons of TigeraStatus conditions (spec/installation-api.md §12). */
export type Reason =
  | 'AllObjectsAvailable'
  | 'ResourceNotReady'
  | 'PodFailure'
  | 'CertificateError'
  | 'CertificateReadError'
  | 'InvalidConfigurationError'
  | 'ResourceCreateError'
  | 'ResourceMigrationError'
  | 'ResourceNotFound'
  | 'ResourcePatchError'
  | 'ResourceReadError'
  | 'ResourceRenderingError'
  | 'ResourceScalingError'
  | 'ResourceUpdateError'
  | 'ResourceValidationError'
  | 'MigrationError'
  | 'InternalServerError'
  | 'NotApplicable'
  | 'UpgradeError'
  | 'Unknown'
  | 'ImageSetError'

export interface Problem {
  reason: Reason
  /** What is wrong, in one sentence without a final stop; never a secret. */
  message: string
  /** The object it is about. */
  object?: ObjectRef
  /** The field: `spec.calicoNetwork.ipPools[1].cidr`. */
  path?: string
  /** What to do, as an imperative sentence. */
  remedy?: string
}

/** `spec.calicoNetwork.mtu: must be 0 or at least 1280. Set it …`: one problem as one line for people. */
export function sentence({ message, object, path, remedy }: Problem): string {
  const where = [object && describe(object), path].filter(Boolean).join(' ')
  return [where && `${legible(where)}: `, legible(message), remedy && `. ${legible(remedy)}`].filter(Boolean).join('')
}

const shown = 3

/** The first three, and how many there are beside them: `node-1, node-2, node-3 and 57 more`. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, shown).join(', ')
  return names.length > shown ? `${first} and ${names.length - shown} more` : first
}

/** Longer than any words of ours; what users write may be as long as they like. */
const longest = 800

/** One line of bearable length: what somebody wrote may break it, turn the text around or fill pages. */
export function legible(text: string): string {
  const whole = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped)
  return whole.length <= longest ? whole : `${whole.slice(0, longest / 2)} … ${whole.slice(-longest / 2)}`
}

const escaped = (character: string): string => (/\s/.test(character) ? ' ' : `\\u{${character.codePointAt(0)!.toString(16)}}`)

/** What stops a whole run; carries every problem found, not the first. */
class Stop extends Error {
  readonly problems: Problem[]
  /** Look again after so many milliseconds, for what no event tells. */
  readonly again: number | undefined
  constructor(problems: Problem[], { again }: { again?: number } = {}) {
    super(problems.map(sentence).join('\n'))
    this.problems = problems
    this.again = again
  }
}

/** The user must act; everything of this controller waits for a change. */
export class Invalid extends Stop {
  override name = 'Invalid'
}

/** Someone else must act first; woken by what was read. Degraded while it lasts, with these reasons, as the reference reports it. */
export class Waiting extends Stop {
  override name = 'Waiting'
}

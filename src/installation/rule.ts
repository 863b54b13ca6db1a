/** A rule of validation: what it says for people, and how it is checked. All rules are lists of these, so that documentation prints what is checked. */
import type { Problem } from '../reconcile/problems.ts'

export interface Rule<Context> {
  /** Stays the same when the words change. */
  readonly id: string
  /** The field, with `[]` for each item of a list. */
  readonly path: string
  /** What must hold, as a sentence. */
  readonly says: string
  readonly check: (context: Context) => Problem[]
}

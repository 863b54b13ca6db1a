/** What is known of one write on its way. Types only. */
import type { ApplyOptions } from './apply.ts'
import type { Difference, Ownership } from './compare.ts'
import type { KubeObject, ObjectRef } from './objects.ts'

/** One wish under way. */
export interface Wish {
  ref: ObjectRef
  object: KubeObject
  options: ApplyOptions
  how: Ownership
  text: string
}

/** What is to be written over what, and why. */
export interface Change {
  wanted: KubeObject
  live: KubeObject | undefined
  difference: Difference
}

/** What is there before the object is applied. */
export interface Prepared {
  current?: KubeObject
  /** Nothing is left to apply. */
  done?: boolean
}

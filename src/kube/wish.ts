/** What is known of one write: as it is wished for, on its way, and done. Types only. */
import type { Difference, Ownership } from './compare.ts'
import type { KubeObject, ObjectRef } from './objects.ts'

/** How an object is wished for. */
export interface ApplyOptions {
  /** More fields of the same object, each of which counts only where nobody else has set it. */
  defaults?: object
  /** Left alone once it is there. */
  createOnly?: boolean
  /** Only over this resourceVersion, '' for none: what else is there nobody has decided about yet. */
  over?: string
  /** Part of somebody else's object: what a predecessor set beside it stays. So it is, too, when there are defaults. */
  part?: boolean
  /** Where its status is written to, which is all that is written then. */
  subresource?: 'status' | 'approval'
  /** The kind has no such place: status is a field like others. */
  statusInside?: boolean
}

/** What became of it. */
export interface Applied {
  /** `owner`: nothing but the record of who set what has changed. */
  wrote: false | 'created' | 'changed' | 'owner'
  /** Not written, because it is not over what it was decided from. */
  outdated?: true
  object: KubeObject
  /** Why it was written. */
  difference?: Difference
}

/** One wish under way. */
export interface Wish {
  ref: ObjectRef
  object: KubeObject
  options: ApplyOptions
  how: Ownership
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

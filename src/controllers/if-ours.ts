/** What operators before us made and nobody wants any more. Looks at no cluster: whose an object is, its fields tell when it is to go. */
import type { ObjectRef } from '../kube/objects.ts'
import type { Removal } from '../reconcile/controller.ts'

/** Taken away if an operator made it; what users have made under the same name since stays, without a word. */
export const ifOurs = (refs: readonly ObjectRef[]): Removal[] => refs.map(ref => ({ ref, ours: '' }))

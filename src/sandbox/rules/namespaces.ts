/** Namespaces: born with a finalizer of their own, which goes when all in them is gone. */

import { isMap } from '../../kube/objects.ts'
import { put } from '../fields.ts'
import type { Item } from '../objects.ts'
import type { Preparation } from './preparation.ts'

const own = 'kubernetes'

export const namespace: Preparation = {
  create(object) {
    const finalizers = finalizersOf(object)
    const named = put(object, ['spec', 'finalizers'], finalizers.includes(own) ? finalizers : [...finalizers, own])
    return put(named, ['status'], { phase: 'Active' })
  },
  update: (object, old) => put(object, ['spec'], old.spec),
}

export function finalizersOf({ spec }: Item): string[] {
  return isMap(spec) && Array.isArray(spec.finalizers) ? spec.finalizers : []
}

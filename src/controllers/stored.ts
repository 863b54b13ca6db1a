/** Keeps pods from starting with a certificate that the cluster does not have, and users' certificates from being written over. Looks at no cluster. */
import type { KeysFound } from '../certificates/read.ts'
import { type KubeObject, keyOf, refOf } from '../kube/objects.ts'
import type { Condition, Wanted } from '../reconcile/controller.ts'
import { isWorkload } from '../render/workloads.ts'

/** The Secrets of key pairs. What a user has put there since it was read stays, and nothing is copied before that was read. */
export function secretsOf({ objects, guarded }: Pick<KeysFound, 'objects' | 'guarded'>): Wanted[] {
  const versions = new Map(guarded.map(({ ref, over }) => [keyOf(ref), over]))
  return objects.map(object => {
    const over = versions.get(keyOf(refOf(object)))
    const after = guarded.filter(({ ref }) => ref.name === object.metadata.name).map(({ ref }): Condition => ({ ref, is: 'written' }))
    return over === undefined ? { object, after } : { object, over }
  })
}

/** Workloads after the Secrets whose keys only this process knows: with it the keys would be lost. */
export function afterStored({ unstored }: Pick<KeysFound, 'unstored'>, objects: readonly (KubeObject | Wanted)[]): (KubeObject | Wanted)[] {
  const after = unstored.map((ref): Condition => ({ ref, is: 'written' }))
  return objects.map(each => ('kind' in each && after.length > 0 && isWorkload(each) ? { object: each, after } : each))
}

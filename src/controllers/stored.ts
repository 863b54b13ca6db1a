/** Keeps pods from starting with a certificate that the cluster does not have. Looks at no cluster. */
import type { KeysFound } from '../certificates/read.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Condition, Wanted } from '../reconcile/controller.ts'
import { isWorkload } from '../render/workloads.ts'

/** Workloads after the Secrets whose keys only this process knows: with it the keys would be lost. */
export function afterStored({ unstored }: Pick<KeysFound, 'unstored'>, objects: readonly (KubeObject | Wanted)[]): (KubeObject | Wanted)[] {
  const after = unstored.map((ref): Condition => ({ ref, is: 'written' }))
  return objects.map(each => ('kind' in each && after.length > 0 && isWorkload(each) ? { object: each, after } : each))
}

/** Which objects were made for a resource and are no longer wanted by anyone. Pure: judged on what the cache holds. */
import { type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'

/** Sees whether an object was written by this operator or one before it, by its managedFields. */
export type Authorship = (object: KubeObject) => boolean

/**
 * Objects owned by the resource with this uid, written by us, and wanted by none of its controllers.
 * Ownership is the API's own (metadata.ownerReferences), so nothing of the user's is ever among them.
 */
export function leftovers(
  candidates: readonly KubeObject[],
  owner: { uid: string; wanted: ReadonlySet<string> },
  ours: Authorship,
): ObjectRef[] {
  return candidates
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.uid))
    .filter(object => !owner.wanted.has(keyOf(refOf(object))) && ours(object))
    .map(refOf)
}

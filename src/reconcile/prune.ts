/** Which objects were made for a resource and are no longer wanted by anyone. Pure: judged on what the cache holds. */
import { groupKindOf, type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'

/** Sees whether an object was written by this operator or one before it, by its managedFields. */
export type Authorship = (object: KubeObject) => boolean

/** That very object, and none that came after it under the same name. */
export interface Leftover {
  ref: ObjectRef
  uid: string
}

/** With these would go what users made. */
const never = new Set(['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition'])

/** Whether objects of a kind may be left over at all. */
export const mayBeLeftOver = (kind: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean => !never.has(groupKindOf(kind))

/**
 * Objects owned by the resource with this uid and by nobody else, written by us, and wanted by no controller.
 * Ownership is the API's own (metadata.ownerReferences), so nothing of the user's is ever among them.
 */
export function leftovers(
  candidates: readonly KubeObject[],
  owner: { uid: string; wanted: ReadonlySet<string> },
  ours: Authorship,
): Leftover[] {
  return candidates
    .filter(object => mayBeLeftOver(object) && isOwnedBy(object, owner.uid) && !owner.wanted.has(keyOf(refOf(object))) && ours(object))
    .flatMap(object => (object.metadata.uid === undefined ? [] : [{ ref: refOf(object), uid: object.metadata.uid }]))
}

/** Not of what is going already. */
function isOwnedBy({ metadata: { deletionTimestamp, ownerReferences = [] } }: KubeObject, uid: string): boolean {
  return deletionTimestamp === undefined && ownerReferences.length > 0 && ownerReferences.every(owner => owner.uid === uid)
}

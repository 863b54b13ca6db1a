/** Gives up what is ours of an object that somebody else has made his own: whose it is, its labels and annotations. What is in it stays. Pure: makes the patch, sends nothing. */
import { type Fields, fieldsOf } from './fieldset.ts'
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from './objects.ts'

/** A merge patch, which holds only for this version of the object. Undefined when nothing is on record as ours, or everything is: then nobody else has it. */
export function disowning({ metadata }: KubeObject, managers: readonly string[]): { metadata: object } | undefined {
  const { managedFields = [], labels = {}, annotations = {}, ownerReferences, resourceVersion, uid } = metadata
  const isOurs = ({ manager = '' }: ManagedFieldsEntry) => managers.includes(manager)
  const others = managedFields.filter(entry => !isOurs(entry))
  if (others.length === 0 || others.length === managedFields.length) return undefined
  const set = (entries: ManagedFieldsEntry[], field: keyof ObjectMeta) => new Set(entries.flatMap(entry => stepsIn(entry, field)))
  const gone = (field: keyof ObjectMeta) => {
    const theirs = set(others, field)
    return [...set(managedFields.filter(isOurs), field)].filter(step => !theirs.has(step))
  }
  const named = (field: 'labels' | 'annotations', there: Record<string, string>) =>
    Object.fromEntries(
      gone(field)
        .map(step => step.slice(2))
        .flatMap(name => (name in there ? [[name, null]] : [])),
    )
  const owners = new Set(gone('ownerReferences'))
  return {
    metadata: {
      ...{ resourceVersion, uid, managedFields: others },
      ...{ labels: named('labels', labels), annotations: named('annotations', annotations) },
      ...(ownerReferences && { ownerReferences: ownerReferences.filter(owner => !owners.has(`k:${JSON.stringify({ uid: owner.uid })}`)) }),
    },
  }
}

/** `f:name` of each, or `k:{"uid":"…"}`; the one that stands for the whole is left out. */
function stepsIn(entry: ManagedFieldsEntry, field: keyof ObjectMeta): string[] {
  const { 'f:metadata': metadata } = fieldsOf(entry) ?? {}
  const fields = (metadata as Fields | undefined)?.[`f:${field}`] as Fields | undefined
  return Object.keys(fields ?? {}).filter(step => step !== '.')
}

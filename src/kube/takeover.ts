/** Moves what a predecessor's updates have set, and what others have added, into our own record, so that what is not wanted can be given up. Pure: makes the patch, sends nothing. */
import { additions, isContent, isOurs, isUpdate, leftovers, type Ownership, updatesOf } from './compare.ts'
import {
  asFieldsV1,
  common,
  entryOf,
  type Fields,
  fieldSet,
  fieldsOf,
  has,
  type Path,
  type Place,
  placeOf,
  union,
  without,
} from './fieldset.ts'
import { type JsonPatch, pointer } from './jsonpatch.ts'
import { isMap, type KubeObject, type ManagedFieldsEntry } from './objects.ts'
import type { SchemaNode } from './schema.ts'

export interface Fold {
  /** Holds only for the resourceVersion it was made for. */
  patch: JsonPatch
  /** The patch takes away all that is to go, too: nothing is left to apply. */
  complete: boolean
}

/**
 * Undefined when no update of ours or a predecessor's is on record, and nobody has added anything. `contentDiffers` says that something must be changed or added: what a patch
 * changes beside managedFields is recorded as an update again, so only removals may ride along (found on a real server).
 */
export function fold(wanted: KubeObject, live: KubeObject, how: Ownership & { contentDiffers: boolean }): Fold | undefined {
  const olds = updatesOf(live).filter(entry => isOurs(entry, how))
  const added = additions(wanted, live, how)
  if (olds.length === 0 && added.length === 0) return undefined
  const removals = how.whole && !how.contentDiffers ? removalsFrom(wanted, live, how) : undefined
  const own = entryOf(live, { manager: how.manager, operation: 'Apply' })
  const taken = [...olds.map(entry => taking(entry, wanted, how)), ...added.map(givingUp)]
  const fieldsV1 = removals ? fieldSet(wanted, how.schema) : taken.reduce((all, { ours }) => union(all, ours), fieldsOf(own) ?? {})
  const mine: ManagedFieldsEntry = {
    manager: how.manager,
    operation: 'Apply',
    // Not always that of the object: what an aggregated API shows may be kept, and recorded, as something else.
    apiVersion: own?.apiVersion ?? taken[0]?.entry.apiVersion ?? wanted.apiVersion,
    time: own?.time ?? taken[0]?.entry.time,
    fieldsType: 'FieldsV1',
    fieldsV1: asFieldsV1(fieldsV1),
  }
  const others = (live.metadata.managedFields ?? []).filter(entry => entry !== own && !taken.some(old => old.entry === entry))
  const rest = taken.flatMap(({ entry, left }) => (Object.keys(left).length > 0 ? [{ ...entry, fieldsV1: asFieldsV1(left) }] : []))
  const patch: JsonPatch = [
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: [...others, ...rest, mine] },
    ...(removals ?? []),
  ]
  return { patch, complete: removals !== undefined }
}

interface Taken {
  entry: ManagedFieldsEntry
  ours: Fields
  left: Fields
}

/** Who has added something keeps the rest. */
function givingUp({ entry, paths }: { entry: ManagedFieldsEntry; paths: Path[] }): Taken {
  const fields = fieldsOf(entry) ?? {}
  const ours = paths.reduce<Fields>((all, path) => union(all, only(fields, path)), {})
  return { entry, ours, left: without(fields, ours) }
}

/** What is at the end of the path, with the way there. */
const only = (fields: Fields, [step, ...rest]: Path): Fields => (step === undefined ? fields : { [step]: only(fields[step] ?? {}, rest) })

/** Of a whole object everything that was set is ours; of a part only what we want too, the rest stays with whom it was. */
function taking(entry: ManagedFieldsEntry, wanted: KubeObject, { schema, whole }: Ownership): Taken {
  const fields = fieldsOf(entry) ?? {}
  if (whole) return { entry, ours: fields, left: {} }
  const ours = common(fields, fieldSet(wanted, schema))
  return { entry, ours, left: without(fields, ours) }
}

/** Undefined when something to be removed is more than members of lists and entries of maps: that is left to an apply. */
function removalsFrom(wanted: KubeObject, live: KubeObject, how: Ownership): JsonPatch | undefined {
  const set = fieldSet(wanted, how.schema)
  const tops = new Map<string, Place>()
  for (const path of leftovers(wanted, live, how)) {
    const top = topOf(path, set, { live, schema: how.schema })
    if (!top) return undefined
    tops.set(pointer(...top.names), top)
  }
  const foreign = (live.metadata.managedFields ?? []).filter(entry => !isOurs(entry, how))
  const gone: Place[] = []
  for (const top of tops.values()) {
    const others = foreign.filter(entry => has(fieldsOf(entry), top.path) && !(isContent(top.path) && isUpdate(entry)))
    // What somebody else has set too stays, we only no longer ask for it; but of an item only our part would have to go.
    if (others.length > 0 && isMap(top.value)) return undefined
    if (others.length === 0) gone.push(top)
  }
  return gone.sort(lastFirst).map(({ names }) => ({ op: 'remove', path: pointer(...names) }))
}

/** The first place on a path that is not wanted at all and can be removed alone: an entry of a map, a member of a list. */
function topOf(path: Path, set: Fields, { live, schema }: { live: KubeObject; schema: SchemaNode | undefined }): Place | undefined {
  for (let length = 1; length <= path.length; length++) {
    const place = placeOf(live, schema, path.slice(0, length))
    if (has(set, place.path)) continue
    const within = place.parentSchema?.type
    if (within === 'map' || within === 'list') return place
    // The collection itself is not wanted: its members go one by one, for some of them may be others'.
    if (place.schema?.type !== 'map' && (place.schema?.type !== 'list' || place.schema.list === 'atomic')) return undefined
  }
  return undefined
}

/** Removing an item moves those after it. */
function lastFirst({ names: a }: Place, { names: b }: Place): number {
  for (const [index, step] of a.entries()) {
    const other = b[index]
    if (step === other) continue
    return typeof step === 'number' && typeof other === 'number' ? other - step : String(step) < String(other) ? -1 : 1
  }
  return 0
}

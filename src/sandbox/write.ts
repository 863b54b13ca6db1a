/** The last steps of every write: prepared by kind, judged, admitted, stored; or, for a dry run, all of it but the last. */
import { sameJson } from './apply/compare.ts'
import { aboutResource, type Call, isDryRun } from './call.ts'
import { problems, refuseInvalid } from './codec.ts'
import { firstGeneration, nextGeneration } from './generation.ts'
import { asNew, carriedOver, generatedName, withOwnersOnce } from './meta.ts'
import { requireNamespace } from './namespaces.ts'
import { freeze, type Item, keyIn, withMeta } from './objects.ts'
import { withoutNewTimes } from './ownership.ts'
import { alreadyExists, internal, invalid, modified } from './refusals.ts'
import { finalizersOf } from './rules/namespaces.ts'
import { prepareNew, prepareUpdate } from './rules/prepare.ts'
import { rulesOf } from './rules/rules.ts'
import { storageKey } from './served.ts'
import type { Review, Server } from './server.ts'

const generatedNameTries = 8

/** Empty lists, maps and nulls in the metadata of a custom resource that was applied: stored as they are, and never shown. */
export type Unshown = Readonly<Record<string, unknown>>

interface Writing {
  object: Item
  unshown?: Unshown | undefined
}

/** The metadata of objects that are stored with more than they show. Whoever writes such an object always makes a new version of it. */
const fuller = new WeakSet<Item['metadata']>()

export const isStoredAsShown = ({ metadata }: Item): boolean => !fuller.has(metadata)
const afterAdmission = ' after mutating admission happens'

/** Stores a new object that has been read and whose owners are recorded. Throws Refusal. */
export function insert(server: Server, call: Call, { object, unshown }: Writing): Item {
  requireNamespace(server, call, object)
  const review = (each: Item): Review => ({ call, operation: 'CREATE', object: each, old: undefined, dryRun: isDryRun(call) })
  const admitted = withOwnersOnce(server.admission.mutate(server, review(object)), call, afterAdmission)
  const named = freeNamed(server, call, asNew(admitted, server))
  const prepared = firstGeneration(prepareNew(server, call, named), call.served)
  refuseInvalid(call, prepared, problems(call, prepared, undefined))
  server.admission.validate(server, review(prepared))
  if (prepared.metadata.resourceVersion) throw internal('resourceVersion should not be set on objects to be created')
  const kind = storageKey(call.served)
  const existing = server.store.collection(kind).get(keyIn(prepared))
  if (existing) throw alreadyExists({ group: call.served.group, resource: call.served.plural, name: prepared.metadata.name }, existing)
  return isDryRun(call) ? freeze(prepared) : put(server, kind, { object: prepared, unshown })
}

function put({ store }: Server, kind: string, { object, unshown }: Writing): Item {
  const stored = store.put(kind, object)
  if (unshown) fuller.add(stored.metadata)
  return stored
}

/** A generated name that is taken is made anew. */
function freeNamed({ store, random }: Server, { served }: Call, object: Item): Item {
  const { generateName } = object.metadata
  const taken = (each: Item) => store.collection(storageKey(served)).get(keyIn(each)) !== undefined
  let named = object
  for (
    let tries = 1;
    generateName && object.metadata.name.startsWith(generateName) && taken(named) && tries < generatedNameTries;
    tries++
  ) {
    named = withMeta(named, { name: generatedName(generateName, random) })
  }
  return named
}

/** Stores an object in place of the old one; the same old object when nothing changes. Throws Refusal. */
export function replace(server: Server, call: Call, { object, old, unshown }: Writing & { old: Item }): Item {
  const review = (each: Item): Review => ({ call, operation: 'UPDATE', object: each, old, dryRun: isDryRun(call) })
  const admitted = withOwnersOnce(server.admission.mutate(server, review(object)), call, afterAdmission)
  const timed = unshown ? admitted : withoutNewTimes(admitted, old)
  requireVersion(call, timed, old)
  const filled = prepareUpdate(server, call, { object: carriedOver(timed, old), old })
  // Annotations that come with a status do not count.
  const prepared = call.subresource === 'status' ? filled : nextGeneration(filled, old, call.served)
  refuseInvalid(call, prepared, problems(call, prepared, old))
  server.admission.validate(server, review(prepared))
  const next = withMeta(prepared, { resourceVersion: old.metadata.resourceVersion })
  if (!unshown && isStoredAsShown(old) && sameJson(next, old)) return old
  const kind = storageKey(call.served)
  if (isFinished(next)) {
    if (!isDryRun(call)) server.store.remove(kind, next)
    return freeze(withMeta(next, unshown ?? {}))
  }
  if (isDryRun(call)) return freeze(next)
  return put(server, kind, { object: next, unshown })
}

/** Marked for deletion, and nobody holds it back any more: a Namespace has finalizers in its spec, too. */
export const isFinished = (object: Item): boolean => {
  const { deletionTimestamp, finalizers, deletionGracePeriodSeconds } = object.metadata
  const held = finalizers?.length || (object.kind === 'Namespace' && finalizersOf(object).length > 0)
  return deletionTimestamp !== undefined && !held && !deletionGracePeriodSeconds
}

function requireVersion(call: Call, object: Item, old: Item): void {
  const asked = object.metadata.resourceVersion
  if (asked && asked !== old.metadata.resourceVersion) throw modified({ ...aboutResource(call), name: old.metadata.name })
  if (asked || !rulesOf(call.served).versioned) return
  throw invalid([{ type: 'FieldValueInvalid', field: 'metadata.resourceVersion', value: 0, detail: 'must be specified for an update' }], {
    apiVersion: call.served.apiVersion,
    kind: call.served.plural,
    name: old.metadata.name,
  })
}

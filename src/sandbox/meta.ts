/** Metadata that the server writes: names, identity, times, and what of the old object goes on. Never judges. */
import type { Clock, Random } from '../kube/clock.ts'
import type { OwnerReference } from '../kube/objects.ts'
import { sameJson } from './apply/compare.ts'
import type { Call } from './call.ts'
import { type Item, withMeta } from './objects.ts'
import { badRequest } from './refusals.ts'

/** RFC 3339, to the second. */
export const timestamp = (clock: Clock): string => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const digit = (from: number, count: number) => (from + Math.floor(random() * count)).toString(16)
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, place => (place === 'x' ? digit(0, 16) : digit(8, 4)))
}

/** Consonants and digits that make no words. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** What `generateName` makes: as much of it as fits, and five characters by chance. */
export function generatedName(base: string, random: Random): string {
  return base.slice(0, 58) + Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('')
}

/** The object in the namespace of the request. Throws Refusal when it says it is in another one. */
export function inNamespace(object: Item, { namespace, served }: Call): Item {
  const said = object.metadata.namespace
  if (!served.namespaced) {
    if (said) throw badRequest('namespace is not allowed on this type')
    return object
  }
  if (said && said !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return said ? object : withMeta(object, { namespace })
}

/** Throws Refusal when the object has another name than the path. */
export function checkName(object: Item, { name }: Call): void {
  const said = object.metadata?.name
  if (!said) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (said !== name) throw badRequest(`the name of the object (${said}) does not match the name on the URL (${name})`)
}

/** What nobody but the server may say of a new object. */
export function asNew(object: Item, { clock, random }: { clock: Clock; random: Random }): Item {
  const { name, generateName } = object.metadata
  return withMeta(object, {
    name: name || (generateName ? generatedName(generateName, random) : name),
    uid: uuid(random),
    creationTimestamp: timestamp(clock),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  })
}

/** What an update that does not say it keeps. What it says is judged later. */
export function carriedOver(object: Item, old: Item): Item {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata
  return withMeta(object, {
    uid: object.metadata.uid || uid,
    creationTimestamp: object.metadata.creationTimestamp || creationTimestamp,
    deletionTimestamp: object.metadata.deletionTimestamp || deletionTimestamp,
    deletionGracePeriodSeconds: object.metadata.deletionGracePeriodSeconds ?? deletionGracePeriodSeconds,
    generation,
  })
}

/** The object with each owner named once; `when` says in the warning at which point they were found. */
export function withOwnersOnce(object: Item, { warnings }: Pick<Call, 'warnings'>, when = ''): Item {
  const owners = object.metadata.ownerReferences
  if (!owners || owners.length < 2) return object
  const isFirst = (owner: OwnerReference, index: number) => !owners.slice(0, index).some(other => sameJson(owner, other))
  const once = owners.filter(isFirst)
  if (once.length === owners.length) return object
  const twice = owners.filter((owner, index) => !isFirst(owner, index))
  warnings.push(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; ` +
      `please fix your requests; duplicate UID(s) observed: ${uids(twice)}`,
  )
  return withMeta(object, { ownerReferences: once })
}

const uids = (owners: OwnerReference[]) => [...new Set(owners.map(({ uid }) => uid))].join(', ')

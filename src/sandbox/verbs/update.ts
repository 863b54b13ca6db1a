/** PUT: an object in place of another one. */
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode, inVersion, sentObject } from '../codec.ts'
import { checkName, inNamespace, withOwnersOnce } from '../meta.ts'
import type { Item } from '../objects.ts'
import { checkWriteOptions } from '../options.ts'
import { tracked } from '../ownership.ts'
import { conflict, notFound } from '../refusals.ts'
import { rulesOf } from '../rules/rules.ts'
import { storageKey } from '../served.ts'
import { now, type Server } from '../server.ts'
import { insert, replace } from '../write.ts'
import { asSent, recorded, refuseTerminating } from './create.ts'

/** Throws Refusal. */
export function update(server: Server, call: Call): Answer {
  checkWriteOptions(call)
  const old = stored(server, call)
  const decoded = decode(call, sentObject(call))
  checkName(decoded, call)
  const object = withOwnersOnce(inNamespace(decoded, call), call)
  requireUid(call, object, old)
  if (!old) return upsert(server, call, object)
  const owned = tracked(call, { object, old }, { catalogue: server.catalogue, now: now(server) })
  return { status: 200, body: replace(server, call, { object: owned, old }) }
}

function upsert(server: Server, call: Call, object: Item): Answer {
  if (!rulesOf(call.served).upserts || call.subresource) throw notFound(aboutResource(call))
  refuseTerminating(call, object)
  return { status: 201, body: insert(server, call, { object: recorded(server, call, asSent(object)) }) }
}

/** The object that a call is about, in the version of the call. */
export function stored(server: Server, { served, namespace, name }: Call): Item | undefined {
  const object = server.store.collection(storageKey(served)).get(namespace ? `${namespace}/${name}` : name!)
  return object && inVersion(object, served)
}

/** Throws Refusal when the object said is another one, of the same name. */
function requireUid(call: Call, { metadata }: Item, old: Item | undefined): void {
  const asked = metadata.uid
  if (!asked || asked === old?.metadata.uid) return
  const { namespace, name, served } = call
  const key = `/registry/${served.group ? `${served.group}/` : ''}${served.plural}/${namespace ? `${namespace}/` : ''}${name}`
  throw conflict(
    aboutResource(call),
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
      `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${old?.metadata.uid ?? ''}`,
  )
}

/** POST: a new object. */
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode, sentObject } from '../codec.ts'
import { inNamespace, withOwnersOnce } from '../meta.ts'
import { type Item, withMeta } from '../objects.ts'
import { checkWriteOptions } from '../options.ts'
import { tracked } from '../ownership.ts'
import { forbidden } from '../refusals.ts'
import { now, type Server } from '../server.ts'
import { insert } from '../write.ts'

/** Throws Refusal. */
export function create(server: Server, call: Call): Answer {
  checkWriteOptions(call)
  const decoded = decode(call, sentObject(call))
  refuseTerminating(call, decoded)
  const object = inNamespace(asSent(decoded), call)
  return { status: 201, body: insert(server, call, { object: recorded(server, call, object) }) }
}

/** What a client may not say of a new object is forgotten before anybody looks. */
export const asSent = (object: Item): Item => withMeta(object, { uid: undefined, creationTimestamp: undefined })

/** With the fields it has recorded as the client's. */
export const recorded = (server: Server, call: Call, object: Item): Item =>
  tracked(call, { object: withOwnersOnce(object, call), old: undefined }, { catalogue: server.catalogue, now: now(server) })

/** A definition that is going takes no new resources. Throws Refusal. */
export function refuseTerminating(call: Call, object: Item): void {
  if (!call.served.custom?.terminating) return
  const about = { ...aboutResource(call), name: object.metadata.name }
  throw forbidden(about, 'create not allowed while custom resource definition is terminating')
}

/** Requests that the server's own controllers make: the same way as everybody's, but without asking for leave. */

import { sameJson } from '../apply/compare.ts'
import type { Call, User, Verb } from '../call.ts'
import { put } from '../fields.ts'
import { type Item, keyIn } from '../objects.ts'
import { tracked } from '../ownership.ts'
import { Refusal } from '../refusals.ts'
import { type Served, storageKey } from '../served.ts'
import { now, type Server } from '../server.ts'
import { create } from '../verbs/create.ts'
import { deletion } from '../verbs/remove.ts'
import { update } from '../verbs/update.ts'

export interface Self {
  user: User
  /** Its program's name, under which it owns fields. */
  program: string
}

export const apiServer: Self = { user: { name: 'system:apiserver', groups: ['system:masters'] }, program: 'kube-apiserver' }
export const controllerManager: Self = {
  user: { name: 'system:kube-controller-manager', groups: ['system:authenticated'] },
  program: 'kube-controller-manager',
}

interface What {
  verb: Verb
  served: Served
  object: Item
  subresource?: string
}

function callOf({ user, program }: Self, { verb, served, object, subresource }: What): Call {
  const { namespace, name } = object.metadata
  return {
    verb,
    user,
    userAgent: `${program}/v1`,
    served,
    ...(namespace !== undefined && { namespace }),
    ...(verb !== 'create' && { name }),
    ...(subresource !== undefined && { subresource }),
    query: {},
    body: object,
    contentType: 'application/json',
    accept: '',
    warnings: [],
  }
}

/** Creates an object, unless that is refused: because it is there, or its namespace is going. */
export function createAs(self: Self, server: Server, what: Omit<What, 'verb'>): void {
  unlessRefused(() => create(server, callOf(self, { ...what, verb: 'create' })))
}

/** Updates an object as it was read, unless that is refused: then a later event comes back to it. */
export function updateAs(self: Self, server: Server, what: Omit<What, 'verb' | 'subresource'>): void {
  unlessRefused(() => update(server, callOf(self, { ...what, verb: 'update' })))
}

/** Writes the status of an object as it was read. What the server itself says is not judged. */
export function reportAs(self: Self, server: Server, { served, object }: Pick<What, 'served' | 'object'>): void {
  const kind = storageKey(served)
  const old = server.store.collection(kind).get(keyIn(object))
  if (!old || sameJson(object.status, old.status)) return
  const call = callOf(self, { verb: 'update', served, object, subresource: 'status' })
  const next = put(old, ['status'], object.status)
  server.store.put(kind, tracked(call, { object: next, old }, { catalogue: server.catalogue, now: now(server) }))
}

export function removeAs(
  self: Self,
  server: Server,
  { propagationPolicy, ...what }: Omit<What, 'verb'> & { propagationPolicy?: 'Foreground' },
): void {
  const options = { ...(propagationPolicy && { propagationPolicy }), dryRun: false }
  unlessRefused(() => deletion(server, callOf(self, { ...what, verb: 'delete' }), { old: what.object, options }))
}

function unlessRefused(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

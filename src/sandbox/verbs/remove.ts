/** DELETE: at once, or marked and left to whoever holds it back. https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
import { type Answer, aboutResource, type Call } from '../call.ts'
import { inVersion } from '../codec.ts'
import { put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import { refuseNeeded } from '../namespaces.ts'
import { freeze, type Item, withMeta } from '../objects.ts'
import { type DeleteOptions, deleteOptions } from '../options.ts'
import { conflict, notFound } from '../refusals.ts'
import { finalizersOf } from '../rules/namespaces.ts'
import { rulesOf } from '../rules/rules.ts'
import { storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import { isStoredAsShown } from '../write.ts'
import { markedDefinition } from './definitions.ts'
import { list } from './list.ts'
import { stored } from './update.ts'

/** Throws Refusal. */
export function remove(server: Server, call: Call): Answer {
  const options = deleteOptions(call)
  const old = stored(server, call)
  if (!old) throw notFound(aboutResource(call))
  const { object, gone } = deletion(server, call, { old, options })
  if (!gone || rulesOf(call.served).returnsDeleted) return { status: 200, body: inVersion(object, call.served) }
  const { served } = call
  const details = {
    name: object.metadata.name,
    ...(served.group && { group: served.group }),
    kind: served.plural,
    uid: object.metadata.uid,
  }
  return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}

/** DELETE of a collection: each object selected. Throws Refusal. */
export function removeAll(server: Server, call: Call): Answer {
  const options = deleteOptions(call)
  const { dryRun: _, ...query } = call.query
  const { body } = list(server, { ...call, verb: 'list', query })
  for (const { metadata } of (body as { items: Item[] }).items) {
    const each: Call = { ...call, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
    const old = stored(server, each)
    if (old) deletion(server, each, { old, options })
  }
  return { status: 200, body }
}

interface Deletion {
  object: Item
  /** False when it is only marked. */
  gone: boolean
}

/** Throws Refusal. */
export function deletion(server: Server, call: Call, { old, options }: { old: Item; options: DeleteOptions }): Deletion {
  checkPreconditions(call, old, options)
  const kind = storageKey(call.served)
  if (kind === 'namespaces') refuseNeeded(old.metadata.name)
  server.admission.validate(server, { call, operation: 'DELETE', object: undefined, old, dryRun: options.dryRun })
  const marked = mark(server, call, { old, options })
  if (!marked) {
    if (options.dryRun) return { object: old, gone: true }
    return { object: server.store.remove(kind, old), gone: true }
  }
  if (marked === old && isStoredAsShown(old)) return { object: old, gone: false }
  return { object: options.dryRun ? freeze(marked) : server.store.put(kind, marked), gone: false }
}

/** Throws Refusal when it is not the object meant. */
function checkPreconditions({ served }: Call, { metadata }: Item, { preconditions = {} }: DeleteOptions): void {
  const about = { group: served.group, resource: served.kind, name: metadata.name }
  if (preconditions.uid !== undefined && preconditions.uid !== metadata.uid) {
    const words = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${metadata.uid})`
    throw conflict(about, `${words}. The object might have been deleted and then recreated`)
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    const words = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record`
    throw conflict(about, `${words} (${metadata.resourceVersion}). The object might have been modified`)
  }
}

/** The object marked for deletion, the old one when it is marked already, undefined when nothing holds it. */
function mark(server: Server, call: Call, { old, options }: { old: Item; options: DeleteOptions }): Item | undefined {
  const kind = storageKey(call.served)
  if (kind === 'namespaces') return markedNamespace(server, old)
  if (kind === 'customresourcedefinitions.apiextensions.k8s.io') return markedDefinition(server, old)
  const grace = kind === 'pods' ? podGrace(old, options) : 0
  const finalizers = wantedFinalizers(call, old, options)
  const changed = JSON.stringify(finalizers) !== JSON.stringify(old.metadata.finalizers ?? [])
  if (grace === 0 && finalizers.length === 0) return undefined
  const { deletionTimestamp, deletionGracePeriodSeconds = grace } = old.metadata
  if (deletionTimestamp && !changed && grace >= deletionGracePeriodSeconds) return old
  return marked(server, withMeta(old, { finalizers }), grace)
}

function marked({ clock }: Server, object: Item, grace: number): Item {
  const { generation, deletionTimestamp, deletionGracePeriodSeconds } = object.metadata
  const more = generation !== undefined && deletionGracePeriodSeconds === undefined
  const end = timestamp({ ...clock, now: () => clock.now() + grace * 1000 })
  return withMeta(object, {
    deletionTimestamp: deletionTimestamp && deletionTimestamp < end ? deletionTimestamp : end,
    deletionGracePeriodSeconds: Math.min(grace, deletionGracePeriodSeconds ?? grace),
    ...(more && { generation: generation + 1 }),
  })
}

/** Pods that a node runs are given time to end. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
function podGrace(pod: Item, { gracePeriodSeconds }: DeleteOptions): number {
  const { nodeName, terminationGracePeriodSeconds = 30 } = (pod.spec ?? {}) as { nodeName?: string; terminationGracePeriodSeconds?: number }
  const { phase } = (pod.status ?? {}) as { phase?: string }
  if (!nodeName || phase === 'Succeeded' || phase === 'Failed') return 0
  const asked = gracePeriodSeconds ?? terminationGracePeriodSeconds
  return asked < 0 ? 1 : asked
}

/** Jobs of old left their pods, and still do. */
const orphaning = new Set(['jobs.batch', 'replicationcontrollers'])

function wantedFinalizers({ served }: Call, { metadata }: Item, { propagationPolicy }: DeleteOptions): string[] {
  const own = ['orphan', 'foregroundDeletion']
  const present = metadata.finalizers ?? []
  const others = present.filter(finalizer => !own.includes(finalizer))
  const byKind = orphaning.has(storageKey(served)) ? 'Orphan' : 'Background'
  const policy =
    propagationPolicy ?? (present.includes('orphan') ? 'Orphan' : present.includes('foregroundDeletion') ? 'Foreground' : byKind)
  if (policy === 'Background') return others
  const finalizer = policy === 'Orphan' ? 'orphan' : 'foregroundDeletion'
  return present.includes(finalizer) ? present.filter(each => each === finalizer || !own.includes(each)) : [...others, finalizer]
}

/** A Namespace stays until all in it is gone. */
function markedNamespace({ clock }: Server, old: Item): Item | undefined {
  if (finalizersOf(old).length === 0 && !old.metadata.finalizers?.length) return undefined
  if (old.metadata.deletionTimestamp) return old
  return put(withMeta(old, { deletionTimestamp: timestamp(clock) }), ['status', 'phase'], 'Terminating')
}

/** What the server makes of an object before it is judged: status set aside, fields kept, addresses and times filled in. */
import type { Call } from '../call.ts'
import { zeroObject } from '../codec.ts'
import { at, type Path, put } from '../fields.ts'
import { type Item, withMeta } from '../objects.ts'
import { storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import { apiService } from './apiservices.ts'
import { definition } from './definitions.ts'
import { namespace } from './namespaces.ts'
import { pod } from './pods.ts'
import type { Preparation } from './preparation.ts'
import { certificateRequest } from './requests.ts'
import { rulesOf } from './rules.ts'
import { service } from './services.ts'
import { daemonSet, job } from './strategy.ts'

const kinds: Record<string, Preparation> = {
  namespaces: namespace,
  pods: pod,
  services: service,
  'apiservices.apiregistration.k8s.io': apiService,
  'daemonsets.apps': daemonSet,
  'jobs.batch': job,
  'certificatesigningrequests.certificates.k8s.io': certificateRequest,
  'customresourcedefinitions.apiextensions.k8s.io': definition,
}

export function prepareNew(server: Server, call: Call, object: Item): Item {
  const { status } = rulesOf(call.served)
  const bare = status && !status.sent ? put(object, ['status'], at(zeroObject(call.served), ['status'])) : object
  return kinds[storageKey(call.served)]?.create?.(bare, server, call) ?? bare
}

export function prepareUpdate(server: Server, call: Call, { object, old }: { object: Item; old: Item }): Item {
  const { status } = rulesOf(call.served)
  const kind = kinds[storageKey(call.served)]
  if (call.subresource === 'status') {
    const kept = call.served.custom ? onlyStatus(object, old) : keep(object, old, status?.keeps ?? [])
    return kind?.status?.(kept, old, server) ?? kept
  }
  if (call.subresource) return object
  const kept = status ? keep(object, old, [['status']]) : object
  return kind?.update?.(kept, old, { server, call }) ?? kept
}

/** Of a custom resource everything but status, and who owns it, stays. */
function onlyStatus(object: Item, old: Item): Item {
  return withMeta(put(old, ['status'], object.status), { managedFields: object.metadata.managedFields })
}

/** The object with these parts as they were. Whole metadata means all but who owns what. */
function keep(object: Item, old: Item, paths: readonly Path[]): Item {
  return paths.reduce((kept, path) => {
    if (path.length === 1 && path[0] === 'metadata') {
      const { labels, annotations, finalizers, ownerReferences, deletionTimestamp } = old.metadata
      return withMeta(kept, { labels, annotations, finalizers, ownerReferences, deletionTimestamp })
    }
    return put(kept, path, at(old, path))
  }, object)
}

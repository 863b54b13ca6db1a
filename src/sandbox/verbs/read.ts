/** GET of one object, and watches. */
import type { WatchEvent } from '../../kube/transport.ts'
import { type Answer, aboutResource, type Call } from '../call.ts'
import { zeroObject } from '../codec.ts'
import { type ListOptions, listOptions } from '../options.ts'
import { internal, notFound, tooLargeVersion } from '../refusals.ts'
import { storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import type { Stream } from '../stream.ts'
import type { Start } from '../watches.ts'
import { formOf } from './form.ts'
import { revisionOf } from './list.ts'
import { selection } from './selection.ts'
import { stored } from './update.ts'

/** Throws Refusal. */
export function get(server: Server, call: Call): Answer {
  const asked = revisionOf(call.query.resourceVersion ?? '')
  if (asked > server.store.revision) throw tooLargeVersion(asked, server.store.revision)
  const object = stored(server, call)
  if (!object) throw notFound(aboutResource(call))
  return { status: 200, body: formOf(call, server.clock).alone(object) }
}

/** Throws Refusal. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export function watch(server: Server, call: Call): Stream<WatchEvent> {
  const options = listOptions(call)
  const filter = selection(call)
  const form = formOf(call, server.clock)
  const { apiVersion, kind } = call.served
  return server.watches.watch({
    kind: storageKey(call.served),
    ...(call.namespace !== undefined && { namespace: call.namespace }),
    ...(filter && { filter }),
    present: object => form.alone(object),
    blank: { ...zeroObject(call.served), apiVersion, kind },
    start: startOf(options),
    bookmarks: options.bookmarks,
    ...(options.timeoutSeconds !== undefined && { timeoutSeconds: options.timeoutSeconds }),
  })
}

function startOf({ resourceVersion, initialEvents }: ListOptions): Start {
  if (resourceVersion !== '' && !/^\d+$/.test(resourceVersion)) throw badVersion(resourceVersion)
  if (initialEvents) return 'initial'
  if (resourceVersion === '' || resourceVersion === '0') return initialEvents === false ? 'now' : 'state'
  return Number(resourceVersion)
}

const badVersion = (text: string) =>
  internal(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)

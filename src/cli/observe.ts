/** Turns what goes to and comes from the server into log lines and metrics: requests, whether it answers, how parts of Calico stand. Names and reasons only. */
import { type Cache, isRefused, type View } from '../kube/cache.ts'
import { type Kind, resourceOf } from '../kube/objects.ts'
import type { Reason } from '../reconcile/problems.ts'
import { catalogue } from '../status/catalogue.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type Asked, isWrite } from './requests.ts'
import { inShort, watchStanding } from './standing.ts'

export interface Ears {
  log: Log
  metrics: Metrics
}

/** A line whenever a part of Calico stands otherwise than before, until what is returned is called. */
export const logStanding = (cache: Cache, parent: Log): (() => void) =>
  watchStanding(cache, ({ name, standing, reason, message }) => {
    const level = standing === 'degraded' && isError(reason) ? 'error' : 'info'
    parent.child({ logger: 'status' })[level]({ name, reason }, `TigeraStatus ${name} is ${standing}: ${inShort(message)}`)
  })

/** Somebody has to act. */
const isError = (reason: string): boolean => reason in catalogue && catalogue[reason as Reason].severity === 'error'

const done: Partial<Record<Asked['verb'], string>> = { create: 'created', update: 'changed', patch: 'changed', delete: 'deleted' }

/** Every request counts; writes are told to who asks for more. */
export const hearing =
  ({ log: parent, metrics }: Ears) =>
  (asked: Asked): void => {
    const { verb, resource, status = 0, message } = asked
    metrics.requests.inc({ verb, resource, code: String(status) })
    metrics.restRequests.inc({ method: methods[verb] ?? 'GET', code: status === 0 ? '<error>' : String(status) })
    if (!isWrite(asked)) return
    const log = parent.child({ logger: 'writes' })
    // Who refuses a Secret may repeat what it was sent; the problem that is reported tells why, without that.
    const why = { status, ...(resource !== 'secrets' && { reason: message }) }
    if (status === 0 || status >= 400) return void log.debug(why, `${verb} ${objectOf(asked)} failed`)
    log.debug(`${status === 201 ? 'created' : (done[verb] ?? verb)} ${objectOf(asked)}`)
  }

const methods: Partial<Record<Asked['verb'], string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}

function objectOf({ resource, subresource, namespace, name = '' }: Asked): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  return `${what} ${namespace === undefined ? name : `${namespace}/${name}`}`
}

/** Says once when the server stops answering, and once when it answers again; and what may not be read. Until what is returned is called. */
export function watchHealth(cache: Cache, parent: Log): () => void {
  const log = parent.child({ logger: 'watch' })
  const forbidden = new Set<string>()
  const cut = new Set<string>()
  const refused = (what: string, { kind, error }: View, is: boolean) => {
    if (is === forbidden.has(what)) return
    if (is) log.error({ error: error?.message }, `${what} may not be read; the rest goes on. ${grant(kind)}`)
    else log.info(`${what} may be read now`)
    mark(forbidden, what, is)
  }
  const lost = (what: string, { error }: View, is: boolean) => {
    const before = cut.size
    mark(cut, what, is)
    if (before === 0 && is) log.error({ error: error?.message }, 'the API server cannot be reached; it is tried until it can')
    if (before > 0 && cut.size === 0) log.info('the API server can be reached again')
  }
  return cache.subscribe(({ type, view }) => {
    if (type !== 'state') return
    const failing = view.state === 'failing'
    refused(named(view), view, isRefused(view))
    lost(named(view), view, failing && !isRefused(view))
  })
}

const mark = (set: Set<string>, item: string, is: boolean) => void (is ? set.add(item) : set.delete(item))

function named({ kind, scope: { namespace, name } }: View): string {
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`
  return `${resourceOf(kind)}${name === undefined ? '' : ` ${name}`}${place}`
}

const grant = (kind: Kind): string => `The operator's ClusterRole has to allow get, list and watch of ${resourceOf(kind)}`

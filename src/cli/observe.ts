/** Turns what an operator does into log lines and metrics: a line for each change of state, none for what stays. Names and reasons only. */
import type { Cache, View } from '../kube/cache.ts'
import { isForbidden, isUnauthorized } from '../kube/errors.ts'
import { describe, groupOf, type Kind } from '../kube/objects.ts'
import type { Write } from '../kube/telling.ts'
import { type Problem, sentence } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import { fault, type Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Observer } from './operator.ts'
import { type Asked, isWrite } from './requests.ts'
import { watchStanding } from './standing.ts'

export interface Ears {
  log: Log
  metrics: Metrics
}

interface Summary {
  result: 'idle' | 'done' | 'problems' | 'waiting' | 'invalid' | 'fault'
  problems: Problem[]
  /** Objects that wait for others, in words. */
  waiting: string[]
}

/** For one operator; what the last one's problems were is forgotten. */
export function observer({ log, metrics }: Ears): Observer {
  const last = new Map<string, { said: string; problems: Problem[] }>()
  metrics.problems.reset()
  return {
    reported(report) {
      const { name } = report.controller
      const summary = summarise(report)
      metrics.runs.inc({ controller: name, result: summary.result })
      const failed = ['problems', 'invalid', 'fault'].includes(summary.result)
      metrics.reconciles.inc({ controller: name, result: failed ? 'error' : 'success' })
      if (failed) metrics.errors.inc({ controller: name })
      const before = last.get(name)
      const said = JSON.stringify([summary.result, summary.problems.map(sentence), summary.waiting])
      if (before?.said === said) return
      last.set(name, { said, problems: summary.problems })
      gauge(metrics, name, { before: before?.problems ?? [], now: summary.problems })
      tell(log.child({ logger: name }), summary, before?.problems ?? [])
      if (summary.result === 'idle' && report.controller.mirrors) log.info({ logger: name }, idle)
    },
    applied: ({ message }) => log.info({ logger: 'apply' }, message),
    wrote(write) {
      metrics.writes.inc({ kind: write.ref.kind, effect: write.effect })
      tellWrite(log.child({ logger: 'apply' }), write)
    },
    fault: (where, error) => log.error({ logger: where, ...fault(error) }, 'something went wrong here; it is tried again'),
  }
}

function summarise({ serving, outcome, stopped, enacted }: Report): Summary {
  const problems = [...(stopped?.problems ?? []), ...(outcome?.problems ?? []), ...(enacted?.problems ?? [])]
  const waiting = enacted?.waiting ?? []
  if (stopped) return { result: stopped.kind, problems, waiting }
  if (!serving) return { result: 'idle', problems, waiting }
  return { result: problems.length > 0 ? 'problems' : 'done', problems, waiting }
}

function gauge({ problems }: Metrics, controller: string, { before, now }: { before: Problem[]; now: Problem[] }): void {
  for (const { reason } of before) problems.remove({ controller, reason })
  for (const { reason } of now) problems.inc({ controller, reason })
}

const idle = 'there is nothing to do: nobody asks for it'

function tell(log: Log, { result, problems, waiting }: Summary, before: readonly Problem[]): void {
  const known = new Set(before.map(sentence))
  for (const problem of problems.filter(each => !known.has(sentence(each)))) {
    const line = { reason: problem.reason }
    if (result === 'waiting') log.info(line, `waiting: ${sentence(problem)}`)
    else log.error(line, sentence(problem))
  }
  if (problems.length === 0 && before.length > 0) log.info('all problems are solved')
  for (const text of waiting) log.debug(text)
}

/** What failed is told as a problem; statuses, and records of who set what, matter to few. */
function tellWrite(log: Log, { ref, effect, path, subresource }: Write): void {
  if (effect === 'failed') return
  const what = `${effect === 'owner' ? 'took over' : effect === 'none' ? 'wrote without effect' : effect} ${describe(ref)}`
  const line = { kind: ref.kind, ...(ref.namespace && { namespace: ref.namespace }), name: ref.name, ...(path && { path }) }
  log[subresource === undefined ? 'info' : 'debug'](line, subresource === undefined ? what : `${what}/${subresource}`)
}

/** A line whenever a part of Calico stands otherwise than before, until what is returned is called. */
export const logStanding = (cache: Cache, parent: Log): (() => void) =>
  watchStanding(cache, ({ name, standing, reason, message }) => {
    const level = standing === 'degraded' ? 'error' : 'info'
    parent.child({ logger: 'status' })[level]({ name, reason }, `TigeraStatus ${name} is ${standing}: ${message}`)
  })

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
    if (status === 0 || status >= 400) return void log.debug({ status, reason: message }, `${verb} ${objectOf(asked)} failed`)
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
export function watchHealth(cache: Cache, { log: parent, metrics }: Ears): () => void {
  const log = parent.child({ logger: 'watch' })
  const forbidden = new Set<string>()
  const cut = new Set<string>()
  metrics.unreadable.reset()
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
    const isRefused = failing && (isForbidden(view.error) || isUnauthorized(view.error))
    metrics.unreadable.set({ resource: resourceOf(view.kind) }, failing ? 1 : 0)
    refused(named(view), view, isRefused)
    lost(named(view), view, failing && !isRefused)
  })
}

const mark = (set: Set<string>, item: string, is: boolean) => void (is ? set.add(item) : set.delete(item))

const resourceOf = ({ apiVersion, plural }: Kind): string => (groupOf(apiVersion) ? `${plural}.${groupOf(apiVersion)}` : plural)

function named({ kind, scope: { namespace, name } }: View): string {
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`
  return `${resourceOf(kind)}${name === undefined ? '' : ` ${name}`}${place}`
}

const grant = (kind: Kind): string => `The operator's ClusterRole has to allow get, list and watch of ${resourceOf(kind)}`

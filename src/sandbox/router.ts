/** From a request to whoever answers it: another server, a document, a verb. */
import type { Request } from '../kube/transport.ts'
import type { Access } from './access.ts'
import type { Aggregated, Handler } from './aggregated.ts'
import type { Answer, Call, Routed, Session, Verb } from './call.ts'
import { documentOf } from './documents.ts'
import { entryOf, type RequestLog } from './log.ts'
import { isTrue } from './options.ts'
import { type ResourcePath, resourcePath } from './paths.ts'
import { methodNotAllowed, notFound, Refusal, unknownPath, unknownResource } from './refusals.ts'
import { isReview, review, type Tokens } from './reviews.ts'
import { rulesOf } from './rules/rules.ts'
import type { Served } from './served.ts'
import type { Server } from './server.ts'
import { create } from './verbs/create.ts'
import { list } from './verbs/list.ts'
import { patch } from './verbs/patch.ts'
import { get, watch } from './verbs/read.ts'
import { remove, removeAll } from './verbs/remove.ts'
import { subresource } from './verbs/subresources.ts'
import { update } from './verbs/update.ts'

export interface House {
  server: Server
  access: Access
  aggregated: Aggregated
  log: RequestLog
  tokens: Tokens
}

/** Never throws: refusals are answers. */
export async function route(house: House, request: Request, session: Session): Promise<Routed> {
  try {
    const path = resourcePath(request.path)
    const elsewhere = path?.version ? house.aggregated.handlerOf(path) : undefined
    if (elsewhere) return await forwarded(house, elsewhere, { request, session, path: path! })
    if (!path?.resource) return await documented(house, request, session)
    return routed(house, callOf(house, { path, request, session }))
  } catch (error) {
    if (error instanceof Refusal) return refused(error)
    throw error
  }
}

async function documented(house: House, request: Request, session: Session): Promise<Routed> {
  house.access.checkPath(session.user, request.path)
  const document = await documentOf(house, request, session)
  if (!document) throw unknownPath()
  return { headers: typed(document.body), ...document }
}

interface Asked {
  request: Request
  session: Session
  path: ResourcePath
}

/** To another server, which has its own log; what was asked is written down here, too. */
async function forwarded({ server, aggregated, log }: House, handler: Handler, { request, session, path }: Asked): Promise<Routed> {
  const before = server.store.revision
  const answer = await handler(request, session)
  if (answer.events) aggregated.carry(path, answer.events)
  const { group, version, resource, ...place } = path
  const verb = answer.events ? 'watch' : (place.name === undefined ? ofCollection : ofObject)[request.method]
  if (resource === undefined || verb === undefined) return answer
  const kind = server.catalogue.all.find(({ plural }) => plural === resource)?.kind ?? ''
  const effect = server.store.revision !== before
  log.add(
    entryOf(
      { ...session, ...place, verb, served: { group, version, plural: resource, kind } },
      { time: server.clock.now(), status: answer.status, effect },
    ),
  )
  return answer
}

function callOf({ server }: House, { path, request, session }: { path: ResourcePath; request: Request; session: Session }): Call {
  const { group, version, resource = '', namespace, name, subresource } = path
  const served = server.catalogue.find(group, version, resource)
  if (!served) throw server.catalogue.all.some(each => each.group === group && !each.custom) ? unknownResource() : unknownPath()
  const query = request.query ?? {}
  return {
    ...session,
    verb: verbOf(request, { served, path }),
    served,
    ...(namespace !== undefined && served.namespaced && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    query,
    body: request.body,
    contentType: (request.contentType ?? 'application/json').split(';')[0]!.trim(),
    accept: request.accept ?? '',
    warnings: deprecations(served),
  }
}

function deprecations(served: Served): string[] {
  const { deprecated, deprecationWarning } = served.custom?.version ?? {}
  if (deprecated) return [deprecationWarning ?? `${served.apiVersion} ${served.kind} is deprecated`]
  const { deprecation } = rulesOf(served)
  return deprecation === undefined ? [] : [deprecation]
}

const ofObject: Record<string, Verb> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete', POST: 'create' }
const ofCollection: Record<string, Verb> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' }

/** Throws Refusal when there is nothing at such a path. */
function checkPlace({ group, plural, namespaced, custom, subresources }: Served, { name, namespace, subresource }: ResourcePath): void {
  const misplaced = namespaced ? namespace === undefined && name !== undefined : namespace !== undefined
  if (misplaced) throw custom ? unknownPath() : unknownResource()
  if (subresource === undefined || subresources.some(each => each.name === subresource)) return
  throw custom ? notFound({ group, resource: plural, name: name! }) : unknownResource()
}

/** Throws Refusal. */
function verbOf({ method, path: text, query }: Request, { served, path }: { served: Served; path: ResourcePath }): Verb {
  checkPlace(served, path)
  const { name, namespace, subresource } = path
  const below = subresource === undefined ? undefined : served.subresources.find(each => each.name === subresource)
  const table = name === undefined ? ofCollection : ofObject
  const watches =
    method === 'GET' &&
    (isTrue(query?.watch) || /^\/apis?\/([^/]+\/)?[^/]+\/watch\//.test(text)) &&
    !(name !== undefined && !text.includes('/watch/'))
  const verb = watches ? 'watch' : table[method]
  // Across all Namespaces, objects of a namespaced kind can only be looked at.
  const nowhere = served.namespaced && namespace === undefined && verb !== 'list' && verb !== 'watch'
  const known = verb !== undefined && (below ? below.verbs : served.verbs).includes(verb)
  if (!verb || !known || nowhere || (name !== undefined && verb === 'create' && !below)) throw methodNotAllowed()
  return verb
}

function routed(house: House, call: Call): Routed {
  const { server, log } = house
  const before = server.store.revision
  const logged = (status: number, name = call.name) =>
    log.add(
      entryOf(
        { ...call, ...(name !== undefined && { name }) },
        { time: server.clock.now(), status, effect: server.store.revision !== before },
      ),
    )
  try {
    house.access.check(call)
    if (call.verb === 'watch') {
      const events = watch(server, call)
      logged(200)
      return { status: 200, headers: { ...json, ...warned(call.warnings) }, body: undefined, events }
    }
    const { status, body } = answer(house, call)
    logged(status, call.name ?? (call.verb === 'create' ? (body as { metadata?: { name?: string } }).metadata?.name : undefined))
    return { status, headers: { ...typed(body), ...warned(call.warnings) }, body }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    logged(error.code)
    const { headers, ...rest } = refused(error)
    return { ...rest, headers: { ...headers, ...warned(call.warnings) } }
  }
}

function answer({ server, access, tokens }: House, call: Call): Answer {
  if (isReview(call)) return review(call, { access, tokens })
  const special = subresource(server, call)
  if (special) return special
  switch (call.verb) {
    case 'get':
      return get(server, call)
    case 'list':
    case 'watch':
      return list(server, call)
    case 'create':
      return create(server, call)
    case 'update':
      return update(server, call)
    case 'patch':
      return patch(server, call)
    case 'delete':
      return remove(server, call)
    case 'deletecollection':
      return removeAll(server, call)
  }
}

const json = { 'content-type': 'application/json' }
const typed = (body: unknown): Record<string, string> => (typeof body === 'string' ? { 'content-type': 'text/plain; charset=utf-8' } : json)

const warned = (warnings: readonly string[]): Record<string, string> =>
  warnings.length === 0 ? {} : { warning: warnings.map(text => `299 - ${JSON.stringify(text)}`).join(', ') }

function refused({ code, body, retryAfter }: Refusal): Routed {
  return { status: code, headers: { ...typed(body), ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) }, body }
}

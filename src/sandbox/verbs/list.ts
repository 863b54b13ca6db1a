/** GET of a collection: all of it or a page, now or as it was. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
import type { Answer, Call } from '../call.ts'
import type { Item } from '../objects.ts'
import { keyIn } from '../objects.ts'
import { type ListOptions, listOptions } from '../options.ts'
import { badRequest, expired, refusal, tooLargeVersion } from '../refusals.ts'
import { type Served, storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import type { Collection } from '../store.ts'
import { type Form, formOf } from './form.ts'
import { selection } from './selection.ts'

/** Throws Refusal. */
export function list(server: Server, call: Call): Answer {
  const options = listOptions(call)
  const filter = selection(call)
  const collection = server.store.collection(storageKey(call.served))
  const start = startOf(options, server.store.revision)
  const all = objectsAt(collection, { start, namespace: call.namespace, filter: undefined, options })
  const after = start.after === undefined ? all : all.filter(object => keyIn(object) > start.after!)
  const items = filter ? after.filter(filter) : after
  const page = options.limit > 0 ? items.slice(0, options.limit) : items
  const rest = items.length - page.length
  const metadata = {
    resourceVersion: String(start.revision),
    ...(rest > 0 && { continue: token(start.revision, keyIn(page.at(-1)!)), ...(!filter && { remainingItemCount: rest }) }),
  }
  return { status: 200, body: listOf(page, { metadata, served: call.served, form: formOf(call, server.clock) }) }
}

/** Items of built-in kinds do not say in lists what they are; lists of custom resources say when there is no more, too. */
export function listOf(page: Item[], { metadata, served, form }: { metadata: object; served: Served; form: Form }): unknown {
  if (form.list) return form.list(page, metadata)
  const whole = served.custom ? { continue: '', ...metadata } : metadata
  return { kind: served.listKind, apiVersion: served.apiVersion, metadata: whole, items: page.map(form.item) }
}

interface Start {
  revision: number
  /** Whether it has to be just this state. */
  exact: boolean
  /** The key of the last object of the page before. */
  after?: string
}

function startOf(options: ListOptions, current: number): Start {
  const { continueToken, resourceVersion, match, limit } = options
  if (continueToken) {
    if (resourceVersion && resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
    return fromToken(continueToken, current)
  }
  const revision = revisionOf(resourceVersion)
  if (revision > current) throw tooLargeVersion(revision, current)
  const exact = match === 'Exact' || (match === '' && limit > 0 && revision > 0)
  return { revision: exact ? revision : current, exact }
}

/** 0 for the empty text. Throws Refusal. */
export function revisionOf(resourceVersion: string): number {
  if (resourceVersion === '') return 0
  if (/^\d+$/.test(resourceVersion)) return Number(resourceVersion)
  const words = `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`
  throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${words}`)
}

/** In the form of kube-apiserver, though nobody should look inside. */
const token = (revision: number, key: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${key}\u0000` })).toString('base64url')

function fromToken(text: string, current: number): Start {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { v: string; rv: number; start: string }
    if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || !start?.endsWith('\u0000')) throw new Error('not one of ours')
    // A page asked for after what was before is forgotten goes on with what is now, if the client says so.
    return { revision: rv === -1 ? current : rv, exact: rv !== -1, after: start.slice(0, -1) }
  } catch (error) {
    throw badRequest(`invalid continue token: continue key is not valid: ${(error as Error).message}`)
  }
}

interface State {
  start: Start
  namespace: string | undefined
  filter: undefined
  options: ListOptions
}

function objectsAt(collection: Collection, { start, namespace, options }: State): Item[] {
  if (!start.exact) return collection.keys(namespace).map(key => collection.get(key)!)
  const objects = collection.at(start.revision)
  if (!objects) throw options.continueToken ? lostPage(start) : expired(tooOld(start, collection))
  if (objects === collection.objects) return collection.keys(namespace).map(key => collection.get(key)!)
  const inNamespace = namespace === undefined ? [...objects.keys()] : [...objects.keys()].filter(key => key.startsWith(`${namespace}/`))
  return inNamespace.sort().map(key => objects.get(key)!)
}

const tooOld = ({ revision }: Start, { since }: Collection) => `too old resource version: ${revision} (${since})`

function lostPage({ after }: Start) {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, ' +
    'or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an ' +
    'inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  const refused = refusal(410, { reason: 'Expired', message })
  if (typeof refused.body !== 'string') refused.body.metadata = { continue: token(-1, after ?? '') }
  return refused
}

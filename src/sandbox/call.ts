/** One request, understood: who wants what done to which resource, and what is answered. Never does it. */
import type { WatchEvent } from '../kube/transport.ts'
import type { Item } from './objects.ts'
import type { About } from './refusals.ts'
import type { Served } from './served.ts'
import type { Stream } from './stream.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
}

/** Who asks. */
export interface Session {
  readonly user: User
  readonly userAgent: string
}

export interface Call extends Session {
  readonly verb: Verb
  readonly served: Served
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  readonly contentType: string
  readonly accept: string
  /** What the client is told beside the answer, in Warning headers. */
  readonly warnings: string[]
}

export interface Answer {
  status: number
  body: unknown
}

/** What goes back to the client: a body, or events. */
export interface Routed extends Answer {
  headers: Record<string, string>
  events?: Stream<WatchEvent>
}

/** The resource a refusal is about, by its plural name. */
export const aboutResource = ({ served, name }: Pick<Call, 'served' | 'name'>): About => ({
  group: served.group,
  resource: served.plural,
  ...(name !== undefined && { name }),
})

/** The object a refusal of its content is about. */
export const aboutObject = (
  { served }: Pick<Call, 'served'>,
  { kind, metadata }: Item,
): { apiVersion: string; kind: string; name: string } => ({
  apiVersion: served.apiVersion,
  kind: kind || served.kind,
  name: metadata.name ?? '',
})

export const isDryRun = ({ query }: Call): boolean => query.dryRun === 'All'

/** The name under which a writer owns fields: what it says, or its program's name. */
export function managerOf({ query, userAgent }: Call): string {
  if (query.fieldManager) return query.fieldManager
  const program = userAgent.split('/')[0]!
  const printable = [...program].filter(char => char >= ' ' && char !== '\u007f').join('')
  return printable.slice(0, 128) || 'unknown'
}

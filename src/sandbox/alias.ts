/** An aggregated API made of resources that are here under another group version, as projectcalico.org/v3 is of crd.projectcalico.org/v1. Keeps nothing. */
import { isMap } from '../kube/objects.ts'
import type { Request, WatchEvent } from '../kube/transport.ts'
import type { Handler } from './aggregated.ts'
import type { Routed, Session } from './call.ts'
import { Stream } from './stream.ts'

export interface Alias {
  /** `projectcalico.org/v3`: how it is asked for. */
  shown: string
  /** `crd.projectcalico.org/v1`: where it is kept. */
  kept: string
}

/** Names within bodies and messages are changed along with paths. */
export function aliasHandler({ shown, kept }: Alias, route: (request: Request, session: Session) => Promise<Routed>): Handler {
  const [shownGroup = '', keptGroup = ''] = [shown, kept].map(version => version.split('/')[0])
  const outward = (body: unknown) => renamed(body, { from: kept, to: shown, groups: [keptGroup, shownGroup] })
  const inward = (body: unknown) => renamed(body, { from: shown, to: kept, groups: [shownGroup, keptGroup] })
  return async (request, session) => {
    const path = `/apis/${kept}${request.path.slice(`/apis/${shown}`.length)}`
    const body = isMap(request.body) ? inward(request.body) : request.body
    const { events, ...answer } = await route({ ...request, path, body }, session)
    return { ...answer, body: outward(answer.body), ...(events && { events: translated(events, outward) }) }
  }
}

interface Names {
  from: string
  to: string
  groups: [from: string, to: string]
}

function renamed(body: unknown, names: Names): unknown {
  if (!isMap(body)) return body
  const result: Record<string, unknown> = { ...body }
  if (body.apiVersion === names.from) result.apiVersion = names.to
  if (body.groupVersion === names.from) result.groupVersion = names.to
  if (Array.isArray(body.items)) result.items = body.items.map(item => renamed(item, names))
  return body.kind === 'Status' ? renamedStatus(result, names.groups) : result
}

function renamedStatus({ details, message, ...status }: Record<string, unknown>, [from, to]: [string, string]): unknown {
  return {
    ...status,
    ...(typeof message === 'string' && { message: message.replaceAll(from, to) }),
    ...(isMap(details) && { details: { ...details, ...(details.group === from && { group: to }) } }),
  }
}

function translated(events: Stream<WatchEvent>, rename: (body: unknown) => unknown): Stream<WatchEvent> {
  const stream = new Stream<WatchEvent>(() => events.close())
  const pass = async () => {
    for await (const event of events) stream.push({ ...event, object: rename(event.object) as WatchEvent['object'] })
    stream.end()
  }
  void pass()
  return stream
}

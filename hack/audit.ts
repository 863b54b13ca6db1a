/** Counts what a user asked of an API server, from its audit log: the numbers that implementations are compared by. Never asks the server itself. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** audit.k8s.io/v1 Event, as far as it is used here. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export interface AuditEvent {
  auditID: string
  stage: string
  verb: string
  requestURI: string
  user: { username: string; groups?: string[] }
  userAgent?: string
  objectRef?: {
    resource?: string
    namespace?: string
    name?: string
    apiGroup?: string
    apiVersion?: string
    subresource?: string
    uid?: string
  }
  responseStatus?: { code?: number; reason?: string; message?: string }
  responseObject?: unknown
  requestReceivedTimestamp: string
  stageTimestamp: string
}

export interface Counts {
  writes: Record<string, number>
  writesWithoutEffect: Record<string, number>
  failedWrites: Record<string, number>
  reads: Record<string, number>
}

export interface CountOptions {
  /** Counts what this user did; others are only followed, to know in which state each object was. */
  user?: string
  /** Counts what came with a user agent that begins so, `calico-operator/`. */
  userAgent?: string
  /** Milliseconds since 1970: what was asked before `from`, or at `to` and later, is not counted. */
  from?: number
  to?: number
}

const components = ['kwok', 'system:kube-controller-manager', 'system:kube-scheduler', 'system:apiserver']

/**
 * Writes with the object that came out of them, reads by name only. What the control plane itself reads is left out, and its leases, events and pods: most of it, and nobody counts them.
 * A watch is written down when it begins. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    { level: 'None', users: components, verbs: ['get', 'list', 'watch'] },
    {
      level: 'None',
      users: components,
      resources: [{ group: '', resources: ['pods', 'pods/*', 'events'] }, { group: 'coordination.k8s.io' }, { group: 'events.k8s.io' }],
    },
    { level: 'RequestResponse', verbs: ['create', 'update', 'patch', 'delete'] },
    { level: 'Metadata' },
  ],
}

/** Reads an audit log up to the moment of the call: `mark` makes a request under the user agent it is given, and the log is complete when that is in it. */
export async function readAudit(path: string, mark: (userAgent: string) => Promise<unknown>): Promise<AuditEvent[]> {
  const userAgent = `audit-mark-${crypto.randomUUID()}`
  await mark(userAgent)
  for (let attempt = 0; attempt < 100; attempt++) {
    const events = await parse(path)
    const end = events.findIndex(event => event.userAgent === userAgent)
    if (end >= 0) return events.slice(0, end).filter(event => !event.userAgent?.startsWith('audit-mark-'))
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`a request is not in ${path} after 2 s`)
}

async function parse(path: string): Promise<AuditEvent[]> {
  const events: AuditEvent[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    // The server may be writing the last one.
    if (line.endsWith('}')) events.push(JSON.parse(line))
  }
  return events
}

/**
 * Writes that succeeded, those of them that left the object as it was (same resourceVersion as before), writes that failed, by status, and reads.
 * Events, leases and dry runs are not counted; reviews count as reads, for nothing is kept of them; neither are discovery and other requests that are about no resource.
 */
export function count(events: AuditEvent[], options: CountOptions): Counts {
  const tally = { writes: new Tally(), writesWithoutEffect: new Tally(), failedWrites: new Tally(), reads: new Tally() }
  for (const { event, name, kind, effective } of judged(events)) {
    if (!isMeant(event, options)) continue
    const code = event.responseStatus?.code ?? 0
    if (kind === 'read') tally.reads.add(name)
    else if (code >= 400) tally.failedWrites.add(`${name} ${code}`)
    else {
      tally.writes.add(name)
      if (!effective) tally.writesWithoutEffect.add(name)
    }
  }
  return {
    writes: tally.writes.counts(),
    writesWithoutEffect: tally.writesWithoutEffect.counts(),
    failedWrites: tally.failedWrites.counts(),
    reads: tally.reads.counts(),
  }
}

/** When the user last changed anything, in milliseconds since 1970; undefined when it never did. */
export function lastChange(events: AuditEvent[], options: CountOptions): number | undefined {
  const changes = judged(events).filter(
    ({ event, kind, effective }) => kind === 'write' && effective && (event.responseStatus?.code ?? 0) < 400 && isMeant(event, options),
  )
  return changes.length === 0 ? undefined : Math.max(...changes.map(({ event }) => Date.parse(event.stageTimestamp)))
}

interface Judged {
  event: AuditEvent
  /** `update installations/status`. */
  name: string
  kind: 'read' | 'write'
  effective: boolean
}

function isMeant(event: AuditEvent, { user, userAgent, from = 0, to = Number.POSITIVE_INFINITY }: CountOptions): boolean {
  const time = Date.parse(event.requestReceivedTimestamp)
  if (user !== undefined && event.user.username !== user) return false
  if (userAgent !== undefined && !event.userAgent?.startsWith(userAgent)) return false
  return time >= from && time < to
}

/** Each request once, with what came of it. */
function judged(events: AuditEvent[]): Judged[] {
  const versions = new Map<string, string>()
  const seen = new Set<string>()
  const answers = new Map<string, unknown>(
    events.flatMap(({ auditID, responseObject }) => (responseObject ? [[auditID, responseObject] as const] : [])),
  )
  return events.flatMap(entry => {
    // An aggregated API's answer is not written down, but what it asked for in its turn is, under the same id.
    const event = { ...entry, responseObject: entry.responseObject ?? answers.get(entry.auditID) }
    const { objectRef, verb, auditID, user } = event
    const once = `${auditID} ${user.username}`
    if (!objectRef?.resource || seen.has(once) || !isCounted(event)) return []
    seen.add(once)
    const name = `${verb} ${objectRef.resource}${objectRef.subresource ? `/${objectRef.subresource}` : ''}`
    const isRead = ['get', 'list', 'watch'].includes(verb) || /^auth(entication|orization)\.k8s\.io$/.test(objectRef.apiGroup ?? '')
    return [{ event, name, kind: isRead ? ('read' as const) : ('write' as const), effective: isRead || changed(event, versions) }]
  })
}

const isCounted = ({ objectRef, requestURI }: AuditEvent): boolean =>
  !['events', 'leases'].includes(objectRef?.resource ?? '') && !/[?&]dryRun=/.test(requestURI)

/** Follows each object's resourceVersion through all writes. An object never seen before counts as changed. */
function changed({ objectRef, verb, responseStatus, responseObject }: AuditEvent, versions: Map<string, string>): boolean {
  if ((responseStatus?.code ?? 0) >= 400) return false
  const { metadata } = (responseObject ?? {}) as { metadata?: { name?: string; resourceVersion?: string } }
  const key = [objectRef?.apiGroup ?? '', objectRef?.resource, objectRef?.namespace ?? '', objectRef?.name ?? metadata?.name].join('/')
  const before = versions.get(key)
  if (metadata?.resourceVersion) versions.set(key, metadata.resourceVersion)
  return verb === 'create' || verb === 'delete' || before === undefined || before !== metadata?.resourceVersion
}

class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** The total first, then by name. */
  counts(): Record<string, number> {
    const names = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
    return { total: names.reduce((sum, [, n]) => sum + n, 0), ...Object.fromEntries(names) }
  }
}

/** Reads an API server's audit log: what everybody asked of it, and what came of that. Never asks the server itself. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Entry, isCounted, isRead } from './trail.ts'

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
 * Each request once, with what came of it. Left out are events, leases and dry runs, and what is about no resource (discovery).
 * An object never seen before counts as changed by its first write; a deletion always does.
 */
export function trail(events: readonly AuditEvent[]): Entry[] {
  const versions = new Map<string, string>()
  const seen = new Set<string>()
  const answers = new Map<string, unknown>(
    events.flatMap(({ auditID, responseObject }) => (responseObject ? [[auditID, responseObject] as const] : [])),
  )
  return events.flatMap(each => {
    // An aggregated API's answer is not written down, but what it asked for in its turn is, under the same id.
    const event = { ...each, responseObject: each.responseObject ?? answers.get(each.auditID) }
    const once = `${event.auditID} ${event.user.username}`
    if (seen.has(once) || !isCountedEvent(event)) return []
    seen.add(once)
    const entry = entryOf(event)
    return [{ ...entry, effective: entry.kind === 'write' && changed(event, versions) }]
  })
}

const isCountedEvent = ({ objectRef, requestURI }: AuditEvent): boolean =>
  objectRef?.resource !== undefined && isCounted(objectRef.resource) && !/[?&]dryRun=/.test(requestURI)

function entryOf(event: AuditEvent): Omit<Entry, 'effective'> {
  const { verb, user, userAgent, objectRef = {}, responseObject } = event
  const { resource = '', apiGroup: group = '', apiVersion: version = '', subresource } = objectRef
  // Of a Namespace its own name is given as its namespace too.
  const namespace = group === '' && resource === 'namespaces' ? undefined : objectRef.namespace
  const name = objectRef.name ?? (responseObject as { metadata?: { name?: string } } | undefined)?.metadata?.name
  return {
    user: user.username,
    ...(userAgent !== undefined && { userAgent }),
    verb,
    group,
    version,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    code: event.responseStatus?.code ?? 0,
    kind: isRead({ verb, group }) ? 'read' : 'write',
    asked: Date.parse(event.requestReceivedTimestamp),
    answered: Date.parse(event.stageTimestamp),
  }
}

/** Follows each object's resourceVersion through all writes. */
function changed({ objectRef, verb, responseStatus, responseObject }: AuditEvent, versions: Map<string, string>): boolean {
  if ((responseStatus?.code ?? 0) >= 400) return false
  const { metadata } = (responseObject ?? {}) as { metadata?: { name?: string; resourceVersion?: string } }
  const key = [objectRef?.apiGroup ?? '', objectRef?.resource, objectRef?.namespace ?? '', objectRef?.name ?? metadata?.name].join('/')
  const before = versions.get(key)
  if (metadata?.resourceVersion) versions.set(key, metadata.resourceVersion)
  return verb === 'create' || verb === 'delete' || before === undefined || before !== metadata?.resourceVersion
}

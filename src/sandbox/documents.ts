/** What is answered of paths that are no resources: version, health, discovery. */
import type { Request } from '../kube/transport.ts'
import type { Aggregated } from './aggregated.ts'
import type { Session } from './call.ts'
import { type Document, discoveryOf, type RemoteResources, type Serving } from './discovery.ts'
import { openApiOf } from './openapi.ts'
import { resourcePath } from './paths.ts'
import { Refusal } from './refusals.ts'

const healthy = new Set([
  '/healthz',
  '/livez',
  '/readyz',
  '/healthz/',
  '/livez/',
  '/readyz/',
  '/healthz/ping',
  '/livez/ping',
  '/readyz/ping',
])

/** Undefined for paths that are unknown. */
export async function documentOf(
  { server, aggregated }: Omit<Serving, 'remote'>,
  request: Request,
  session: Session,
): Promise<Document | undefined> {
  const { path, method, accept = '' } = request
  if (method !== 'GET') return undefined
  if (healthy.has(path)) return { status: 200, body: 'ok' }
  if (path === '/version' || path === '/version/') return { status: 200, body: version(server.settings.version) }
  const remote: RemoteResources = (group, version) => elsewhere(aggregated, `/apis/${group}/${version}`, session)
  return openApiOf(server, path) ?? discoveryOf({ server, aggregated, remote }, { path, accept })
}

/** What another server says that it has. */
async function elsewhere(aggregated: Aggregated, path: string, session: Session): ReturnType<RemoteResources> {
  try {
    const handler = aggregated.handlerOf(resourcePath(path)!)
    const answer = await handler?.({ method: 'GET', path }, session)
    return answer?.status === 200 ? (answer.body as { resources?: Awaited<ReturnType<RemoteResources>> }).resources : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function version(gitVersion: string): object {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: '0',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.26.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

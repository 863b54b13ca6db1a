/** What is answered of paths that are no resources: version, health, discovery. */
import type { Request } from '../kube/transport.ts'
import type { Aggregated } from './aggregated.ts'
import type { Answer } from './call.ts'
import type { Server } from './server.ts'

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
export function documentOf(server: Server, aggregated: Aggregated, { path, method }: Request): Answer | undefined {
  if (method !== 'GET') return undefined
  if (healthy.has(path)) return { status: 200, body: 'ok' }
  if (path === '/version' || path === '/version/') return { status: 200, body: version(server.settings.version) }
  void aggregated
  return undefined
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

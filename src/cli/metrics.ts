/** What Prometheus may ask of the operator, and the port on which it and the kubelet ask. One registry per operator, so that two can run in one process. */
import type { Server } from 'node:http'
import { WrongUsage } from './operator-flags.ts'
import { Counter, Gauge, measureProcess, Registry } from './prometheus.ts'

export interface Metrics {
  registry: Registry
  runs: Counter<'controller' | 'result'>
  requests: Counter<'verb' | 'resource' | 'code'>
  problems: Gauge<'controller' | 'reason'>
  leader: Gauge
  /** 1 while something that is read cannot be: no rights, or no answer. */
  unreadable: Gauge<'resource'>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  measureProcess(registry)
  return {
    registry,
    runs: new Counter({
      name: 'calico_operator_runs_total',
      help: 'Runs of a controller, by what they came to: done, waiting, invalid, fault.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    requests: new Counter({
      name: 'calico_operator_requests_total',
      help: 'Requests to the API server, by verb, resource and status; a watch counts when it begins, and code 0 is no answer.',
      labelNames: ['verb', 'resource', 'code'],
      registers,
    }),
    problems: new Gauge({
      name: 'calico_operator_problems',
      help: 'Problems that stand now, by controller and reason.',
      labelNames: ['controller', 'reason'],
      registers,
    }),
    leader: new Gauge({ name: 'calico_operator_leader', help: '1 while this process is the one that acts.', registers }),
    unreadable: new Gauge({
      name: 'calico_operator_unreadable',
      help: '1 for a resource that cannot be watched now.',
      labelNames: ['resource'],
      registers,
    }),
  }
}

/** Imported by name, node:http brings Node's own undici along, for the WebSocket among its exports: 10 MiB. */
const http = () => process.getBuiltinModule('node:http')

/** Where to listen, from METRICS_HOST and METRICS_PORT (spec/installation-controller.md §1.2); undefined: not at all. Throws WrongUsage. */
export function listenAddress({
  METRICS_HOST: host = '',
  METRICS_PORT: text = '',
}: {
  METRICS_HOST?: string
  METRICS_PORT?: string
}): { host?: string; port: number } | undefined {
  if (host === '' && text === '') return undefined
  const port = text === '' ? 8484 : Number(text)
  if (!/^\d*$/.test(text) || port > 65_535) throw new WrongUsage(`METRICS_PORT is ${text}: write a port number from 1 to 65535`)
  return host === '' ? { port } : { host, port }
}

/** Serves /metrics, /healthz and /readyz until closed. Rejects when it cannot listen there. */
export function serveMetrics(
  { registry }: Metrics,
  at: { host?: string; port: number },
  notReady: () => string | undefined,
): Promise<Server> {
  const answers: Record<string, () => [number, string | Promise<string>]> = {
    '/metrics': () => [200, registry.metrics()],
    '/healthz': () => [200, 'ok\n'],
    '/readyz': () => {
      const reason = notReady()
      return reason === undefined ? [200, 'ok\n'] : [503, `not ready: ${reason}\n`]
    },
  }
  const server = http().createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const [status, body] = answers[pathname]?.() ?? [404, 'not found\n']
    response.writeHead(status, { 'content-type': pathname === '/metrics' ? registry.contentType : 'text/plain' })
    response.end(await body)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => resolve(server))
  })
}

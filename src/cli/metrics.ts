/** What Prometheus may ask of the operator, and the port on which it and the kubelet ask. One registry per operator, so that two can run in one process. */
import { createServer, type Server } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  reconciles: Counter<'controller' | 'result'>
  seconds: Histogram<'controller'>
  writes: Counter<'kind' | 'effect'>
  problems: Gauge<'controller' | 'reason'>
  leader: Gauge
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    reconciles: new Counter({
      name: 'calico_operator_reconciles_total',
      help: 'Runs of a controller, by result.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    seconds: new Histogram({
      name: 'calico_operator_reconcile_seconds',
      help: 'How long a run of a controller took.',
      labelNames: ['controller'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    writes: new Counter({
      name: 'calico_operator_writes_total',
      help: 'Writes to the API server, by kind and effect.',
      labelNames: ['kind', 'effect'],
      registers,
    }),
    problems: new Gauge({
      name: 'calico_operator_problems',
      help: 'Problems that stand now, by controller and reason.',
      labelNames: ['controller', 'reason'],
      registers,
    }),
    leader: new Gauge({ name: 'calico_operator_leader', help: '1 while this process is the leader.', registers }),
  }
}

/** Where to listen, from METRICS_HOST and METRICS_PORT (spec/installation-controller.md §1.2); undefined: not at all. */
export function listenAddress({
  METRICS_HOST = '',
  METRICS_PORT = '',
}: {
  METRICS_HOST?: string
  METRICS_PORT?: string
}): { host?: string; port: number } | undefined {
  if (METRICS_HOST === '' && METRICS_PORT === '') return undefined
  const port = METRICS_PORT === '' ? 8484 : Number(METRICS_PORT)
  return METRICS_HOST === '' ? { port } : { host: METRICS_HOST, port }
}

/** Serves /metrics, /healthz and /readyz until closed. */
export function serveMetrics({ registry }: Metrics, at: { host?: string; port: number }, ready: () => boolean): Promise<Server> {
  const answers: Record<string, () => [number, string | Promise<string>]> = {
    '/metrics': () => [200, registry.metrics()],
    '/healthz': () => [200, 'ok\n'],
    '/readyz': () => (ready() ? [200, 'ok\n'] : [503, 'not ready: not the leader, or not yet synced\n']),
  }
  const server = createServer(async (request, response) => {
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

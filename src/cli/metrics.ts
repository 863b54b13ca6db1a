/**
 * What Prometheus may ask of the operator, and the port on which it and the kubelet ask. One registry per operator, so that two can run in one process.
 * Names that the reference has are there under the same names, so that its dashboards and alerts go on.
 */
import type { Server } from 'node:http'
import type { Cache } from '../kube/cache.ts'
import { clusterGauges } from './gauges.ts'
import { WrongUsage } from './operator-flags.ts'
import { Counter, Gauge, measureProcess, Registry } from './prometheus.ts'

export interface Metrics {
  registry: Registry
  runs: Counter<'controller' | 'result'>
  /** The same in the terms of controller-runtime: `success` or `error`. */
  reconciles: Counter<'controller' | 'result'>
  errors: Counter<'controller'>
  requests: Counter<'verb' | 'resource' | 'code'>
  restRequests: Counter<'method' | 'code'>
  writes: Counter<'kind' | 'effect'>
  problems: Gauge<'controller' | 'reason'>
  leader: Gauge
  master: Gauge<'name'>
  /** Whenever Prometheus asks, this cache is looked at for how parts stand, when certificates expire and what cannot be read, until what is returned is called. */
  look(cache: Cache): () => void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers })
  measureProcess(registry)
  return {
    registry,
    look: clusterGauges(registers).look,
    runs: counter(
      'calico_operator_runs_total',
      'Runs of a controller, by what they came to: idle, done, problems, waiting, invalid, fault.',
      'controller',
      'result',
    ),
    reconciles: counter('controller_runtime_reconcile_total', 'Total number of reconciliations per controller.', 'controller', 'result'),
    errors: counter('controller_runtime_reconcile_errors_total', 'Total number of reconciliation errors per controller.', 'controller'),
    writes: counter(
      'calico_operator_writes_total',
      'Writes by kind of the object and effect: created, changed, owner, none, deleted, released, failed.',
      'kind',
      'effect',
    ),
    restRequests: counter(
      'rest_client_requests_total',
      'Number of HTTP requests, partitioned by status code and method.',
      'method',
      'code',
    ),
    requests: counter(
      'calico_operator_requests_total',
      'Requests to the API server, by verb, resource and status; a watch counts when it begins, and code 0 is no answer.',
      'verb',
      'resource',
      'code',
    ),
    problems: gauge('calico_operator_problems', 'Problems that stand now, by controller and reason.', 'controller', 'reason'),
    master: gauge('leader_election_master_status', 'Whether this process holds the lease of that name: 1, or 0.', 'name'),
    leader: gauge('calico_operator_leader', '1 while this process is the one that acts.'),
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

type Answer = [status: number, text: string]

/** Serves /metrics, /healthz and /readyz until closed. Rejects when it cannot listen there; whatever is asked of it ends nothing but the request. */
export function serveMetrics(
  { registry }: Metrics,
  at: { host?: string; port: number },
  notReady: () => string | undefined,
): Promise<Server> {
  const answers: Record<string, () => Answer | Promise<Answer>> = {
    '/metrics': async () => [200, await registry.metrics()],
    '/healthz': () => [200, 'ok\n'],
    '/readyz': () => {
      const reason = notReady()
      return reason === undefined ? [200, 'ok\n'] : [503, `not ready: ${reason}\n`]
    },
  }
  const answerTo = async (path: string): Promise<Answer> => answers[path]?.() ?? [404, 'not found\n']
  const server = http().createServer(async (request, response) => {
    // Of a path that is none, such as //, there is nothing here either.
    const path = URL.parse(request.url ?? '', 'http://localhost')?.pathname ?? ''
    const [status, text] = await answerTo(path).catch((error): Answer => [500, `${error instanceof Error ? error.message : error}\n`])
    response.writeHead(status, { 'content-type': path === '/metrics' ? registry.contentType : 'text/plain' })
    response.end(text)
  })
  return new Promise((resolve, reject) => {
    // Also of connections that cannot be accepted later on, which ends nothing.
    server.on('error', reject)
    server.listen(at.port, at.host, () => resolve(server))
  })
}

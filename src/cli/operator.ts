/** Puts one operator together: transport, cache, applier, controllers, reporter. The same for the process, for render, for tests; only what comes in differs. */
import { readGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { gatewayKinds } from '../../api/gateway/kinds.ts'
import { allKinds } from '../../api/index.ts'
import { controllers } from '../controllers/index.ts'
import { kept } from '../controllers/kept.ts'
import type { Surroundings } from '../controllers/surroundings.ts'
import { OpenShiftNetwork } from '../installation/kinds.ts'
import { admissionKinds } from '../installation/served-admission.ts'
import type { ApplyNews } from '../kube/apply.ts'
import { Cache } from '../kube/cache.ts'
import { Client } from '../kube/client.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { Discovery } from '../kube/discovery.ts'
import type { KubeObject } from '../kube/objects.ts'
import { builtinSchema, type SchemaNode, structuralSchema } from '../kube/schema.ts'
import { TellingApplier, type Write } from '../kube/telling.ts'
import type { Transport } from '../kube/transport.ts'
import { Loop } from '../reconcile/loop.ts'
import type { Report } from '../reconcile/runner.ts'
import { Scopes } from '../reconcile/scopes.ts'
import { calicoSystem, gatewaySystem } from '../render/parts/places.ts'
import { Reporter } from '../status/reporter.ts'

/** Our field manager in server-side apply, and those whose fields we take over (design.md §4). */
export const fieldManager = 'calico-operator'
export const predecessors = ['operator', 'go-operator', 'tigera-operator']

/** What can be watched from outside while it works: for logs, metrics and the demo. */
export interface Observer {
  applied?(news: ApplyNews): void
  wrote?(write: Write): void
  reported?(report: Report): void
  fault?(where: string, error: unknown): void
}

export interface OperatorOptions {
  transport: Transport
  clock: Clock
  random: Random
  surroundings: Surroundings
  observer?: Observer
}

export class Operator {
  readonly cache: Cache
  readonly client: Client
  readonly #loop: Loop
  readonly #reporter: Reporter
  #discovery: Discovery | undefined

  constructor({ transport, clock, random, surroundings, observer = {} }: OperatorOptions) {
    const client = new Client({ transport, clock, random, fieldManager })
    client.kinds.register(...allKinds, ...admissionKinds, ...gatewayKinds)
    client.kinds.register(OpenShiftNetwork)
    const cache = new Cache({ client, clock, random, transform: kept(surroundings), managers: [fieldManager, ...predecessors] })
    const applier = new TellingApplier({
      client,
      cache,
      schemas: withGateways(schemas()),
      manager: fieldManager,
      predecessors,
      clock,
      report: news => observer.applied?.(news),
      wrote: write => observer.wrote?.(write),
    })
    const { operator } = surroundings.environment
    const scopes = new Scopes({ ours: calicoSystem, more: [gatewaySystem], operator: operator.namespace, system: ['kube-system'] })
    const list = controllers(surroundings)
    const fault = (where: string, error: unknown) => observer.fault?.(where, error)
    this.#reporter = new Reporter({
      controllers: list,
      cache,
      client,
      applier,
      clock,
      random,
      failed: (ref, error) => fault(`TigeraStatus ${ref.name}`, error),
    })
    this.#loop = new Loop({
      ...{ controllers: list, applier, cache, scopes, clock, random, fault, ours },
      report: report => {
        observer.reported?.(report)
        this.#reporter.report(report)
      },
    })
    this.cache = cache
    this.client = client
  }

  start(): void {
    // Tells the cache when a kind comes to be served.
    this.#discovery = new Discovery(this)
    this.#loop.start()
  }

  /** No new work begins; watches end. What is being written is finished by the server. */
  stop(): void {
    this.#loop.stop()
    this.#reporter.stop()
    this.#discovery?.close()
    this.cache.close()
  }

  /** Nothing runs, nothing is about to, and no status waits to be written. What is tried again later does not count. */
  get resting(): boolean {
    return this.#loop.resting && this.#reporter.resting
  }

  get reports(): Report[] {
    return this.#loop.reports
  }
}

const managers = new Set([fieldManager, ...predecessors])

/** Whether we, or an operator before us, wrote more of an object than its status. */
const ours = ({ metadata }: KubeObject): boolean =>
  metadata.managedFields?.some(({ manager = '', subresource }) => managers.has(manager) && subresource === undefined) ?? false

/** The schema of every kind: Kubernetes' own from its OpenAPI, Calico's from the same source as the CRDs; each made when first asked for. */
export function schemas(): (apiVersion: string, kind: string) => SchemaNode | undefined {
  const custom = new Map(allKinds.map(kind => [`${kind.apiVersion}/${kind.kind}`, kind]))
  const made = new Map<string, SchemaNode>()
  return (apiVersion, kind) => {
    const key = `${apiVersion}/${kind}`
    const resource = custom.get(key)
    if (!resource) return builtinSchema(apiVersion, kind)
    const node = made.get(key) ?? structuralSchema(resource.schema)
    made.set(key, node)
    return node
  }
}

type Schemas = ReturnType<typeof schemas>

/** Those of Gateway API and Envoy Gateway are large, and read when the first of their objects is written. */
function withGateways(others: Schemas): (...of: Parameters<Schemas>) => SchemaNode | undefined | Promise<SchemaNode | undefined> {
  let reading: Promise<Map<string, SchemaNode>> | undefined
  return (apiVersion, kind) => {
    if (!gatewayKinds.some(each => each.apiVersion === apiVersion && each.kind === kind)) return others(apiVersion, kind)
    reading ??= readGatewaySchemas()
    return reading.then(known => known.get(`${apiVersion}/${kind}`))
  }
}

async function readGatewaySchemas(): Promise<Map<string, SchemaNode>> {
  const definitions = await readGatewayDefinitions()
  return new Map(
    definitions.flatMap(({ spec: { group, names, versions } }) =>
      versions.map(({ name, schema }) => [`${group}/${name}/${names.kind}`, structuralSchema(schema.openAPIV3Schema)] as const),
    ),
  )
}

/** The loop with controllers of a test's own over a cluster in memory: for what holds of any controller. Knows nothing of Calico. */
import { onTestFinished } from 'vitest'
import { Applier, type ApplyNews } from '../../src/kube/apply.ts'
import { Cache } from '../../src/kube/cache.ts'
import { Client } from '../../src/kube/client.ts'
import type { Clock } from '../../src/kube/clock.ts'
import { Discovery } from '../../src/kube/discovery.ts'
import { ConfigMap } from '../../src/kube/kinds.ts'
import type { Kind, KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { builtinSchema } from '../../src/kube/schema.ts'
import type { Transport } from '../../src/kube/transport.ts'
import type { Controller, Outcome, Reader } from '../../src/reconcile/controller.ts'
import { Loop } from '../../src/reconcile/loop.ts'
import { sentence } from '../../src/reconcile/problems.ts'
import { problemsOf, type Report } from '../../src/reconcile/runner.ts'
import { Scopes } from '../../src/reconcile/scopes.ts'
import type { LoggedRequest } from '../../src/sandbox/sandbox.ts'
import { Bed } from './loop-bed.ts'

export interface MachineOptions {
  through?: (transport: Transport) => Transport
  clock?: (clock: Clock) => Clock
  kinds?: Kind[]
}

const user = 'operator'

export class Machine {
  readonly bed: Bed
  readonly cache: Cache
  readonly loop: Loop
  readonly reports: Report[] = []
  readonly faults: { where: string; error: unknown }[] = []
  readonly news: ApplyNews[] = []

  constructor(bed: Bed, controllers: readonly Controller[], options: MachineOptions = {}) {
    const { through = transport => transport, clock: clockOf = clock => clock, kinds = [] } = options
    const { random } = bed
    const clock = clockOf(bed.clock)
    const client = new Client({ transport: through(bed.sandbox.transport({ user })), clock, random, fieldManager: 'calico-operator' })
    client.kinds.register(...kinds)
    const cache = new Cache({ client, clock, random, managers: ['calico-operator'] })
    const report = (each: ApplyNews) => this.news.push(each)
    const applier = new Applier({ client, cache, schemas: builtinSchema, manager: 'calico-operator', predecessors: [], clock, report })
    this.bed = bed
    this.cache = cache
    new Discovery({ client, cache })
    this.loop = new Loop({
      ...{ controllers, applier, cache, clock, random },
      scopes: new Scopes({ ours: 'calico-system', operator: 'tigera-operator', system: ['kube-system'] }),
      ours: ({ metadata }) => metadata.managedFields?.some(({ manager }) => manager === 'calico-operator') ?? false,
      report: each => this.reports.push(each),
      fault: (where, error) => this.faults.push({ where, error }),
    })
    this.loop.start()
  }

  /** Everything that this operator wrote, in words: `create ConfigMap a`. */
  writes(since = 0): string[] {
    return this.bed.sandbox.requests
      .writes(user)
      .filter(({ time }) => time >= since)
      .map(inShort)
  }

  /** Of the last report of a controller, in words. */
  said(name: string): string[] {
    const report = this.reports.findLast(({ controller }) => controller.name === name)
    return report ? [...problemsOf(report).map(sentence), ...(report.enacted?.waiting ?? [])] : []
  }

  stop(): void {
    this.loop.stop()
    this.cache.close()
  }
}

const inShort = ({ verb, kind, name, status }: LoggedRequest): string =>
  `${verb === 'patch' ? 'write' : verb} ${kind} ${name}${status >= 400 ? ` ${status}` : ''}`

/** A cluster with a namespace calico-system and nothing else in it, in which a machine works until the test is over. */
export async function machine(
  controllers: readonly Controller[],
  options: MachineOptions & { before?: KubeObject[] } = {},
): Promise<Machine> {
  const bed = await Bed.of({ served: false, nodes: 0 })
  await bed.creates({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calico-system' } }, ...(options.before ?? []))
  await bed.time.pass(1_000)
  const one = new Machine(bed, controllers, options)
  onTestFinished(() => one.stop())
  await bed.time.pass(1_000)
  return one
}

/** A controller that always wants the same. */
export const wanting = (name: string, outcome: Outcome): Controller => reading(name, async () => outcome)

/** A controller that wants what it reads. */
export const reading = (name: string, read: (cluster: Reader) => Promise<Outcome>): Controller<unknown> => ({
  name,
  read,
  desired: facts => facts as Outcome,
})

/** One controller that does as it is told, or always wants the same. */
export async function enacting(
  outcome: Outcome | Controller,
  options: MachineOptions & { before?: KubeObject[] } = {},
): Promise<{ it: Machine; bed: Bed }> {
  const it = await machine(['read' in outcome ? outcome : wanting('one', outcome)], options)
  return { it, bed: it.bed }
}

export const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Any namespaced object, named x. */
export const named = (apiVersion: string, kind: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'calico-system' },
  ...more,
})

export const configMap = (name: string, data: Record<string, string> = {}, namespace = 'calico-system'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})

export const refTo = (name: string, namespace = 'calico-system'): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace })

export { ConfigMap }

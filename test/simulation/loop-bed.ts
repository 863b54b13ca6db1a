/** A cluster in memory with operators in it, in virtual time: what a test of the whole loop needs to build, disturb and count. Nothing in it becomes ready by itself. */
import { onTestFinished } from 'vitest'
import { loadGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { crds, type Mode } from '../../api/index.ts'
import { nodes } from '../../hack/control-plane/nodes.ts'
import { Issuer } from '../../src/certificates/issue.ts'
import { type Observer, Operator } from '../../src/cli/operator.ts'
import { User } from '../../src/cli/user.ts'
import type { Surroundings } from '../../src/controllers/surroundings.ts'
import type { ApplyNews } from '../../src/kube/apply.ts'
import { type Clock, type Random, seeded } from '../../src/kube/clock.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import type { Request, Response, Transport } from '../../src/kube/transport.ts'
import type { Report } from '../../src/reconcile/runner.ts'
import { type LoggedRequest, Sandbox, type Snapshot } from '../../src/sandbox/sandbox.ts'
import { VirtualTime } from '../../src/sandbox/virtual-time.ts'
import { knownKeys } from '../keys.ts'
import { installation } from './objects.ts'

export interface BedOptions {
  mode?: Mode
  /** Default 3. */
  nodes?: number
  /** The CRDs of the mode are there. Default true. */
  served?: boolean
  seed?: number
}

export interface OperateOptions {
  /** By which the sandbox knows it. */
  user?: string
  namespace?: string
  manageCrds?: boolean
  /** Between the operator and the server. */
  through?: (transport: Transport) => Transport
  /** Of the operator's process, where it is not the cluster's. */
  clock?: (clock: Clock) => Clock
  systemRoots?: string
}

/** An operator at work, and all that it has said. */
export interface Operating {
  operator: Operator
  user: string
  reports: Report[]
  faults: { where: string; error: unknown }[]
  news: ApplyNews[]
}

interface Status {
  type: string
  status: string
  reason: string
  message: string
  observedGeneration?: number
}

type Loose = KubeObject & { spec?: Record<string, unknown>; data?: Record<string, string>; status?: Record<string, unknown> }

const prepared = new Map<string, Promise<Snapshot>>()

// Before time is simulated.
await loadGatewayDefinitions()

export class Bed {
  readonly time: VirtualTime
  readonly sandbox: Sandbox
  readonly random: Random
  readonly #mode: Mode
  readonly #user: User
  readonly #operators: Operating[] = []

  private constructor(mode: Mode, seed: number, { from, start }: { from?: Snapshot; start?: number } = {}) {
    this.#mode = mode
    this.time = new VirtualTime(start)
    this.random = seeded(seed)
    this.sandbox = new Sandbox({ clock: this.time.clock, random: this.random, from })
    this.#user = new User({ transport: this.sandbox.transport({ user: 'alice' }), clock: this.time.clock, random: this.random })
  }

  /** Closed when the test is over. CRDs take a while to create, so clusters that have nothing but them are made from one snapshot. */
  static async of({ mode = 'v3', nodes: count = 3, served = true, seed = 1 }: BedOptions = {}): Promise<Bed> {
    const key = `${mode} ${served}`
    if (!prepared.has(key)) prepared.set(key, Bed.#prepare(mode, served))
    const bed = new Bed(mode, seed, { from: await prepared.get(key) })
    onTestFinished(() => bed.close())
    await bed.creates(...nodes([{ count }]))
    return bed
  }

  /** Another cluster like this one, as it is now, without its operators. Closed when the test is over, or before. */
  copy(seed: number): Bed {
    const bed = new Bed(this.#mode, seed, { from: this.sandbox.snapshot(), start: this.clock.now() })
    onTestFinished(() => bed.close())
    return bed
  }

  static async #prepare(mode: Mode, served: boolean): Promise<Snapshot> {
    // Of another seed than any test's, or uids would come again.
    const bed = new Bed(mode, 0x5eed)
    const namespaces = ['tigera-operator', 'other-operator'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
    await bed.creates(...namespaces, ...(served ? (crds(mode) as KubeObject[]) : []))
    await bed.time.pass(5_000)
    bed.close()
    return bed.sandbox.snapshot()
  }

  get clock(): Clock {
    return this.time.clock
  }

  /** Somebody with all rights does something; time passes until it is done. */
  does<T>(work: (user: User) => Promise<T>): Promise<T> {
    return this.time.during(work(this.#user))
  }

  async creates(...objects: KubeObject[]): Promise<void> {
    await this.does(async user => {
      for (const object of objects) await user.create(object)
    })
  }

  changes(ref: ObjectRef, patch: object): Promise<void> {
    return this.does(user => user.mergePatch(ref, patch))
  }

  deletes(ref: ObjectRef): Promise<void> {
    return this.does(user => user.delete(ref))
  }

  /** Straight from the server; undefined when there is none. */
  async live({ apiVersion, kind, name, namespace }: ObjectRef): Promise<Loose | undefined> {
    const plural = await this.does(user => user.pluralOf(apiVersion, kind))
    const place = namespace === undefined ? '' : `/namespaces/${namespace}`
    const root = apiVersion.includes('/') ? '/apis' : '/api'
    const { status, body } = await this.asks({ method: 'GET', path: `${root}/${apiVersion}${place}/${plural}/${name}` })
    return status === 200 ? (body as Loose) : undefined
  }

  /** All objects of a resource. */
  list(apiVersion: string, plural: string): Promise<Loose[]> {
    return this.does(user => user.list(apiVersion, plural)) as Promise<Loose[]>
  }

  async asks(request: Request): Promise<Response> {
    return this.sandbox.transport({ user: 'alice' }).request(request)
  }

  operate(options: OperateOptions = {}): Operating {
    const { user = 'operator', through = transport => transport, clock: clockOf = same => same } = options
    const clock = clockOf(this.clock)
    const reports: Report[] = []
    const faults: Operating['faults'] = []
    const news: ApplyNews[] = []
    const observer: Observer = {
      applied: each => news.push(each),
      reported: report => reports.push(report),
      fault: (where, error) => faults.push({ where, error }),
    }
    const transport = through(this.sandbox.transport({ user, userAgent: 'calico-operator' }))
    const operator = new Operator({ transport, clock, random: this.random, surroundings: this.#surroundings(options, clock), observer })
    operator.start()
    const operating = { operator, user, reports, faults, news }
    this.#operators.push(operating)
    return operating
  }

  /** Ends all operators and the server. */
  close(): void {
    for (const { operator } of this.#operators) operator.stop()
    this.sandbox.close()
  }

  /** Lets time pass until no operator has written for so long, or until ten minutes are over. */
  async rests(quietMs = 3_000): Promise<void> {
    const end = this.clock.now() + 600_000
    for (;;) {
      const last = Math.max(this.writes().at(-1)?.time ?? 0, 0)
      const rest = last + quietMs - this.clock.now()
      if (rest <= 0 && this.#operators.every(({ operator }) => operator.resting)) return
      if (this.clock.now() > end) throw new Error(`no rest within ten minutes; last: ${inWords(this.writes().at(-1))}`)
      await this.time.pass(Math.max(rest, 100))
    }
  }

  /** Installs and waits until all is available. */
  async installed(spec: object = {}, options: OperateOptions = {}): Promise<Operating> {
    await this.creates(installation(spec))
    const operating = this.operate(options)
    await this.becomesReady()
    return operating
  }

  /** Rests, with workloads rolled out whenever one is not. */
  async becomesReady(): Promise<void> {
    await this.rests()
    while ((await this.rollOut()) > 0) await this.rests()
  }

  /** Every workload says that it is as wanted, as its controller and the kubelets would. Gives how many did not before. */
  async rollOut(): Promise<number> {
    const count = (await this.list('v1', 'nodes')).length
    const [daemonSets, deployments] = [await this.list('apps/v1', 'daemonsets'), await this.list('apps/v1', 'deployments')]
    const transport = this.sandbox.transport({ user: 'kubelet' })
    let changed = 0
    for (const workload of [...daemonSets, ...deployments].filter(({ metadata }) => !metadata.deletionTimestamp)) {
      const { kind, metadata, spec } = workload
      const status = kind === 'DaemonSet' ? rolledOutOn(count) : rolledOut((spec?.replicas as number | undefined) ?? 1)
      const wanted = { ...status, observedGeneration: metadata.generation }
      if (Object.entries(wanted).every(([key, value]) => value === (workload.status?.[key] ?? (value === 0 ? 0 : undefined)))) continue
      changed++
      const path = `/apis/apps/v1/namespaces/${metadata.namespace}/${kind === 'DaemonSet' ? 'daemonsets' : 'deployments'}/${metadata.name}/status`
      const body = { status: wanted }
      await transport.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' })
    }
    return changed
  }

  /** Conditions of a TigeraStatus by type; undefined when there is none. */
  async status(name = 'calico'): Promise<Record<string, Status> | undefined> {
    const found = await this.live({ apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus', name })
    const conditions = (found?.status?.conditions ?? []) as Status[]
    return found && Object.fromEntries(conditions.map(condition => [condition.type, condition]))
  }

  /** Writes of an operator, or of all of them, since a moment. */
  writes({ user, since = 0 }: { user?: string; since?: number } = {}): LoggedRequest[] {
    return this.sandbox.requests.writes().filter(each => this.#isOperators(each, user) && each.time >= since)
  }

  reads({ since = 0 }: { since?: number } = {}): LoggedRequest[] {
    return this.sandbox.requests.reads().filter(each => this.#isOperators(each) && each.time >= since)
  }

  #isOperators(request: LoggedRequest, user?: string): boolean {
    return user === undefined ? this.#operators.some(operating => operating.user === request.user) : request.user === user
  }

  #surroundings(
    { namespace = 'tigera-operator', manageCrds = false, systemRoots = 'roots\n' }: OperateOptions,
    clock: Clock,
  ): Surroundings {
    const keys = knownKeys()
    return {
      environment: {
        operator: { namespace, name: 'tigera-operator', serviceAccount: 'tigera-operator' },
        v3: this.#mode === 'v3',
        clusterDomain: 'cluster.local',
        kubernetes: { major: 1, minor: 35 },
        endpoint: { host: '10.96.0.1', port: '443' },
        manageCrds,
      },
      systemRoots,
      issuer: new Issuer({
        clock,
        keys: { generate: () => this.time.busy(keys.generate()) },
        random: count => Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256)),
      }),
    }
  }
}

export const inWords = (request: LoggedRequest | undefined): string =>
  request
    ? `${request.verb} ${request.resource}${request.subresource ? `/${request.subresource}` : ''} ${request.name} ${request.status}`
    : 'nothing'

const rolledOutOn = (nodes: number) => ({
  currentNumberScheduled: nodes,
  desiredNumberScheduled: nodes,
  updatedNumberScheduled: nodes,
  numberAvailable: nodes,
  numberReady: nodes,
  numberMisscheduled: 0,
})

const rolledOut = (replicas: number) => ({
  replicas,
  updatedReplicas: replicas,
  readyReplicas: replicas,
  availableReplicas: replicas,
})

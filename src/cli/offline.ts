/**
 * A cluster in memory with an operator in it, in virtual time: the same controllers as everywhere, run until nothing happens any more.
 * Reaches no network and writes no file.
 */
import { rootCertificates } from 'node:tls'
import { loadGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { Issuer } from '../certificates/issue.ts'
import type { KeySource } from '../certificates/key-source.ts'
import { readMode } from '../controllers/mode.ts'
import type { Surroundings } from '../controllers/surroundings.ts'
import { Client } from '../kube/client.ts'
import { type Random, seeded } from '../kube/clock.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Transport } from '../kube/transport.ts'
import { Life, type LifeOptions } from '../sandbox/life/life.ts'
import { type NodeGroup, nodesOf } from '../sandbox/life/nodes.ts'
import { type LoggedRequest, Sandbox, type Snapshot } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { endpointOf, identity, kubernetesVersion, type Variables } from './environment.ts'
import { standIn } from './ground.ts'
import { type Observer, Operator } from './operator.ts'
import { User } from './user.ts'

export type Family = 'IPv4' | 'IPv6'

export interface OfflineOptions {
  keys: KeySource
  /** For serial numbers. Default: of the seed. */
  octets?: (count: number) => Uint8Array
  /** Of the Service network, the first one being that of the kubernetes Service. Default IPv4. */
  families?: readonly Family[]
  /** Preview versions to serve, such as `admissionregistration.k8s.io/v1beta1`. */
  enable?: string[]
  /** Milliseconds since 1970. */
  start?: number
  seed?: number
  from?: Snapshot
  /** How lively it is. Default: everything follows at once, and pods are not written down. */
  life?: Omit<LifeOptions, 'transport' | 'clock'>
}

export interface OperateOptions {
  /** The environment of the operator's process. */
  env?: Variables
  manageCrds?: boolean
  /** PEM. Default: those that Node carries. */
  systemRoots?: string
  observer?: Observer
  /** Something between the operator and the server, for faults. */
  through?: (transport: Transport, offline: Offline) => Transport
}

/** As whom the operator is known to the sandbox. */
export const operatorUser = 'operator'

/** Milliseconds without a change after which nothing more is expected, and after which nothing more is waited for. */
const quiet = 32_000
const longest = 1_800_000
const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])
const isChange = ({ user, verb, effect }: LoggedRequest) => user === operatorUser && writes.has(verb) && effect

const version = 'v1.35.4'
const networks: Record<Family, string> = { IPv4: '10.96.0.0/16', IPv6: 'fd00:96::/112' }
const firstAddresses: Record<Family, string> = { IPv4: '10.96.0.1', IPv6: 'fd00:96::1' }

/** Whoever has installed something before has pods that run, and somebody may look at them; otherwise nobody does, and they are not written down. */
export const lifeAmong = (given: readonly KubeObject[]): OfflineOptions['life'] => ({
  pods: given.some(({ apiVersion }) => apiVersion === 'apps/v1'),
})

export class Offline {
  readonly time: VirtualTime
  readonly sandbox: Sandbox
  readonly random: Random
  readonly life: Life
  readonly #keys: KeySource
  readonly #octets: (count: number) => Uint8Array
  readonly #families: readonly Family[]
  readonly #user: User
  #operator: Operator | undefined

  constructor({ keys, octets, families = ['IPv4'], enable, start, seed = 1, from, life = { pods: false } }: OfflineOptions) {
    this.time = new VirtualTime(start)
    this.random = seeded(seed)
    this.#keys = { generate: () => this.time.busy(keys.generate()) }
    this.#octets = octets ?? (count => Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256)))
    this.#families = families
    const { clock } = this.time
    const serviceCIDRs = families.map(family => networks[family])
    this.sandbox = new Sandbox({ clock, random: this.random, serviceCIDRs, version, enable, from })
    standIn(this.sandbox)
    this.life = new Life({ transport: this.sandbox.transport({ user: 'life', userAgent: 'life' }), clock, ...life })
    void this.life.start()
    this.#user = new User({ transport: this.sandbox.transport({ userAgent: 'kubectl' }), clock, random: this.random })
  }

  /** Somebody with all rights does something; time passes until it is done. */
  does<T>(work: (user: User) => Promise<T>): Promise<T> {
    return this.time.during(work(this.#user))
  }

  /** Creates objects one after the other. Throws ApiError at the first that is refused. */
  async furnish(objects: readonly KubeObject[]): Promise<void> {
    await this.does(async user => {
      for (const object of objects) await user.create(object)
    })
  }

  /** Lets time pass until no write of the operator has changed anything for 32 s; after half an hour it is not waited for any more, and false. */
  async rest(): Promise<boolean> {
    const { clock } = this.time
    const [start, end] = [clock.now(), clock.now() + longest]
    while (clock.now() < end) {
      const last = Math.max(start, this.sandbox.requests.all.findLast(isChange)?.time ?? start)
      if (clock.now() - last >= quiet) return true
      await this.time.pass(last + quiet - clock.now())
    }
    return false
  }

  async addNodes(groups: NodeGroup[]): Promise<void> {
    await this.furnish(nodesOf(groups, [...this.#families]))
  }

  /** Starts an operator, in the place of the one before. */
  async start(options: OperateOptions = {}): Promise<Operator> {
    const { observer, through = transport => transport } = options
    this.stop()
    const { clock } = this.time
    const transport = through(this.sandbox.transport({ user: operatorUser, userAgent: 'calico-operator' }), this)
    const surroundings = await this.#surroundings(options)
    await loadGatewayDefinitions()
    this.#operator = new Operator({ transport, clock, random: this.random, surroundings, observer })
    this.#operator.start()
    return this.#operator
  }

  /** The operator is gone as if its process had been killed: nothing it has begun goes on. */
  stop(): void {
    this.#operator?.stop()
    this.#operator = undefined
  }

  /** Ends everything. */
  close(): void {
    this.stop()
    this.life.stop()
    this.sandbox.close()
  }

  async #surroundings({ env = {}, manageCrds = true, systemRoots = rootCertificates.join('\n') }: OperateOptions): Promise<Surroundings> {
    const { clock } = this.time
    const client = new Client({ transport: this.sandbox.transport({ user: 'mode' }), clock, random: this.random, fieldManager: 'mode' })
    const { mode } = await readMode(client, env.CALICO_API_GROUP)
    const host = firstAddresses[this.#families[0] ?? 'IPv4']
    return {
      environment: {
        operator: identity(env, () => undefined),
        v3: mode === 'v3',
        clusterDomain: 'cluster.local',
        kubernetes: kubernetesVersion(version),
        endpoint: endpointOf({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: '443', ...env }),
        manageCrds,
      },
      systemRoots,
      issuer: new Issuer({ clock, keys: this.#keys, random: this.#octets }),
    }
  }
}

/** A cluster in this process, in real time, with nodes that join one after the other and pods that take a moment; and the operator in it. Reaches no network. */
import { randomBytes } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { Issuer } from '../certificates/issue.ts'
import { freshKeys } from '../certificates/key-source.ts'
import { Cache } from '../kube/cache.ts'
import { Client } from '../kube/client.ts'
import { pause, type Random, systemClock } from '../kube/clock.ts'
import type { Node } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Transport } from '../kube/transport.ts'
import { Life } from '../sandbox/life/life.ts'
import { nodesOf } from '../sandbox/life/nodes.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { ground, standIn, usualOperator } from './ground.ts'
import { type Observer, Operator } from './operator.ts'
import { User } from './user.ts'

export interface Pace {
  /** Milliseconds from one node to the next. */
  joinMs: number
  /** Milliseconds from a change to what follows from it. */
  stepMs: number
  /** Milliseconds until a pod runs. */
  startMs: number
}

/** As whom the operator is known to the server, which counts by user. */
export const operatorUser = 'system:serviceaccount:tigera-operator:tigera-operator'

const clock = systemClock
const random: Random = Math.random

export class DemoCluster {
  readonly sandbox: Sandbox
  /** Somebody with kubectl. */
  readonly user: User
  readonly #life: Life
  readonly #pace: Pace
  readonly #transports: Transport[] = []
  readonly #caches: Cache[] = []
  #operator: Operator | undefined

  private constructor(pace: Pace) {
    this.#pace = pace
    this.sandbox = new Sandbox({ clock, random })
    standIn(this.sandbox)
    this.user = new User({ transport: this.#transport('kubectl'), clock, random })
    this.#life = new Life({ transport: this.#transport('life'), clock, stepMs: pace.stepMs, startMs: pace.startMs, endpoints: true })
  }

  /** With the CRDs and what an operator's chart installs before the operator; without nodes. */
  static async start(pace: Pace): Promise<DemoCluster> {
    const cluster = new DemoCluster(pace)
    await cluster.#life.start()
    for (const object of ground('v3')) await cluster.user.create(object)
    return cluster
  }

  /** What somebody sees who looks, and is not counted among the operator's requests. */
  look(): Cache {
    const client = new Client({ transport: this.#transport('look'), clock, random, fieldManager: 'look' })
    const cache = new Cache({ client, clock, random })
    this.#caches.push(cache)
    return cache
  }

  /** Resolves when the last of so many nodes has joined, or the signal says that it does not matter any more. */
  async join(count: number, signal: AbortSignal): Promise<void> {
    for (const node of nodesOf([{ count }])) {
      if (signal.aborted) return
      await this.user.create(node as Node & KubeObject)
      if (this.#pace.joinMs > 0) await pause(clock, this.#pace.joinMs, signal).catch(() => undefined)
    }
  }

  operate(observer: Observer): Operator {
    const transport = this.#transport('calico-operator', operatorUser)
    this.#operator = new Operator({
      ...{ transport, clock, random, observer },
      surroundings: {
        environment: {
          operator: usualOperator,
          v3: true,
          clusterDomain: 'cluster.local',
          kubernetes: { major: 1, minor: 35 },
          endpoint: { host: '10.96.0.1', port: '443' },
          manageCrds: true,
        },
        systemRoots: rootCertificates.join('\n'),
        issuer: new Issuer({ clock, keys: freshKeys(), random: octets => new Uint8Array(randomBytes(octets)) }),
      },
    })
    this.#operator.start()
    return this.#operator
  }

  async close(): Promise<void> {
    this.#operator?.stop()
    for (const cache of this.#caches) cache.close()
    this.#life.stop()
    await Promise.all(this.#transports.map(transport => transport.close()))
    this.sandbox.close()
  }

  #transport(userAgent: string, user?: string): Transport {
    const transport = this.sandbox.transport({ userAgent, ...(user && { user }) })
    this.#transports.push(transport)
    return transport
  }
}

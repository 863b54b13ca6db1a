/**
 * Measures one operator on a cluster of many nodes: an installation, a while in which every node says that it is alive, and a rollout meanwhile.
 * The API server is the sandbox, in this process; the operator is a process of its own, without TLS between them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ground, standIn } from '../../src/cli/ground.ts'
import { User } from '../../src/cli/user.ts'
import { systemClock } from '../../src/kube/clock.ts'
import type { Node } from '../../src/kube/kinds.ts'
import { listen } from '../../src/sandbox/http.ts'
import { Life } from '../../src/sandbox/life/life.ts'
import { nodesOf } from '../../src/sandbox/life/nodes.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { isGood, type TigeraStatus } from '../../test/parity/bed.ts'
import { entryOf } from '../../test/parity/sandbox.ts'
import type { Scenario } from '../../test/parity/scenario.ts'
import { operatorUser, recordedEnvironment } from '../live-cluster.ts'
import { type OperatorCommand, OperatorProcess } from '../operator-process.ts'
import { type Requests, requests, rounded } from './requests.ts'

/** What one stretch of time cost. */
interface Stretch extends Requests {
  seconds: number
  cpuSeconds: number
  /** Up to its end. */
  peakRssMiB: number
}

export interface CrowdNumbers {
  nodes: number
  /** Statuses of nodes that were written in a second, in the stretches after the installation. */
  heartbeatsPerSecond: number
  install: Stretch & { allAvailable: boolean }
  heartbeats: Stretch
  rollout: Stretch & { updated: number }
}

export interface CrowdOptions {
  nodes: number
  /** How long the second and the third stretch last. */
  seconds: number
  tell: (line: string) => void
}

/** As kubelets do it where something of their status keeps changing; else they say it every five minutes. */
const heartbeatMs = 10_000
/** A pod runs so many milliseconds after it was made. */
const startMs = 2_000
const quietMs = 8_000
const longestMs = 300_000

export async function measureCrowd(scenario: Scenario, command: OperatorCommand, options: CrowdOptions): Promise<CrowdNumbers> {
  const crowd = await Crowd.start(scenario, options.nodes)
  try {
    options.tell(`installing on ${options.nodes} nodes`)
    const operator = await crowd.operate(command, scenario)
    const install = await crowd.stretch(operator, () => crowd.settles(operator))
    const allAvailable = await crowd.isGood()
    options.tell('every node says that it is alive')
    const beating = crowd.beat()
    const heartbeats = await crowd.stretch(operator, () => pause(options.seconds * 1_000))
    options.tell('a rollout')
    await crowd.rollOut()
    const rollout = await crowd.stretch(operator, () => pause(options.seconds * 1_000))
    const beats = await beating.end()
    operator.check()
    await operator.close()
    return {
      nodes: options.nodes,
      heartbeatsPerSecond: Math.round(beats / (2 * options.seconds)),
      install: { ...install, allAvailable },
      heartbeats,
      rollout: { ...rollout, updated: await crowd.updated() },
    }
  } finally {
    await crowd.close()
  }
}

class Crowd {
  readonly #sandbox: Sandbox
  readonly #life: Life
  readonly #user: User
  readonly #server: Awaited<ReturnType<typeof listen>>
  readonly #folder = mkdtempSync(join(tmpdir(), 'calico-operator-bench-'))
  readonly #nodes: readonly Node[]

  private constructor(sandbox: Sandbox, nodes: readonly Node[], server: Awaited<ReturnType<typeof listen>>) {
    this.#sandbox = sandbox
    this.#nodes = nodes
    this.#server = server
    this.#user = new User({ transport: sandbox.transport({ user: 'kubectl' }), clock: systemClock, random: Math.random })
    this.#life = new Life({ transport: sandbox.transport({ user: 'life' }), clock: systemClock, pods: false, startMs })
    standIn(sandbox)
  }

  static async start({ apiMode, inputs, families }: Scenario, count: number): Promise<Crowd> {
    const sandbox = new Sandbox({ clock: systemClock, random: Math.random })
    const nodes = nodesOf([{ count }], families).map(lifelike)
    const server = await listen((_, userAgent) =>
      sandbox.transport({ user: userAgent?.startsWith('calico-operator') ? operatorUser : 'somebody', userAgent: userAgent ?? '' }),
    )
    const crowd = new Crowd(sandbox, nodes, server)
    for (const object of ground(apiMode === 'v3crd' ? 'v3' : 'v1')) await crowd.#user.create(object)
    const kubelets = sandbox.transport({ user: 'kubelet' })
    for (const body of nodes) await kubelets.request({ method: 'POST', path: '/api/v1/nodes', body })
    for (const input of inputs) await crowd.#user.create(input)
    await crowd.#life.start()
    return crowd
  }

  async operate(command: OperatorCommand, { families, env }: Scenario): Promise<OperatorProcess> {
    const kubeconfig = join(this.#folder, 'kubeconfig')
    const [name, user] = ['bench', { token: 'bench' }]
    const clusters = [{ name, cluster: { server: this.#server.url } }]
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    }
    writeFileSync(kubeconfig, JSON.stringify({ ...config, 'current-context': name }))
    const { HOME, PATH } = process.env
    return new OperatorProcess(command, { HOME, PATH, KUBECONFIG: kubeconfig, ...recordedEnvironment(families), ...env })
  }

  /** What an operator costs while something goes on. */
  async stretch(operator: OperatorProcess, goesOn: () => Promise<unknown>): Promise<Stretch> {
    const [from, before] = [Date.now(), operator.cpu()]
    await goesOn()
    const to = Date.now()
    operator.check()
    const trail = this.#sandbox.requests.all.filter(({ user }) => user === operatorUser).map(entryOf)
    return {
      ...requests(trail, { user: operatorUser, from, to }),
      seconds: rounded((to - from) / 1_000),
      cpuSeconds: rounded(operator.cpu() - before),
      peakRssMiB: operator.peakRss(),
    }
  }

  /** Resolves when nothing has been written for a while, and everything is available. */
  async settles(operator: OperatorProcess): Promise<void> {
    const [from, end] = [Date.now(), Date.now() + longestMs]
    for (;;) {
      await pause(1_000)
      operator.check()
      const last = this.#sandbox.requests.writes(operatorUser).at(-1)?.time ?? from
      if ((Date.now() - last > quietMs && (await this.isGood())) || Date.now() > end) return
    }
  }

  async isGood(): Promise<boolean> {
    const statuses: TigeraStatus[] = await this.#user.list('operator.tigera.io/v1', 'tigerastatuses')
    return statuses.length > 0 && statuses.every(isGood)
  }

  /** Every node writes its status again and again, evenly spread, until `end`, which gives how many did. */
  beat(): { end: () => Promise<number> } {
    const kubelets = this.#sandbox.transport({ user: 'kubelet' })
    const [began, rate] = [Date.now(), this.#nodes.length / heartbeatMs]
    let [beats, over] = [0, false]
    const going = (async () => {
      while (!over) {
        await pause(20)
        for (const due = Math.floor((Date.now() - began) * rate); beats < due && !over; beats++) await this.#alive(kubelets, beats)
      }
    })()
    return {
      end: async () => {
        over = true
        await going
        return beats
      },
    }
  }

  async #alive(kubelets: ReturnType<Sandbox['transport']>, beat: number): Promise<void> {
    const { name } = this.#nodes[beat % this.#nodes.length]!.metadata
    const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: `beat ${beat}` }
    const contentType = 'application/strategic-merge-patch+json'
    await kubelets.request({
      method: 'PATCH',
      path: `/api/v1/nodes/${name}/status`,
      body: { status: { conditions: [condition] } },
      contentType,
    })
  }

  /** One in a hundred pods of calico-node at a time is replaced. */
  async rollOut(): Promise<void> {
    const installation = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }
    const nodeUpdateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '1%' } }
    await this.#user.mergePatch(installation, { spec: { nodeMetricsPort: 9091, nodeUpdateStrategy } })
  }

  /** Nodes that have the pod of the rollout. */
  async updated(): Promise<number> {
    const sets = await this.#user.list('apps/v1', 'daemonsets')
    const status = sets.find(({ metadata }) => metadata.name === 'calico-node')
    return (status as { status?: { updatedNumberScheduled?: number } } | undefined)?.status?.updatedNumberScheduled ?? 0
  }

  async close(): Promise<void> {
    this.#life.stop()
    await this.#server.close()
    this.#sandbox.close()
    rmSync(this.#folder, { recursive: true })
  }
}

/** As large as a node that has been at work: it names fifty images. */
function lifelike(node: Node): Node {
  const images = Array.from({ length: 50 }, (_, index) => ({
    names: [
      `registry.example.com/team-${index}/service@sha256:${String(index).padStart(64, '0')}`,
      `registry.example.com/team-${index}/service:v1.${index}.0`,
    ],
    sizeBytes: 100_000_000 + index,
  }))
  return { ...node, status: { ...node.status, images } } as Node
}

/** A real control plane as the recordings had it, before and while an operator runs in it as a process of its own. */
import { join } from 'node:path'
import { crds } from '../api/index.ts'
import type { CustomResourceDefinition } from '../api/resource.ts'
import { ground } from '../src/cli/ground.ts'
import { User } from '../src/cli/user.ts'
import { findCredentials } from '../src/kube/auth.ts'
import { systemClock } from '../src/kube/clock.ts'
import { HttpTransport } from '../src/kube/http.ts'
import { trail as trailOf } from './audit.ts'
import { type ControlPlane, startControlPlane } from './control-plane/control-plane.ts'
import type { Family, NodeGroup } from './control-plane/nodes.ts'
import { startStandIns } from './control-plane/stand-ins.ts'
import { type OperatorCommand, OperatorProcess, recordedArgs } from './operator-process.ts'
import type { Entry } from './trail.ts'

export interface LiveOptions {
  mode: 'v1' | 'v3'
  nodes: NodeGroup[]
  /** Of the Service network. */
  families: Family[]
  apiserverArgs?: string[]
}

/** As whom the operator is known to the control plane. */
export const operatorUser = 'operator'

/** What the recordings gave the operator's process (the kubernetes Service has the network's first address). */
export const recordedEnvironment = (families: readonly Family[]): Record<string, string> => ({
  OPERATOR_NAMESPACE: 'tigera-operator',
  OPERATOR_NAME: 'tigera-operator',
  OPERATOR_SERVICEACCOUNT: 'tigera-operator',
  KUBERNETES_SERVICE_HOST: families[0] === 'IPv6' ? 'fd00:96::1' : '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
})

const root = join(import.meta.dirname, '..')

/** The operator of this tree, from its sources, by the Node that runs this. */
export const fromSource: OperatorCommand = { program: process.execPath, args: [join(root, 'src', 'main.ts'), ...recordedArgs] }

export class LiveCluster {
  readonly plane: ControlPlane
  readonly user: User
  readonly #transport: HttpTransport
  readonly #standIns: { close(): Promise<void> }
  readonly #options: LiveOptions
  #operator: OperatorProcess | undefined

  private constructor(plane: ControlPlane, options: LiveOptions) {
    this.plane = plane
    this.#options = options
    this.#standIns = startStandIns(plane)
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('admin'), env: {}, clock: systemClock })
    this.#transport = new HttpTransport({ credentials, userAgent: 'kubectl' })
    this.user = new User({ transport: this.#transport, clock: systemClock, random: Math.random })
  }

  /** Takes about 8 s. */
  static async start(options: LiveOptions): Promise<LiveCluster> {
    const plane = await startControlPlane({ families: options.families, apiserverArgs: options.apiserverArgs })
    const cluster = new LiveCluster(plane, options)
    try {
      await plane.createNodes(options.nodes)
      for (const object of ground(options.mode)) await cluster.user.create(object)
      await Promise.all(crds(options.mode).map(({ spec }) => cluster.#watched(spec)))
      return cluster
    } catch (error) {
      await cluster.close()
      throw error
    }
  }

  /** For a second after a CRD is established the server answers watches with 429. Where CRDs have been for long nobody sees that, so it is waited for. */
  async #watched({ group, versions, names }: CustomResourceDefinition['spec']): Promise<void> {
    const path = `/apis/${group}/${versions[0]!.name}/${names.plural}?watch=true&timeoutSeconds=1`
    for (let time = 0; time < 20; time++) {
      if ((await this.plane.request('GET', path)).status === 200) return
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    throw new Error(`${names.plural}.${group} cannot be watched 10 s after its definition`)
  }

  /** One at a time; the one before is ended first. */
  async startOperator(command: OperatorCommand = fromSource, env: Record<string, string> = {}): Promise<OperatorProcess> {
    await this.#operator?.close()
    const { HOME, PATH } = process.env
    this.#operator = new OperatorProcess(command, {
      HOME,
      PATH,
      KUBECONFIG: this.plane.kubeconfig(operatorUser),
      ...recordedEnvironment(this.#options.families),
      ...env,
    })
    return this.#operator
  }

  /** All that was asked of the API server until now. Throws when the operator has ended by itself. */
  async trail(): Promise<Entry[]> {
    this.#operator?.check()
    return trailOf(await this.plane.auditLog())
  }

  async close(): Promise<void> {
    await this.#operator?.close()
    await Promise.all([this.#standIns.close(), this.#transport.close()])
    await this.plane.close()
  }
}

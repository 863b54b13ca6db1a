/**
 * A little life in a cluster: nodes are well, workloads get their pods, pods run or fail, all in steps. Stands for the controllers, the scheduler
 * and the kubelets; knows the server through a Transport only.
 */
import type { Clock } from '../../kube/clock.ts'
import type { Transport } from '../../kube/transport.ts'
import { act } from './acts.ts'
import { Steps } from './steps.ts'
import { type Target, World } from './world.ts'

export { createNodes } from './nodes.ts'
export type { Target } from './world.ts'

export interface LifeOptions {
  transport: Transport
  clock: Clock
  /** Milliseconds from a change to what follows from it. Default 0: at once. */
  stepMs?: number
  /** Milliseconds until a pod runs. Default as every step. */
  startMs?: number
  /** Without, pods and ReplicaSets are kept in memory only: for thousands of nodes. Default true. */
  pods?: boolean
  /** Milliseconds between two heartbeats of a node; without, nodes get ready once and say no more. */
  heartbeatMs?: number
  /** Write EndpointSlices of Services. Default false. */
  endpoints?: boolean
}

/** Milliseconds until something that the server refused is tried again. */
const patience = 1_000

export class Life {
  readonly #steps: Steps
  readonly #world: World

  constructor({ stepMs = 0, startMs = stepMs, pods = true, endpoints = false, ...rest }: LifeOptions) {
    this.#steps = new Steps(rest.clock, key => this.#step(key))
    const soon = (key: string, milliseconds: number) => this.#steps.soon(key, milliseconds)
    this.#world = new World({ ...rest, stepMs, startMs, pods, endpoints, soon })
  }

  /** Settles when everything that is there has been seen. Life begins at once. */
  async start(): Promise<void> {
    await this.#world.synced
  }

  stop(): void {
    this.#steps.stop()
    this.#world.stop()
  }

  /** How many things are about to happen. */
  get waiting(): number {
    return this.#steps.waiting
  }

  /**
   * Containers of these pods, those to come included, wait for a reason in the kubelet's words (`ImagePullBackOff`, `CrashLoopBackOff`),
   * until what is returned is called.
   */
  fail(target: Target, reason: string, message?: string): () => void {
    return this.#world.fail(target, { reason, ...(message !== undefined && { message }) })
  }

  /** The kubelet of a node says nothing and does nothing any more, until what is returned is called. */
  silence(node: string): () => void {
    return this.#world.silence(node)
  }

  async #step(key: string): Promise<void> {
    if (!(await act(this.#world, key))) this.#steps.soon(key, patience)
  }
}

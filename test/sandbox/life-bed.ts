/** A sandbox with a life in it, in virtual time: what unit tests of the sandbox's life ask of it. */
import { seeded } from '../../src/kube/clock.ts'
import type { Pod } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import type { Request, Transport, WatchEvent } from '../../src/kube/transport.ts'
import { createNodes, Life, type LifeOptions } from '../../src/sandbox/life/life.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { VirtualTime } from '../../src/sandbox/virtual-time.ts'

export class LifeBed {
  time = new VirtualTime()
  transport: Transport = new Sandbox({ clock: this.time.clock, random: seeded(1) }).transport()
  #life: Life | undefined

  get life(): Life {
    return this.#life!
  }

  readonly reset = (): void => {
    this.#life?.stop()
    this.time = new VirtualTime()
    this.transport = new Sandbox({ clock: this.time.clock, random: seeded(1) }).transport()
  }

  /** Does something while time passes. */
  readonly does = <T>(work: Promise<T>): Promise<T> => this.time.during(work)

  /** Throws on any refusal. */
  readonly send = async <T = KubeObject>(method: Request['method'], path: string, body?: unknown): Promise<T> => {
    const answer = await this.does(
      this.transport.request({ method, path, body, ...(method === 'PATCH' && { contentType: 'application/merge-patch+json' }) }),
    )
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }

  readonly listed = async <T>(path: string): Promise<T[]> => (await this.send<{ items: T[] }>('GET', path)).items
  readonly podsOf = async (): Promise<Pod[]> => this.listed<Pod>('/api/v1/namespaces/default/pods')

  /** Makes the nodes and lets life begin. */
  readonly live = async (nodes: Parameters<typeof createNodes>[1], options: Partial<LifeOptions> = {}): Promise<void> => {
    await this.time.pass(2_000)
    await this.does(createNodes(this.transport, nodes))
    this.#life = new Life({ transport: this.transport, clock: this.time.clock, ...options })
    await this.does(this.#life.start())
    await this.time.run(undefined, 5_000)
  }

  /** Every status that an object had, one after the other. */
  readonly statuses = async <T>(path: string, name: string, work: () => Promise<unknown>): Promise<T[]> => {
    const { events, close } = await this.does(
      this.transport.watch({ method: 'GET', path, query: { fieldSelector: `metadata.name=${name}` } }),
    )
    const seen: T[] = []
    const reading = (async () => {
      for await (const { object } of events as AsyncIterable<WatchEvent>) seen.push(Reflect.get(object, 'status') as T)
    })()
    await work()
    close()
    await this.does(reading)
    return seen
  }
}

export const apps = '/apis/apps/v1/namespaces/default'

export const template = (image: string, spec: object = {}) => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'c', image }], ...spec },
})

export const workload = (name: string, spec: object) => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: 'x' } }, ...spec },
})

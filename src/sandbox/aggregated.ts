/** Group versions that another server answers for, as APIServices say; and such servers made of resources that are here under another name. */
import type { Request, WatchEvent } from '../kube/transport.ts'
import type { Routed, Session } from './call.ts'
import { type Item, keyIn } from './objects.ts'
import type { ResourcePath } from './paths.ts'
import { Refusal } from './refusals.ts'
import type { Store } from './store.ts'
import type { Stream } from './stream.ts'

export type Handler = (request: Request, session: Session) => Promise<Routed>

const apiServices = 'apiservices.apiregistration.k8s.io'
const deployments = 'deployments.apps'

export class Aggregated {
  readonly #store: Store
  readonly #handlers = new Map<string, Handler>()
  /** Watches under way, with the Deployments of those who answer them. */
  readonly #streams = new Map<Stream<WatchEvent>, Set<string>>()

  constructor(store: Store) {
    this.#store = store
    store.onChange(({ type, kind, object }) => {
      if (kind === deployments && type === 'DELETED') this.#ended(keyIn(object))
    })
  }

  register(apiVersion: string, handler: Handler): void {
    this.#handlers.set(apiVersion, handler)
  }

  unregister(apiVersion: string): void {
    this.#handlers.delete(apiVersion)
  }

  answers(group: string, version: string): boolean {
    return this.#handlers.has(`${group}/${version}`)
  }

  /** Undefined when the group version is served here. Throws Refusal when its server does not answer. */
  handlerOf({ group, version }: ResourcePath): Handler | undefined {
    const service = this.#store.collection(apiServices).get(`${version}.${group}`)
    if (!service || !isRemote(service)) return undefined
    const handler = this.#handlers.get(`${group}/${version}`)
    if (!handler) throw new Refusal(503, 'service unavailable\n')
    return handler
  }

  /** A watch ends with the pods that answer it; that its APIService or Service goes is no matter to what is under way (seen on kube-apiserver 1.35). */
  carry({ group, version }: ResourcePath, stream: Stream<WatchEvent>): void {
    for (const other of this.#streams.keys()) if (other.ended) this.#streams.delete(other)
    const apiService: Item | undefined = this.#store.collection(apiServices).get(`${version}.${group}`)
    const { namespace = '', name = '' } =
      (apiService?.spec as { service?: { namespace?: string; name?: string } } | undefined)?.service ?? {}
    const service: Item | undefined = this.#store.collection('services').get(`${namespace}/${name}`)
    const selector = Object.entries((service?.spec as { selector?: Record<string, string> } | undefined)?.selector ?? {})
    const behind = [...this.#store.collection(deployments).objects.values()].filter(
      deployment =>
        deployment.metadata.namespace === namespace && selector.every(([label, value]) => labelsOfPods(deployment)[label] === value),
    )
    if (selector.length > 0 && behind.length > 0) this.#streams.set(stream, new Set(behind.map(keyIn)))
  }

  #ended(deployment: string): void {
    for (const [stream, behind] of this.#streams) {
      if (!behind.delete(deployment) || behind.size > 0) continue
      this.#streams.delete(stream)
      stream.end()
    }
  }

  /** Those of which nobody answers. */
  get unanswered(): { group: string; version: string }[] {
    return this.remote.filter(({ group, version }) => !this.answers(group, version))
  }

  /** Group versions for which another server is named, in order of their APIServices' names. */
  get remote(): { group: string; version: string }[] {
    return [...this.#store.collection(apiServices).objects.values()]
      .filter(isRemote)
      .map(({ spec }) => spec as { group: string; version: string })
  }
}

const isRemote = ({ spec }: Item): boolean => (spec as { service?: unknown } | undefined)?.service !== undefined

const labelsOfPods = ({ spec }: Item): Record<string, string> =>
  (spec as { template: { metadata?: { labels?: Record<string, string> } } }).template.metadata?.labels ?? {}

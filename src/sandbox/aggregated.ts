/** Group versions that another server answers for, as APIServices say; and such servers made of resources that are here under another name. */
import type { Request } from '../kube/transport.ts'
import type { Item } from './objects.ts'
import type { ResourcePath } from './paths.ts'
import { Refusal } from './refusals.ts'
import type { Routed, Session } from './router.ts'
import type { Store } from './store.ts'

export type Handler = (request: Request, session: Session) => Promise<Routed>

const apiServices = 'apiservices.apiregistration.k8s.io'

export class Aggregated {
  readonly #store: Store
  readonly #handlers = new Map<string, Handler>()

  constructor(store: Store) {
    this.#store = store
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

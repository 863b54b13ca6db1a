/** The Reader that controllers get: answers from the cache, waits for what is not synced, and records what was looked at. Never asks the server itself. */
import type { Cache, View } from '../kube/cache.ts'
import type { Kind, KubeObject } from '../kube/objects.ts'
import type { Reader } from './controller.ts'
import { Interests } from './interests.ts'
import type { Scopes } from './scopes.ts'

/** A kind could not be read: the rights are missing, or the server did not answer. */
export class Unreadable extends Error {
  override name = 'Unreadable'
  readonly kind: Kind
  constructor(kind: Kind, cause: Error | undefined) {
    super(`cannot read ${kind.plural}: ${cause?.message ?? 'no answer'}`, { cause })
    this.kind = kind
  }
}

export class RecordingReader implements Reader {
  readonly interests = new Interests()
  readonly #cache: Cache
  readonly #scopes: Scopes

  constructor(cache: Cache, scopes: Scopes) {
    this.#cache = cache
    this.#scopes = scopes
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined> {
    this.interests.name(kind, namespace, name)
    const view = await this.#settled(kind, this.#cache.view(kind, this.#scopes.of(kind, namespace, name)))
    return view.get(name, namespace)
  }

  async list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<T[]> {
    this.interests.list(kind, namespace)
    const view = await this.#settled(kind, this.#cache.view(kind, namespace === undefined ? {} : { namespace }))
    const objects = view.list()
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace)
  }

  async serves(kind: Kind): Promise<boolean> {
    this.interests.served(kind)
    const view = this.#cache.view(kind, this.#scopes.any(kind))
    await view.settled()
    return view.state !== 'absent'
  }

  async derive<T extends KubeObject, V>(name: string, kind: Kind<T>, project: (objects: T[]) => V): Promise<V> {
    // Also what cannot be read now is an interest: it may be readable later.
    this.interests.served(kind)
    const view = await this.#settled(kind, this.#cache.view(kind, {}))
    const value = project(view.list())
    this.interests.derive(name, { kind, project: project as (objects: KubeObject[]) => unknown, value: JSON.stringify(value) })
    return value
  }

  async #settled<T extends KubeObject>(kind: Kind<T>, view: View<T>): Promise<View<T>> {
    await view.settled()
    if (view.state === 'failing') throw new Unreadable(kind, view.error)
    return view
  }
}

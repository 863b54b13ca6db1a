/** The Reader that controllers get: answers from the cache, waits for what is not synced, and records what was looked at. Never asks the server itself. */
import { type Cache, isRefused, type View } from '../kube/cache.ts'
import { type Kind, type KubeObject, resourceOf } from '../kube/objects.ts'
import type { Reader } from './controller.ts'
import type { Derivations, Question } from './derived.ts'
import { Interests } from './interests.ts'
import type { Scopes } from './scopes.ts'
import type { Sight } from './sight.ts'

/** A kind could not be read: the rights are missing, or the server did not answer. */
export class Unreadable extends Error {
  override name = 'Unreadable'
  readonly kind: Kind
  /** The rights are missing; otherwise it mostly passes by itself. */
  readonly refused: boolean
  constructor(view: View) {
    super(`cannot read ${resourceOf(view.kind)}: ${view.error?.message ?? 'no answer yet'}`, { cause: view.error })
    this.kind = view.kind
    this.refused = isRefused(view)
  }
}

export interface ReaderTools {
  cache: Cache
  scopes: Scopes
  sight: Sight
  /** Shared by all. */
  derivations: Derivations
}

export class RecordingReader implements Reader {
  readonly interests = new Interests()
  readonly #tools: ReaderTools

  constructor(tools: ReaderTools) {
    this.#tools = tools
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined> {
    this.interests.name(kind, namespace, name)
    const { cache, scopes } = this.#tools
    const view = await this.#readable(cache.view(kind, scopes.of(kind, namespace, name)))
    return view.get(name, namespace)
  }

  async list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<T[]> {
    this.interests.list(kind, namespace)
    const view = await this.#readable(this.#tools.cache.view(kind, namespace === undefined ? {} : { namespace }))
    const objects = view.list()
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace)
  }

  async serves(kind: Kind): Promise<boolean> {
    this.interests.served(kind)
    const { cache, scopes, sight } = this.#tools
    const view = cache.view(kind, scopes.any(kind))
    await sight.settle([view])
    // What must not be read is served all the same; where there is no answer nobody knows.
    if (isRefused(view)) return true
    return (await this.#readable(view)).state !== 'absent'
  }

  async derive<T extends KubeObject, V>(name: string, kind: Kind<T>, project: (objects: T[]) => V): Promise<V> {
    this.interests.served(kind)
    const view = await this.#readable(this.#tools.cache.view(kind, {}))
    const question = { name, kind, project }
    const { value, text } = this.#tools.derivations.of(question, view)
    this.interests.derive({ question: question as unknown as Question, text })
    return value
  }

  async #readable<T extends KubeObject>(view: View<T>): Promise<View<T>> {
    await this.#tools.sight.settle([view as unknown as View])
    if (view.state === 'failing' || view.state === 'syncing') throw new Unreadable(view as unknown as View)
    return view
  }
}

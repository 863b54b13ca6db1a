/** Somebody with kubectl: creates, changes and deletes any object of any kind that the server serves. Knows no kind of its own. */
import { isDeepStrictEqual } from 'node:util'
import { allKinds } from '../../api/index.ts'
import { Client } from '../kube/client.ts'
import { type Clock, pause, type Random } from '../kube/clock.ts'
import { ApiError, isNotFound } from '../kube/errors.ts'
import type { Kind, KubeObject, ObjectRef } from '../kube/objects.ts'
import type { Transport } from '../kube/transport.ts'

/** A CRD that has just been created is served a moment later. */
const patience = { times: 50, everyMs: 100 }

export interface UserOptions {
  transport: Transport
  clock: Clock
  random: Random
  /** What managedFields call this writer. */
  fieldManager?: string
}

/** All methods throw ApiError when the server refuses; a kind that is not served is refused with 404. */
export class User {
  readonly #client: Client
  readonly #clock: Clock

  constructor({ transport, clock, random, fieldManager = 'kubectl' }: UserOptions) {
    this.#client = new Client({ transport, clock, random, fieldManager })
    this.#client.kinds.register(...allKinds)
    this.#clock = clock
  }

  /** Creates the object, with its status where it has one; the namespace is `default` where one is needed and none is given. */
  async create(object: KubeObject & { status?: unknown }): Promise<KubeObject> {
    const { namespaced } = await this.#known(object)
    const { status, ...rest } = object
    const { namespace = 'default' } = object.metadata
    const placed = { ...rest, metadata: { ...object.metadata, ...(namespaced && { namespace }) } }
    const whole: KubeObject & { status?: unknown } = { ...placed, ...(status !== undefined && { status }) }
    const created = await this.#onceServed(() => this.#client.create(whole))
    if (status === undefined || isDeepStrictEqual(created.status, status)) return created
    try {
      return await this.#client.replace({ ...created, status } as KubeObject, { subresource: 'status' })
    } catch (error) {
      // No such subresource: then the status has been stored with the rest, as far as the kind has one.
      if (isNotFound(error)) return created
      throw error
    }
  }

  async delete(ref: ObjectRef): Promise<void> {
    await this.#known(ref)
    await this.#client.delete(ref, { propagationPolicy: 'Background' })
  }

  async mergePatch(ref: ObjectRef, patch: object): Promise<void> {
    await this.#known(ref)
    await this.#onceServed(() => this.#client.mergePatch(ref, patch))
  }

  /** All objects of a resource by its plural name; none when it is not served. */
  async list(apiVersion: string, plural: string): Promise<KubeObject[]> {
    const kind = await this.#find(each => each.plural === plural, apiVersion)
    if (!kind) return []
    try {
      return await this.#client.list(kind)
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }

  /** How the server calls a kind in paths; undefined when it does not know it. */
  async pluralOf(apiVersion: string, kind: string): Promise<string | undefined> {
    return (await this.#find(each => each.kind === kind, apiVersion))?.plural
  }

  async #onceServed<T>(work: () => Promise<T>): Promise<T> {
    for (let time = 1; ; time++) {
      try {
        return await work()
      } catch (error) {
        if (!isNotServed(error) || time === patience.times) throw error
        await pause(this.#clock, patience.everyMs)
      }
    }
  }

  async #known({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): Promise<Kind> {
    for (let time = 1; ; time++) {
      const found = await this.#find(each => each.kind === kind, apiVersion)
      if (found) return found
      // Asking for what is not there gets the refusal that everybody knows.
      if (time === patience.times) await this.#client.raw(`${pathOf(apiVersion)}/${kind}`)
      await pause(this.#clock, patience.everyMs)
    }
  }

  /** Kinds that are not known by themselves are looked up in what the server says it serves. */
  async #find(is: (kind: Kind) => boolean, apiVersion: string): Promise<Kind | undefined> {
    for (const kind of this.#client.kinds) {
      if (kind.apiVersion === apiVersion && is(kind)) return kind
    }
    return (await this.#resources(apiVersion)).find(is)
  }

  async #resources(apiVersion: string): Promise<Kind[]> {
    try {
      const { resources } = (await this.#client.raw(pathOf(apiVersion))) as { resources: Listed[] }
      const kinds = resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }))
      this.#client.kinds.register(...kinds)
      return kinds
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }
}

/** Where nothing is served the answer is a page, not a Status: it has no reason. */
const isNotServed = (error: unknown): boolean => error instanceof ApiError && isNotFound(error) && error.reason === ''

/** One of an APIResourceList. */
interface Listed {
  name: string
  kind: string
  namespaced: boolean
}

const pathOf = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)

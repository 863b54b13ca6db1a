/** Where a life keeps what it makes: on the server, or, where thousands of pods would be too many, in memory only. */
import type { Kind, KubeObject } from '../../kube/objects.ts'
import type { Transport } from '../../kube/transport.ts'
import type { Listener, Mirror } from './mirror.ts'

export interface Shelf<T extends KubeObject> {
  readonly all: Iterable<T>
  get(name: string, namespace?: string): T | undefined
  /** These three tell whether it worked. What did not may be tried again later. */
  create(object: T): Promise<boolean>
  replace(object: T, subresource?: 'status'): Promise<boolean>
  remove(object: T, gracePeriodSeconds?: number): Promise<boolean>
}

export class ServerShelf<T extends KubeObject> implements Shelf<T> {
  readonly #mirror: Mirror<T>
  readonly #transport: Transport

  constructor(mirror: Mirror<T>, transport: Transport) {
    this.#mirror = mirror
    this.#transport = transport
  }

  get all(): Iterable<T> {
    return this.#mirror.all
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#mirror.get(name, namespace)
  }

  create(object: T): Promise<boolean> {
    return this.#send('POST', pathOf(this.#mirror.kind, object.metadata.namespace), object)
  }

  replace(object: T, subresource?: 'status'): Promise<boolean> {
    const { name, namespace } = object.metadata
    return this.#send('PUT', `${pathOf(this.#mirror.kind, namespace)}/${name}${subresource ? `/${subresource}` : ''}`, object)
  }

  remove({ metadata: { name, namespace, uid } }: T, gracePeriodSeconds?: number): Promise<boolean> {
    const options = { preconditions: { uid }, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) }
    return this.#send('DELETE', `${pathOf(this.#mirror.kind, namespace)}/${name}`, options)
  }

  /** The pod of that name runs on this node. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/binding-v1/ */
  bind({ metadata: { name, namespace } }: T, node: string): Promise<boolean> {
    const target = { apiVersion: 'v1', kind: 'Node', name: node }
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target }
    return this.#send('POST', `${pathOf(this.#mirror.kind, namespace)}/${name}/binding`, binding)
  }

  async #send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<boolean> {
    try {
      const answer = await this.#transport.request({ method, path, body })
      const object = answer.body as T
      if (answer.status < 300 && object.kind === this.#mirror.kind.kind) this.#mirror.learn(object, method === 'POST')
      // What somebody else has changed or deleted in the meantime comes back as an event.
      return answer.status < 300 || answer.status === 404 || answer.status === 409
    } catch {
      return false
    }
  }
}

export const pathOf = ({ apiVersion, plural }: Kind, namespace: string | undefined): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`
}

export class MemoryShelf<T extends KubeObject> implements Shelf<T> {
  readonly #changed: Listener<T>
  readonly #objects = new Map<string, T>()
  #made = 0

  constructor(changed: Listener<T>) {
    this.#changed = changed
  }

  get all(): Iterable<T> {
    return this.#objects.values()
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(`${namespace ?? ''}/${name}`)
  }

  async create(object: T): Promise<boolean> {
    const number = ++this.#made
    const { metadata } = object
    const name = metadata.name ?? `${metadata.generateName}${number}`
    return this.#put({ ...object, metadata: { ...metadata, name, uid: `${object.kind}-${number}`, generation: 1 } })
  }

  async replace(object: T): Promise<boolean> {
    return this.#put(object)
  }

  async remove(object: T): Promise<boolean> {
    if (this.#objects.delete(keyOf(object))) this.#changed(object, object, true)
    return true
  }

  #put(object: T): boolean {
    const old = this.#objects.get(keyOf(object))
    this.#objects.set(keyOf(object), object)
    this.#changed(object, old, false)
    return true
  }
}

const keyOf = ({ metadata: { namespace, name } }: KubeObject) => `${namespace ?? ''}/${name}`

/** What one watch knows of its objects: the newest state of each, however events, lists and responses of writes overtake one another. Asks nobody. */
import type { KubeObject } from './objects.ts'
import { compareVersions } from './versions.ts'

export interface Change {
  type: 'added' | 'modified' | 'deleted'
  object: KubeObject
  previous?: KubeObject
}

const mostBuried = 10_000

export class Store {
  readonly #objects = new Map<string, KubeObject>()
  /** uids of objects that are gone, while what was said of them before may still be under way. A uid never comes back. */
  readonly #buried = new Set<string>()
  /** Sorted keys, made when first asked for after an object came or went. */
  #sorted: string[] | undefined

  get size(): number {
    return this.#objects.size
  }

  get(name: string, namespace?: string): KubeObject | undefined {
    return this.#objects.get(keyIn(namespace, name))
  }

  /** By namespace, then name. */
  list(): KubeObject[] {
    this.#sorted ??= [...this.#objects.keys()].sort()
    return this.#sorted.map(key => this.#objects.get(key)!)
  }

  /** A state of an object, from an event or a response. Gives what changed by it: nothing when it is older than, or equal to, what is known. */
  put(object: KubeObject): Change[] {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (this.#buried.has(object.metadata.uid ?? '')) return []
    if (previous && !isNewer(object, previous)) return []
    this.#set(key, object)
    if (!previous) return [{ type: 'added', object }]
    if (previous.metadata.uid === object.metadata.uid) return [{ type: 'modified', object, previous }]
    return [
      { type: 'deleted', object: previous },
      { type: 'added', object },
    ]
  }

  /** An event said that this object is gone. */
  remove(object: KubeObject): Change[] {
    const key = keyOf(object)
    this.#remember(object.metadata.uid)
    const previous = this.#objects.get(key)
    // Another one of that name may have been made since.
    if (!previous || previous.metadata.uid !== object.metadata.uid) return []
    this.#delete(key)
    return [{ type: 'deleted', object, previous }]
  }

  /** A response said that the object of this uid is gone; what events from before still say of it is ignored from now on. */
  bury(name: string, namespace: string | undefined, uid: string): Change[] {
    const key = keyIn(namespace, name)
    this.#remember(uid)
    const previous = this.#objects.get(key)
    if (previous?.metadata.uid !== uid) return []
    this.#delete(key)
    return [{ type: 'deleted', object: previous, previous }]
  }

  /** All objects as of one moment. What a response brought since then stays. */
  replace(objects: readonly KubeObject[], resourceVersion: string): Change[] {
    const changes = objects.flatMap(object => this.put(object))
    const there = new Set(objects.map(keyOf))
    for (const [key, object] of [...this.#objects]) {
      const older = compareVersions(object.metadata.resourceVersion, resourceVersion)
      if (there.has(key) || (older !== undefined && older > 0)) continue
      this.#delete(key)
      changes.push({ type: 'deleted', object, previous: object })
    }
    return changes
  }

  /** Nothing of the kind is there any more. */
  clear(): Change[] {
    const changes = this.list().map((object): Change => ({ type: 'deleted', object, previous: object }))
    this.#objects.clear()
    this.#sorted = undefined
    return changes
  }

  /** The response of a write may come after the event of the deletion that followed it. */
  #remember(uid: string | undefined): void {
    if (uid === undefined) return
    this.#buried.add(uid)
    const [oldest] = this.#buried
    if (this.#buried.size > mostBuried) this.#buried.delete(oldest!)
  }

  #set(key: string, object: KubeObject): void {
    if (!this.#objects.has(key)) this.#sorted = undefined
    this.#objects.set(key, object)
  }

  #delete(key: string): void {
    this.#objects.delete(key)
    this.#sorted = undefined
  }
}

/** No name contains a space, and a space sorts before all that names contain, so that keys sort by namespace first. */
const keyIn = (namespace: string | undefined, name: string): string => `${namespace ?? ''} ${name}`
const keyOf = ({ metadata }: KubeObject): string => keyIn(metadata.namespace, metadata.name)

/** Where versions cannot be compared, the order of arrival is all there is. */
function isNewer(object: KubeObject, than: KubeObject): boolean {
  const order = compareVersions(object.metadata.resourceVersion, than.metadata.resourceVersion)
  return order === undefined || order > 0
}

/** Garbage collection: what has lost all its owners goes, and what was told to wait for, or to spare, its dependents is let go when that is done. */
import type { OwnerReference } from '../../kube/objects.ts'
import { type Item, keyIn, withMeta } from '../objects.ts'
import { type Served, storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import type { Change } from '../store.ts'
import { isFinished } from '../write.ts'
import { removeAs, type Self } from './inside.ts'
import type { Later } from './later.ts'

const collector: Self = {
  user: { name: 'system:serviceaccount:kube-system:generic-garbage-collector', groups: ['system:serviceaccounts', 'system:authenticated'] },
  program: 'kube-controller-manager',
}

interface Place {
  kind: string
  key: string
}

/** https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
export class Garbage {
  readonly #server: Server
  readonly #later: Later
  /** Owner's uid → where its dependents are. */
  #dependents = new Map<string, Map<string, Place>>()

  constructor(server: Server, later: Later) {
    this.#server = server
    this.#later = later
    server.store.onChange(change => this.#changed(change))
  }

  start(): void {
    this.#dependents = new Map()
    const { store } = this.#server
    for (const kind of store.kinds) {
      for (const object of store.collection(kind).objects.values())
        this.#changed({ type: 'ADDED', revision: 0, kind, object, previous: undefined })
    }
  }

  #changed({ type, kind, object, previous }: Change): void {
    const place = { kind, key: keyIn(object) }
    const gone = type === 'DELETED'
    const owners = object.metadata.ownerReferences
    if (gone || owners !== previous?.metadata.ownerReferences) {
      for (const { uid } of previous?.metadata.ownerReferences ?? []) this.#dependents.get(uid)?.delete(`${kind}/${place.key}`)
      if (!gone) for (const { uid } of owners ?? []) this.#of(uid).set(`${kind}/${place.key}`, place)
    }
    if (gone) this.#ownerGone(object)
    else if (owners?.length || isHeld(object)) this.#soon(place)
  }

  #of(uid: string): Map<string, Place> {
    const known = this.#dependents.get(uid)
    if (known) return known
    const made = new Map<string, Place>()
    this.#dependents.set(uid, made)
    return made
  }

  /** Its dependents are looked at, and owners that waited for it. */
  #ownerGone({ metadata }: Item): void {
    for (const place of this.#dependents.get(metadata.uid ?? '')?.values() ?? []) this.#soon(place)
    for (const owner of metadata.ownerReferences ?? []) {
      const found = this.#owner(owner, metadata.namespace)
      if (found && isHeld(found.object)) this.#soon({ kind: storageKey(found.served), key: keyIn(found.object) })
    }
  }

  #soon(place: Place): void {
    this.#later.do(`garbage/${place.kind}/${place.key}`, () => {
      const object = this.#server.store.collection(place.kind).get(place.key)
      const served = this.#server.catalogue.all.find(each => storageKey(each) === place.kind)
      if (object && served) this.#look(object, served)
    })
  }

  #look(object: Item, served: Served): void {
    const { finalizers = [], deletionTimestamp } = object.metadata
    if (deletionTimestamp && finalizers.includes('orphan')) this.#spare(object, served)
    else if (deletionTimestamp && finalizers.includes('foregroundDeletion')) this.#waitFor(object, served)
    else if (!deletionTimestamp) this.#collect(object, served)
  }

  #collect(object: Item, served: Served): void {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const present = owners.map(owner => ({ owner, found: this.#owner(owner, object.metadata.namespace)?.object }))
    const solid = present.filter(({ found }) => found && !waits(found))
    const left = solid.map(({ owner }) => owner)
    if (left.length > 0) {
      if (left.length < owners.length) this.#server.store.put(storageKey(served), withMeta(object, { ownerReferences: left }))
      return
    }
    const foreground = present.some(({ found }) => found) && this.#dependentsOf(object).length > 0
    removeAs(collector, this.#server, { served, object, ...(foreground && { propagationPolicy: 'Foreground' as const }) })
  }

  /** Dependents lose this owner and stay. */
  #spare(object: Item, served: Served): void {
    const { uid } = object.metadata
    for (const place of this.#dependentsOf(object)) {
      const dependent = this.#server.store.collection(place.kind).get(place.key)!
      const rest = dependent.metadata.ownerReferences?.filter(owner => owner.uid !== uid) ?? []
      this.#server.store.put(place.kind, withMeta(dependent, { ownerReferences: rest.length > 0 ? rest : undefined }))
    }
    this.#release(object, served, 'orphan')
  }

  /** Dependents go first, as far as they block their owner. */
  #waitFor(object: Item, served: Served): void {
    const { uid } = object.metadata
    const dependents = this.#dependentsOf(object)
    for (const place of dependents) this.#soon(place)
    const blocking = dependents.some(({ kind, key }) =>
      this.#server.store
        .collection(kind)
        .get(key)
        ?.metadata.ownerReferences?.some(owner => owner.uid === uid && owner.blockOwnerDeletion),
    )
    if (!blocking) this.#release(object, served, 'foregroundDeletion')
  }

  #release(object: Item, served: Served, finalizer: string): void {
    const finalizers = object.metadata.finalizers?.filter(each => each !== finalizer) ?? []
    const next = withMeta(object, { finalizers: finalizers.length > 0 ? finalizers : undefined })
    if (isFinished(next)) this.#server.store.remove(storageKey(served), next)
    else this.#server.store.put(storageKey(served), next)
  }

  #dependentsOf({ metadata }: Item): Place[] {
    return [...(this.#dependents.get(metadata.uid ?? '')?.values() ?? [])].filter(({ kind, key }) =>
      this.#server.store.collection(kind).get(key),
    )
  }

  /** Undefined when there is none of that name, or another one by now. A kind that is not served has no objects. */
  #owner({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): { object: Item; served: Served } | undefined {
    const served = this.#server.catalogue.ofKind(apiVersion, kind)
    if (!served) return undefined
    const object = this.#server.store.collection(storageKey(served)).get(served.namespaced ? `${namespace}/${name}` : name)
    return object?.metadata.uid === uid ? { object: object!, served } : undefined
  }
}

const isHeld = ({ metadata }: Item): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers?.some(each => each === 'orphan' || each === 'foregroundDeletion') ?? false)

/** Being deleted, its dependents first. */
const waits = ({ metadata }: Item): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes('foregroundDeletion') ?? false)

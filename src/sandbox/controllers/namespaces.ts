/** Namespaces: given an account and the root certificate when new, emptied when going, and gone when empty. */

import { put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import type { Item } from '../objects.ts'
import { finalizersOf } from '../rules/namespaces.ts'
import { type Served, storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import { withCondition } from '../verbs/definitions.ts'
import { isFinished } from '../write.ts'
import { controllerManager, createAs, removeAs, reportAs } from './inside.ts'
import type { Later } from './later.ts'
import { whatRemains } from './remaining.ts'

const own = 'kubernetes'

export interface Surroundings {
  /** The certificate of the API server's authority, as pods get it; without it Namespaces stay empty. */
  rootCertificate: string | null
  /** Group versions whose server does not answer: while there are any, nobody can know what is in a Namespace. */
  unanswered(): { group: string; version: string }[]
}

export class Namespaces {
  readonly #server: Server
  readonly #later: Later
  readonly #surroundings: Surroundings

  constructor(server: Server, later: Later, surroundings: Surroundings) {
    this.#server = server
    this.#later = later
    this.#surroundings = surroundings
    server.store.onChange(({ kind, type, object }) => {
      if (kind === 'namespaces' && type !== 'DELETED') this.#soon(object.metadata.name)
      else if (type === 'DELETED' && object.metadata.namespace !== undefined) this.#lost(kind, object.metadata.namespace)
      if (kind === 'apiservices.apiregistration.k8s.io') this.#goOn()
    })
  }

  /** Namespaces that are going are looked at again. */
  #goOn(): void {
    for (const { metadata } of this.#server.store.collection('namespaces').objects.values())
      if (metadata.deletionTimestamp) this.#soon(metadata.name)
  }

  start(): void {
    for (const name of this.#server.store.collection('namespaces').keys()) this.#soon(name)
  }

  #soon(name: string): void {
    this.#later.do(`namespaces/${name}`, () => {
      const namespace = this.#server.store.collection('namespaces').get(name)
      if (namespace?.metadata.deletionTimestamp) this.#empty(namespace)
      else if (namespace) this.#furnish(name)
    })
  }

  /** What every Namespace has is put back, and a Namespace that is going may now be empty. */
  #lost(kind: string, name: string): void {
    const namespace = this.#server.store.collection('namespaces').get(name)
    if (namespace?.metadata.deletionTimestamp || kind === 'serviceaccounts' || kind === 'configmaps') this.#soon(name)
  }

  #furnish(namespace: string): void {
    const { rootCertificate } = this.#surroundings
    if (rootCertificate === null) return
    this.#provide('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
    this.#provide('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace, annotations: { 'kubernetes.io/description': described } },
      data: { 'ca.crt': rootCertificate },
    } as Item)
  }

  #provide(plural: string, object: Item): void {
    const { store, catalogue } = this.#server
    if (store.collection(plural).get(`${object.metadata.namespace}/${object.metadata.name}`)) return
    createAs(controllerManager, this.#server, { served: catalogue.find('', 'v1', plural)!, object })
  }

  #empty(namespace: Item): void {
    const { name } = namespace.metadata
    for (const { served, object } of this.#contents(name)) removeAs(controllerManager, this.#server, { served, object })
    const left = this.#contents(name)
    if (left.length === 0 && this.#surroundings.unanswered().length === 0) this.#finish(namespace)
    else reportAs(controllerManager, this.#server, { served: this.#served, object: this.#waiting(namespace, left) })
  }

  get #served(): Served {
    return this.#server.catalogue.find('', 'v1', 'namespaces')!
  }

  #contents(namespace: string): { served: Served; object: Item }[] {
    const { store, catalogue } = this.#server
    const seen = new Set<string>()
    return catalogue.all.flatMap(served => {
      const kind = storageKey(served)
      if (!served.namespaced || seen.has(kind)) return []
      seen.add(kind)
      const collection = store.collection(kind)
      return collection.size === 0 ? [] : collection.keys(namespace).map(key => ({ served, object: collection.get(key)! }))
    })
  }

  #finish(namespace: Item): void {
    const finalizers = finalizersOf(namespace).filter(each => each !== own)
    const next = put(namespace, ['spec', 'finalizers'], finalizers.length > 0 ? finalizers : undefined)
    if (finalizers.length === 0 && isFinished(next)) this.#server.store.remove('namespaces', next)
    else if (finalizersOf(namespace).includes(own)) this.#server.store.put('namespaces', next)
  }

  #waiting(namespace: Item, left: { served: Served; object: Item }[]): Item {
    const lastTransitionTime = timestamp(this.#server.clock)
    const conditions = whatRemains(left, this.#surroundings.unanswered())
    return conditions.reduce((object, condition) => withCondition(object, { ...condition, lastTransitionTime }), namespace)
  }
}

const described =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

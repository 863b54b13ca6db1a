/** Namespaces: given an account and the root certificate when new, emptied when going, and gone when empty. */

import { put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import type { Item } from '../objects.ts'
import { finalizersOf } from '../rules/namespaces.ts'
import { type Served, storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import { withCondition } from '../verbs/definitions.ts'
import { isFinished } from '../write.ts'
import { controllerManager, createAs, removeAs, updateAs } from './inside.ts'
import type { Later } from './later.ts'

const own = 'kubernetes'

export interface Furnishing {
  /** The certificate of the API server's authority, as pods get it; without it Namespaces stay empty. */
  rootCertificate: string | undefined
}

export class Namespaces {
  readonly #server: Server
  readonly #later: Later
  readonly #furnishing: Furnishing

  constructor(server: Server, later: Later, furnishing: Furnishing) {
    this.#server = server
    this.#later = later
    this.#furnishing = furnishing
    server.store.onChange(({ kind, type, object }) => {
      if (kind === 'namespaces' && type !== 'DELETED') this.#soon(object.metadata.name)
      else if (type === 'DELETED' && object.metadata.namespace !== undefined) this.#lost(kind, object.metadata.namespace)
    })
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
    const { rootCertificate } = this.#furnishing
    if (rootCertificate === undefined) return
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
    if (left.length === 0) this.#finish(namespace)
    else updateAs(controllerManager, this.#server, { served: this.#served, object: this.#waiting(namespace, left), subresource: 'status' })
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
    const finalizers = left.flatMap(({ object }) => object.metadata.finalizers ?? [])
    const remaining = counted(left.map(({ served }) => `${served.plural}.${served.group}`)).map(
      ([kind, count]) => `${kind} has ${count} resource instances`,
    )
    const held = counted(finalizers).map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    const conditions = [
      ...quiet,
      {
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: `Some resources are remaining: ${remaining.join(', ')}`,
      },
      finalizers.length > 0
        ? {
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            reason: 'SomeFinalizersRemain',
            message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
          }
        : {
            type: 'NamespaceFinalizersRemaining',
            status: 'False',
            reason: 'ContentHasNoFinalizers',
            message: 'All content-preserving finalizers finished',
          },
    ]
    return conditions.reduce((object, condition) => withCondition(object, { ...condition, lastTransitionTime }), namespace)
  }
}

const quiet = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  {
    type: 'NamespaceDeletionContentFailure',
    status: 'False',
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
]

const described =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Each text and how often it is there, by the alphabet. */
function counted(texts: string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}

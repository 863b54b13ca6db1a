/** APIServices: one comes and goes with each group version of CRDs, and whoever changes it is put right; those of others say whether somebody serves them. */

import { sameJson } from '../apply/compare.ts'
import { byPriority } from '../crds.ts'
import { put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import { type Item, withMeta } from '../objects.ts'
import { isLocal } from '../rules/apiservices.ts'
import type { Served } from '../served.ts'
import type { Server } from '../server.ts'
import { withCondition } from '../verbs/definitions.ts'
import { definitions } from './definitions.ts'
import { apiServer, createAs, removeAs, reportAs, updateAs } from './inside.ts'
import type { Later } from './later.ts'

export const apiServices = 'apiservices.apiregistration.k8s.io'
const automanaged = 'kube-aggregator.kubernetes.io/automanaged'

export class ApiServices {
  readonly #server: Server
  readonly #later: Later
  /** Whether somebody answers for a group version that is not served here. */
  readonly #answers: (group: string, version: string) => boolean

  constructor(server: Server, later: Later, answers: (group: string, version: string) => boolean) {
    this.#server = server
    this.#later = later
    this.#answers = answers
    server.store.onChange(({ kind }) => {
      if (kind === apiServices || kind === definitions) this.soon()
    })
  }

  soon(): void {
    this.#later.do(apiServices, () => this.#reconcile())
  }

  #reconcile(): void {
    const wanted = new Map(this.#customVersions().map(each => [`${each.version}.${each.group}`, each]))
    const present = this.#server.store.collection(apiServices).objects
    for (const [name, each] of wanted) this.#keep(name, each, present.get(name))
    for (const object of [...present.values()]) {
      if (isAutomanaged(object) && !wanted.has(object.metadata.name)) removeAs(apiServer, this.#server, { served: this.#served, object })
      else if (!isLocal(object)) this.#judge(object)
    }
  }

  #customVersions(): { group: string; version: string }[] {
    const versions = this.#server.catalogue.all.filter(({ custom }) => custom)
    return versions.filter(
      ({ group, version }, index) => versions.findIndex(each => each.group === group && each.version === version) === index,
    )
  }

  get #served(): Served {
    return this.#server.catalogue.find('apiregistration.k8s.io', 'v1', 'apiservices')!
  }

  /** One that somebody made with a Service of his own is left alone. */
  #keep(name: string, { group, version }: { group: string; version: string }, present: Item | undefined): void {
    const spec = { group, version, groupPriorityMinimum: 1000, versionPriority: 100 - this.#rank(group, version) }
    const metadata = { name, labels: { [automanaged]: 'true' } }
    const object = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec } as Item
    if (!present) createAs(apiServer, this.#server, { served: this.#served, object })
    else if (isAutomanaged(present) && !(sameJson(present.spec, spec) && sameJson(present.metadata.labels, metadata.labels))) {
      const restored = put(withMeta(present, { labels: metadata.labels }), ['spec'], spec)
      updateAs(apiServer, this.#server, { served: this.#served, object: restored })
    }
  }

  #rank(group: string, version: string): number {
    const versions = new Set(this.#server.catalogue.all.filter(each => each.group === group).map(each => each.version))
    return [...versions]
      .map(name => ({ name }))
      .sort(byPriority)
      .findIndex(({ name }) => name === version)
  }

  #judge(object: Item): void {
    const { group, version } = object.spec as { group: string; version: string }
    const lastTransitionTime = timestamp(this.#server.clock)
    const { service } = object.spec as { service: { namespace: string; name: string } }
    const up = this.#answers(group, version)
    const missing = !this.#server.store.collection('services').get(`${service.namespace}/${service.name}`)
    const found = missing
      ? { reason: 'ServiceNotFound', message: `service/${service.name} in "${service.namespace}" is not present` }
      : { reason: 'MissingEndpoints', message: `endpoints for service/${service.name} in "${service.namespace}" have no addresses` }
    const condition = up ? { status: 'True', reason: 'Passed', message: 'all checks passed' } : { status: 'False', ...found }
    const next = withCondition(object, { type: 'Available', lastTransitionTime, ...condition })
    reportAs(apiServer, this.#server, { served: this.#served, object: next })
  }
}

const isAutomanaged = ({ metadata }: Item): boolean => metadata.labels?.[automanaged] === 'true'

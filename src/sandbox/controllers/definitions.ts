/** CustomResourceDefinitions: established when their names are free, and gone only after all their resources. */
import type { CustomResourceDefinition } from '../../kube/kinds.ts'
import { servedBy } from '../crds.ts'
import type { Definition } from '../definition.ts'
import { put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import { type Item, withMeta } from '../objects.ts'
import { establish } from '../schema/index.ts'
import type { Served } from '../served.ts'
import type { Server } from '../server.ts'
import { cleanup, withCondition } from '../verbs/definitions.ts'
import { apiServer, removeAs, reportAs } from './inside.ts'
import type { Later } from './later.ts'

export const definitions = 'customresourcedefinitions.apiextensions.k8s.io'

export class Definitions {
  readonly #server: Server
  readonly #later: Later

  constructor(server: Server, later: Later) {
    this.#server = server
    this.#later = later
    server.store.onChange(({ kind, object, type }) => {
      if (kind === definitions) this.#changed(object, type === 'DELETED')
      else if (type === 'DELETED') this.#resourceGone(kind)
    })
  }

  /** Looks at everything, as after a start. */
  start(): void {
    this.#serve()
    for (const definition of this.#all.values()) this.#soon(definition)
  }

  get #all(): ReadonlyMap<string, Item> {
    return this.#server.store.collection(definitions).objects
  }

  #serve(): void {
    this.#server.catalogue.replace([...this.#all.values()].flatMap(each => servedBy(each as Definition)))
  }

  #changed(definition: Item, gone: boolean): void {
    this.#serve()
    if (gone) this.#server.watches.end(definition.metadata.name)
    else this.#soon(definition)
  }

  #soon({ metadata: { name } }: Item): void {
    this.#later.do(`${definitions}/${name}`, () => {
      const definition = this.#all.get(name)
      if (definition?.metadata.deletionTimestamp) this.#empty(definition)
      else if (definition) this.#establish(definition as Definition)
    })
  }

  #establish(definition: Definition): void {
    const rival = [...this.#all.values()].find(each => rivals(each as Definition, definition))
    const status = rival ? refusedNames(definition, this.#now) : establish(definition as unknown as CustomResourceDefinition, this.#now)
    this.#write(put(definition as Item, ['status'], { ...(definition.status as object), ...status }))
  }

  get #now(): string {
    return timestamp(this.#server.clock)
  }

  #write(object: Item): void {
    reportAs(apiServer, this.#server, { served: this.#served, object })
  }

  get #served(): Served {
    return this.#server.catalogue.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!
  }

  /** All resources are asked to go; those that others hold back are waited for. */
  #empty(definition: Item): void {
    const { store } = this.#server
    const { name } = definition.metadata
    const [served] = servedBy(definition as Definition)
    for (const object of [...store.collection(name).objects.values()]) if (served) removeAs(apiServer, this.#server, { served, object })
    if (store.collection(name).size > 0) this.#write(withCondition(definition, { ...waiting, lastTransitionTime: this.#now }))
    else this.#release(definition)
  }

  #release(definition: Item): void {
    const finalizers = definition.metadata.finalizers?.filter(each => each !== cleanup) ?? []
    const released = withMeta(definition, { finalizers: finalizers.length > 0 ? finalizers : undefined })
    if (finalizers.length === 0) this.#server.store.remove(definitions, released)
    else this.#server.store.put(definitions, withCondition(released, { ...done, lastTransitionTime: this.#now }))
  }

  #resourceGone(kind: string): void {
    const definition = this.#all.get(kind)
    if (definition?.metadata.deletionTimestamp) this.#soon(definition)
  }
}

const waiting = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
}
const done = { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' }

/** Whether another definition has the names of this one already. */
function rivals(other: Definition, { metadata, spec }: Definition): boolean {
  if (other.metadata.name === metadata.name || other.spec.group !== spec.group) return false
  const taken = other.status?.acceptedNames
  return (
    taken !== undefined &&
    (taken.kind === spec.names.kind || (taken.listKind || `${taken.kind}List`) === (spec.names.listKind || `${spec.names.kind}List`))
  )
}

function refusedNames({ spec }: Definition, lastTransitionTime: string): object {
  const message = `${JSON.stringify(spec.names.kind)} is already in use`
  return {
    conditions: [
      { type: 'NamesAccepted', status: 'False', lastTransitionTime, reason: 'KindConflict', message },
      { type: 'Established', status: 'False', lastTransitionTime, reason: 'NotAccepted', message: 'not all names are accepted' },
    ],
  }
}

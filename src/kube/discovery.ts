/** Follows CRDs and APIServices, so that a kind that comes to be served is looked at at once. Asks the server for nothing else, and writes nothing. */
import type { Cache, CacheEvent, View } from './cache.ts'
import type { Client } from './client.ts'
import { APIService, CustomResourceDefinition } from './kinds.ts'
import { groupOf, isTrue, type Kind, type KubeObject } from './objects.ts'

/** What of these two is looked at here; a transform of the cache may drop the rest. */
interface Definition extends KubeObject {
  spec?: { group?: string; names?: { plural?: string; kind?: string } }
  status?: { conditions?: Condition[] | null }
}
interface Service extends KubeObject {
  spec?: { group?: string; version?: string; service?: object | null }
  status?: { conditions?: Condition[] | null }
}
interface Condition {
  type: string
  status: string
}

export class Discovery {
  readonly #client: Client
  readonly #cache: Cache
  readonly #stop: () => void
  readonly #definitions: View<Definition>
  readonly #services: View<Service>
  /** Who answered for what is no longer served, or is served again by now. */
  readonly #gone = new Map<string, string>()

  /** Opens the views of CRDs and APIServices. */
  constructor({ client, cache }: { client: Client; cache: Cache }) {
    this.#client = client
    this.#cache = cache
    this.#definitions = cache.view(CustomResourceDefinition as Kind<Definition>)
    this.#services = cache.view(APIService as Kind<Service>)
    this.#stop = cache.subscribe(event => this.#notice(event))
    cache.expected = kind => this.#isSaid(kind)
    for (const view of [this.#definitions, this.#services]) void view.settled().then(() => this.#catchUp())
  }

  close(): void {
    this.#stop()
  }

  #notice({ kind, type, object, previous }: CacheEvent): void {
    if (kind.kind !== CustomResourceDefinition.kind && kind.kind !== APIService.kind) return
    if (!object) return void this.#catchUp()
    const { spec } = object as Definition | Service
    // Until another server is available it refuses whoever asks.
    if (type === 'deleted' || kind.kind !== APIService.kind || isAnswered(object)) this.#again(spec?.group)
    if (kind.kind === APIService.kind) this.#noticeService(object, { type, previous })
  }

  /** What is there when a view comes in step makes no events; and who asked for a kind before it was there has been told that there is none. */
  #catchUp(): void {
    for (const kind of this.#client.kinds) if (this.#isSaid(kind)) this.#cache.retry(kind)
  }

  /** As far as the views tell; a server may lag behind what another has told. */
  #isSaid({ apiVersion, plural }: Kind): boolean {
    const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)]
    const definition = this.#definitions.get(`${plural}.${group}`)
    if (definition) return isEstablished(definition)
    const service = this.#services.get(`${version}.${group}`)
    return service?.spec?.service ? isAnswered(service) : false
  }

  /** Whoever answered before has kinds of the same names, and objects of its own. */
  #noticeService(service: Service, { type, previous }: Pick<CacheEvent, 'type' | 'previous'>): void {
    const { name } = service.metadata
    const before = type === 'modified' && previous ? answererOf(previous) : this.#gone.get(name)
    if (type === 'deleted') this.#gone.set(name, answererOf(service))
    if (type === 'deleted' ? !service.spec?.service : before === undefined || before === answererOf(service)) return
    const { group, version } = service.spec ?? {}
    for (const kind of this.#client.kinds) if (kind.apiVersion === `${group}/${version}`) this.#cache.retry(kind, 'else')
  }

  /** Which of a group's kinds has changed matters little: only those that were not served ask again. */
  #again(group: string | undefined): void {
    for (const kind of this.#client.kinds) if (groupOf(kind.apiVersion) === group) this.#cache.retry(kind)
  }
}

const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)
const isAnswered = (service: Service): boolean => !service.spec?.service || isTrue(service.status?.conditions, 'Available')
const answererOf = ({ spec }: Service): string => JSON.stringify(spec?.service ?? 'the server itself')
const isEstablished = (definition: Definition): boolean => isTrue(definition.status?.conditions, 'Established')

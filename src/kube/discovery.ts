/** What the server serves, and of which version it is. Follows CRDs and APIServices, so that a kind that comes to be served is looked at at once. Writes nothing. */
import type { Cache, CacheEvent, View } from './cache.ts'
import type { Client } from './client.ts'
import { APIService, CustomResourceDefinition } from './kinds.ts'
import { groupOf, type Kind, type KubeObject } from './objects.ts'

export interface ServerVersion {
  major: number
  minor: number
  /** `v1.35.4` */
  git: string
}

/** What of these two is looked at here; a transform of the cache may drop the rest. */
interface Definition extends KubeObject {
  spec?: { group?: string; names?: { plural?: string; kind?: string }; versions?: { name: string; served: boolean }[] }
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

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

export class Discovery {
  readonly #client: Client
  readonly #cache: Cache
  readonly #stop: () => void
  readonly #definitions: View<Definition>
  readonly #services: View<Service>
  #asked: Promise<Set<string>> | undefined
  #version: Promise<ServerVersion> | undefined

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

  /** By CRD where there is one, by APIService where another server answers, else by what the server itself says it has. */
  async serves(kind: Kind): Promise<boolean> {
    await Promise.all([this.#definitions.settled(), this.#services.settled()])
    const [group, version] = [groupOf(kind.apiVersion), versionOf(kind.apiVersion)]
    const definition = this.#definitions.get(`${kind.plural}.${group}`)
    if (definition)
      return isEstablished(definition) && (definition.spec?.versions?.some(({ name, served }) => served && name === version) ?? false)
    const service = this.#services.get(`${version}.${group}`)
    if (service && !isAnswered(service)) return false
    this.#asked ??= this.#ask()
    return (await this.#asked).has(`${kind.apiVersion}/${kind.plural}`)
  }

  async version(): Promise<ServerVersion> {
    this.#version ??= this.#client
      .raw('/version')
      .then(body => versionFrom(body as { major?: string; minor?: string; gitVersion?: string }))
    this.#version.catch(() => {
      this.#version = undefined
    })
    return this.#version
  }

  close(): void {
    this.#stop()
  }

  async #ask(): Promise<Set<string>> {
    try {
      const [core, named] = await Promise.all(['/api', '/apis'].map(path => this.#client.raw(path, aggregated)))
      return new Set([...resourcesOf(core), ...resourcesOf(named)])
    } catch (error) {
      this.#asked = undefined
      throw error
    }
  }

  #notice({ kind, type, object }: CacheEvent): void {
    const isAbout = [CustomResourceDefinition.kind, APIService.kind].includes(kind.kind)
    if (isAbout && type === 'state') this.#catchUp()
    if (!object || type === 'state') return
    if (kind.kind === CustomResourceDefinition.kind) this.#again((object as Definition).spec?.group)
    else if (kind.kind === APIService.kind) this.#noticeService(object as Service, type)
  }

  /** Until another server is available it refuses whoever asks. */
  #noticeService(service: Service, type: CacheEvent['type']): void {
    this.#asked = undefined
    if (type === 'deleted' || isAnswered(service)) this.#again(service.spec?.group)
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

  /** Which of a group's kinds has changed matters little: only those that were not served ask again. */
  #again(group: string | undefined): void {
    this.#asked = undefined
    for (const kind of this.#client.kinds) if (groupOf(kind.apiVersion) === group) this.#cache.retry(kind)
  }
}

const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)
const holds = ({ status }: Definition | Service, type: string): boolean =>
  status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false
const isAnswered = (service: Service): boolean => !service.spec?.service || holds(service, 'Available')
const isEstablished = (definition: Definition): boolean => holds(definition, 'Established')

/** `apps/v1/deployments` for each, of https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
function resourcesOf(body: unknown): string[] {
  const { items = [] } = body as { items?: Group[] }
  return items.flatMap(({ metadata: { name } = {}, versions }) =>
    versions.flatMap(({ version, resources }) => resources.map(({ resource }) => `${name ? `${name}/` : ''}${version}/${resource}`)),
  )
}

interface Group {
  metadata?: { name?: string }
  versions: { version: string; resources: { resource: string }[] }[]
}

/** Some providers put a plus behind the minor number. */
const versionFrom = ({ major, minor, gitVersion }: { major?: string; minor?: string; gitVersion?: string }): ServerVersion => ({
  major: Number.parseInt(major ?? '', 10) || 0,
  minor: Number.parseInt(minor ?? '', 10) || 0,
  git: gitVersion ?? '',
})

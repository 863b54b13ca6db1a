/** What is served, as clients ask for it: group by group, or all at once. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
import type { Aggregated } from './aggregated.ts'
import type { Answer } from './call.ts'
import { unknownResource } from './refusals.ts'
import type { Served, Subresource } from './served.ts'
import type { Server } from './server.ts'

/** An answer with its own type of content. */
export interface Document extends Answer {
  headers?: Record<string, string>
}

/** Resources of a group version that another server answers for; undefined when it does not. */
export type RemoteResources = (group: string, version: string) => Promise<Resource[] | undefined>

/** One line of an APIResourceList. */
interface Resource {
  name: string
  singularName: string
  namespaced: boolean
  kind: string
  verbs: readonly string[]
  group?: string
  version?: string
  shortNames?: readonly string[]
  categories?: readonly string[]
}

/** Undefined for paths of groups that are not there. Throws Refusal. */
export async function discoveryOf(house: Serving, { path, accept }: { path: string; accept: string }): Promise<Document | undefined> {
  const [root, ...rest] = path.split('/').filter(Boolean)
  if (root === 'api') return core(house, rest, accept)
  return root === 'apis' ? named(house, rest, accept) : undefined
}

/** Who is asked what is served. */
export interface Serving {
  server: Server
  aggregated: Aggregated
  remote: RemoteResources
}

/** The group without a name. */
async function core(house: Serving, [version, ...rest]: string[], accept: string): Promise<Document | undefined> {
  if (version === undefined)
    return wantsAll(accept) ? allAtOnce([await groupDocument(house, '', [['v1', 'here']])]) : { status: 200, body: legacy(house.server) }
  if (version !== 'v1') throw unknownResource()
  return rest.length === 0 ? resourceList('', 'v1', resourcesOf(house.server, '', 'v1')) : undefined
}

async function named(house: Serving, [group, version, ...rest]: string[], accept: string): Promise<Document | undefined> {
  const groups = groupsOf(house)
  if (group === undefined) {
    if (!wantsAll(accept)) return { status: 200, body: { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groups].map(groupSummary) } }
    return allAtOnce(await Promise.all([...groups].map(([name, versions]) => groupDocument(house, name, versions))))
  }
  const versions = groups.get(group)
  if (version !== undefined && isUnknownVersion(house.server, group, version)) throw unknownResource()
  if (!versions || rest.length > 0) return undefined
  if (version === undefined) return { status: 200, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupSummary([group, versions]) } }
  const here = versions.some(([name, where]) => name === version && where === 'here')
  return here ? resourceList(group, version, resourcesOf(house.server, group, version)) : undefined
}

/** Versions of a group, the preferred one first, and whether they are served here. */
type Versions = [version: string, where: 'here' | 'elsewhere'][]

/** In the order of their priorities, as APIServices have them. */
function groupsOf({ server, aggregated }: Serving): Map<string, Versions> {
  const services = [...server.store.collection('apiservices.apiregistration.k8s.io').objects.values()].map(
    ({ spec }) => spec as unknown as ServiceSpec,
  )
  const remote = aggregated.remote
  const isServed = ({ group, version }: ServiceSpec) => server.catalogue.hasVersion(group, version)
  const isRemote = ({ group, version }: ServiceSpec) => remote.some(each => each.group === group && each.version === version)
  const listed = services.filter(each => each.group !== '' && (isServed(each) || isRemote(each)))
  listed.sort(
    (a, b) =>
      b.groupPriorityMinimum - a.groupPriorityMinimum ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : b.versionPriority - a.versionPriority),
  )
  // What serves APIServices has none itself.
  const groups = new Map<string, Versions>([['apiregistration.k8s.io', [['v1', 'here']]]])
  for (const each of listed) {
    groups.set(each.group, [...(groups.get(each.group) ?? []), [each.version, isRemote(each) ? 'elsewhere' : 'here']])
  }
  return groups
}

interface ServiceSpec {
  group: string
  version: string
  groupPriorityMinimum: number
  versionPriority: number
}

/** Versions of a group that is the server's own. */
const builtinVersions = ({ catalogue }: Server, group: string): Set<string> =>
  new Set(catalogue.all.filter(each => each.group === group && !each.custom).map(({ version }) => version))

/** Whether only the version is wrong, which the server says in other words than that the group is not there. */
export function isUnknownVersion(server: Server, group: string, version: string): boolean {
  const versions = builtinVersions(server, group)
  return versions.size > 0 && !versions.has(version)
}

const legacy = ({ settings }: Server) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: settings.serviceCIDRs[0] ?? '' }],
})

function groupSummary([name, versions]: [string, Versions]): object {
  const all = versions.map(([version]) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: all, preferredVersion: all[0] }
}

function resourcesOf({ catalogue }: Server, group: string, version: string): Resource[] {
  const all = catalogue.all.filter(each => each.group === group && each.version === version)
  return all
    .sort((a, b) => (a.plural < b.plural ? -1 : 1))
    .flatMap(each => [resource(each), ...each.subresources.map(below => subresource(each, below))])
}

const resource = ({ plural, singular, namespaced, kind, verbs, shortNames, categories }: Served): Resource => ({
  name: plural,
  singularName: singular,
  namespaced,
  kind,
  verbs,
  ...(shortNames.length > 0 && { shortNames }),
  ...(categories.length > 0 && { categories }),
})

const subresource = ({ plural, namespaced }: Served, { name, kind, verbs, group, version }: Subresource): Resource => ({
  name: `${plural}/${name}`,
  singularName: '',
  namespaced,
  ...(group !== undefined && { group, version: version! }),
  kind,
  verbs,
})

const resourceList = (group: string, version: string, resources: Resource[]): Document => ({
  status: 200,
  body: { kind: 'APIResourceList', ...(group && { apiVersion: 'v1' }), groupVersion: group ? `${group}/${version}` : version, resources },
})

const aggregate = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Whether the first thing a client can read is everything at once. */
function wantsAll(accept: string): boolean {
  const readable = accept
    .split(',')
    .map(type => type.replaceAll(' ', ''))
    .find(type => !type.includes('protobuf') && (!type.includes('as=') || type.includes(aggregate)))
  return readable?.includes(aggregate) ?? false
}

const allAtOnce = (items: object[]): Document => ({
  status: 200,
  headers: { 'content-type': `application/json;${aggregate}` },
  body: { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items },
})

async function groupDocument({ server, remote }: Serving, name: string, versions: Versions): Promise<object> {
  const documents = versions.map(async ([version, where]) => {
    const resources = where === 'here' ? resourcesOf(server, name, version) : await remote(name, version)
    const implied = builtinVersions(server, name).size > 0 ? { group: '', version: '' } : { group: name, version }
    return resources ? { version, resources: nested(resources, implied), freshness: 'Current' } : { version, freshness: 'Stale' }
  })
  return { metadata: name ? { name } : {}, versions: await Promise.all(documents) }
}

/** Subresources are told with the resource that they are of. Kinds have the group and version that are implied where they say none. */
function nested(resources: Resource[], implied: { group: string; version: string }): object[] {
  const responseKind = ({ group = implied.group, version = implied.version, kind }: Resource) => ({ group, version, kind })
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(each => {
      const below = resources.filter(({ name }) => name.startsWith(`${each.name}/`))
      return {
        resource: each.name,
        responseKind: responseKind(each),
        scope: each.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: each.singularName,
        verbs: each.verbs,
        ...(each.shortNames && { shortNames: each.shortNames }),
        ...(each.categories && { categories: each.categories }),
        ...(below.length > 0 && {
          subresources: below.map(sub => ({
            subresource: sub.name.slice(each.name.length + 1),
            responseKind: responseKind(sub),
            verbs: sub.verbs,
          })),
        }),
      }
    })
}

/** Finds in OpenAPI which resources a server has and what may be done with them: what discovery answers. */
import type { BuiltinResource } from '../../src/kube/resources.ts'
import type { GroupVersionKind, OpenApi, Operation } from './openapi.ts'

export interface Resource extends BuiltinResource {
  /** Its OpenAPI definition: `io.k8s.api.apps.v1.Deployment`. */
  definition: string
}

/** Names that OpenAPI does not have; a real server's discovery does. Checked against one in test/real. */
const shortNames: Record<string, string[]> = {
  configmaps: ['cm'],
  cronjobs: ['cj'],
  certificatesigningrequests: ['csr'],
  customresourcedefinitions: ['crd', 'crds'],
  daemonsets: ['ds'],
  deployments: ['deploy'],
  endpoints: ['ep'],
  events: ['ev'],
  horizontalpodautoscalers: ['hpa'],
  ingresses: ['ing'],
  ipaddresses: ['ip'],
  limitranges: ['limits'],
  namespaces: ['ns'],
  networkpolicies: ['netpol'],
  nodes: ['no'],
  persistentvolumeclaims: ['pvc'],
  persistentvolumes: ['pv'],
  poddisruptionbudgets: ['pdb'],
  pods: ['po'],
  priorityclasses: ['pc'],
  replicasets: ['rs'],
  replicationcontrollers: ['rc'],
  resourcequotas: ['quota'],
  serviceaccounts: ['sa'],
  services: ['svc'],
  statefulsets: ['sts'],
  storageclasses: ['sc'],
}
const inAll = [
  'pods',
  'replicationcontrollers',
  'services',
  'daemonsets',
  'deployments',
  'replicasets',
  'statefulsets',
  'horizontalpodautoscalers',
  'cronjobs',
  'jobs',
]
const apiExtensions = /^(customresourcedefinitions|apiservices|.*webhookconfigurations|.*admissionpolicies|.*admissionpolicybindings)$/

const verbOf: Record<string, string> = { post: 'create', put: 'update', watchlist: 'watch' }

/** A request that some path takes: what it is about, and what it does. */
interface Action extends GroupVersionKind {
  verb: string
  pathGroup: string
  pathVersion: string
  plural: string
  subresource?: string
  namespaced: boolean
}

/** The resources whose kinds are wanted, by group, version and plural name. */
export function findResources(openApi: OpenApi, wanted: (group: string, kind: string) => boolean): Resource[] {
  const definitionOf = kindDefinitions(openApi)
  const found = new Map<string, Resource>()
  const actions = Object.entries(openApi.paths).flatMap(([path, operations]) => actionsOf(path, operations))
  const key = ({ pathGroup, pathVersion, plural }: Action) => `${pathGroup}/${pathVersion}/${plural}`
  for (const action of actions) {
    const { subresource, group, version, kind, plural, verb, namespaced } = action
    if (subresource || group !== action.pathGroup || !wanted(group, kind)) continue
    const resource =
      found.get(key(action)) ?? newResource({ group, version, kind }, plural, definitionOf.get(`${group}/${version}/${kind}`)!)
    resource.namespaced ||= namespaced
    if (!resource.verbs.includes(verb)) resource.verbs.push(verb)
    found.set(key(action), resource)
  }
  for (const action of actions) if (action.subresource) addSubresource(found.get(key(action)), action.subresource, action)
  for (const resource of found.values()) sortVerbs(resource)
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource)
}

/** `apps/v1/Deployment` → its definition. Kinds that every group has, like DeleteOptions, are not among them. */
function kindDefinitions({ definitions }: OpenApi): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, { 'x-kubernetes-group-version-kind': gvks }] of Object.entries(definitions)) {
    for (const { group, version, kind } of gvks?.length === 1 ? gvks : []) found.set(`${group}/${version}/${kind}`, name)
  }
  return found
}

const pathPattern =
  /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>[^/]+)\/(?:watch\/)?(?<scope>namespaces\/\{namespace\}\/)?(?<plural>[a-z]+)(?:\/\{name\}(?:\/(?<sub>[a-z]+))?)?$/

function actionsOf(path: string, operations: Record<string, Operation>): Action[] {
  const { group = '', version = '', scope, plural = '', sub } = pathPattern.exec(path)?.groups ?? {}
  if (!plural) return []
  return Object.values(operations).flatMap(operation => {
    const gvk = operation?.['x-kubernetes-group-version-kind']
    const action = operation?.['x-kubernetes-action']
    if (!gvk || !action || action === 'connect') return []
    const verb = verbOf[action] ?? action
    return [
      { ...gvk, verb, pathGroup: group, pathVersion: version, plural, namespaced: scope !== undefined, ...(sub && { subresource: sub }) },
    ]
  })
}

function newResource({ group, version, kind }: GroupVersionKind, plural: string, definition: string): Resource {
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: false,
    verbs: [],
    ...(shortNames[plural] && { shortNames: shortNames[plural] }),
    ...(inAll.includes(plural) && { categories: ['all'] }),
    ...(apiExtensions.test(plural) && { categories: ['api-extensions'] }),
    subresources: [],
    ...(!/^v\d+$/.test(version) && { preview: true }),
    definition,
  }
}

function addSubresource(resource: Resource | undefined, name: string, { verb, group, version, kind }: Action): void {
  if (!resource) return
  let subresource = resource.subresources.find(one => one.name === name)
  if (!subresource) {
    const elsewhere = group !== resource.group || version !== resource.version
    subresource = { name, kind, verbs: [], ...(elsewhere && { group, version }) }
    resource.subresources.push(subresource)
  }
  if (!subresource.verbs.includes(verb)) subresource.verbs.push(verb)
}

function sortVerbs({ verbs, subresources }: Resource): void {
  verbs.sort()
  for (const subresource of subresources) subresource.verbs.sort()
  subresources.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Prints definitions of Kubernetes as TypeScript interfaces, and its kinds as values. Dates and quantities are text, as they are in JSON. */
import { type OpenApi, type Property, referred } from './openapi.ts'
import type { Resource } from './resources.ts'

/** Types that JSON has no definition for, or that `objects.ts` describes already. */
const special: Record<string, string> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'string | number',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'Record<string, unknown>',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Record<string, Json>',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': 'Partial<ObjectMeta>',
  // Only metadata refers to these two.
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': 'never',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry': 'never',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'Json',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'JSONSchemaProps | JSONSchemaProps[]',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | string[]',
}

/** Which of two types keeps the short name: the stable version, then these groups in this order, then the alphabet. */
const groupOrder = ['core', 'meta', 'apps', 'batch', 'policy', 'rbac', 'networking', 'admissionregistration', 'apiextensions']

const parts = (name: string) => {
  const [short = '', version = '', group = ''] = name.split('.').reverse()
  return { short, version, group }
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const rank = (version: string) => (/^v\d+$/.test(version) ? 0 : version.includes('beta') ? 1 : 2)

/** Definition → name in TypeScript. The loser of a clash carries its version (same group) or its group in its name: `VariableV1beta1`, `EventsEvent`. */
export function shortNames(definitions: string[]): Map<string, string> {
  const position = (group: string) => (groupOrder.includes(group) ? groupOrder.indexOf(group) : groupOrder.length)
  const ordered = [...definitions].sort((a, b) => {
    const [x, y] = [parts(a), parts(b)]
    return rank(x.version) - rank(y.version) || position(x.group) - position(y.group) || (a < b ? -1 : 1)
  })
  const owners = new Map<string, string>()
  const names = new Map<string, string>()
  for (const name of ordered) {
    const { short, version, group } = parts(name)
    const owner = owners.get(short)
    const sameGroup = owner !== undefined && parts(owner).group === group
    const candidates = [
      short,
      sameGroup ? `${short}${capitalised(version)}` : `${capitalised(group)}${short}`,
      `${capitalised(group)}${short}${capitalised(version)}`,
    ]
    const free = candidates.find(candidate => !owners.has(candidate))
    if (!free) throw new Error(`no name left for ${name}`)
    owners.set(free, name)
    names.set(name, free)
  }
  return names
}

/** The text of types.ts. Interfaces of kinds have a literal apiVersion and kind, and metadata with a name. */
export function printTypes(openApi: OpenApi, definitions: string[], names: Map<string, string>): string {
  const typeOf = (property: Property): string => {
    const ref = referred(property)
    if (ref) return special[ref] ?? names.get(ref) ?? 'unknown'
    if (property.type === 'array') return arrayOf(typeOf(property.items ?? {}))
    if (property.type === 'object')
      return property.additionalProperties ? `Record<string, ${typeOf(property.additionalProperties)}>` : 'Record<string, unknown>'
    if (property.type === 'integer') return 'number'
    return property.type ?? 'unknown'
  }
  const print = (name: string): string => {
    const { properties = {}, required = [], ...rest } = openApi.definitions[name]!
    // A type of several groups, like DeleteOptions, is nobody's kind.
    const [kind, another] = rest['x-kubernetes-group-version-kind'] ?? []
    const isKind = kind !== undefined && another === undefined
    const lines = isKind ? [`  apiVersion: '${apiVersion(kind)}'`, `  kind: '${kind.kind}'`, '  metadata: ObjectMeta'] : []
    const others = Object.entries(properties).filter(([field]) => !(isKind && ['apiVersion', 'kind', 'metadata'].includes(field)))
    for (const [field, property] of others) lines.push(`  ${quoted(field)}${required.includes(field) ? '' : '?'}: ${typeOf(property)}`)
    if (lines.length === 0) return `export type ${names.get(name)} = Record<string, never>`
    return [`export interface ${names.get(name)} {`, ...lines, '}'].join('\n')
  }
  const printed = definitions.filter(name => !(name in special)).sort((a, b) => (names.get(a)! < names.get(b)! ? -1 : 1))
  const imports = "import type { Json, ObjectMeta } from '../objects.ts'"
  return [imports, ...printed.map(print)].join('\n\n')
}

/** The text of kinds.ts: each kind as a value and as a type of the same name, and the types nested in them. */
export function printKinds(resources: Resource[], names: Map<string, string>): string {
  const values = resources.map(resource => {
    const name = names.get(resource.definition)!
    const args = [apiVersion(resource), resource.kind, resource.plural].map(arg => `'${arg}'`)
    const line = `export const ${name} = ${resource.namespaced ? 'namespaced' : 'clusterWide'}<T.${name}>(${args.join(', ')})`
    const folded = line.length <= 140 ? line : line.replace(/\(.*/, `(\n${args.map(arg => `  ${arg},\n`).join('')})`)
    return `${folded}\nexport type ${name} = T.${name}\n`
  })
  return `import type * as T from './gen/types.ts'
import type { Kind, KubeObject } from './objects.ts'

export type * from './gen/types.ts'

const namespaced = <T extends KubeObject>(apiVersion: string, kind: string, plural: string): Kind<T> => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
})
const clusterWide = <T extends KubeObject>(apiVersion: string, kind: string, plural: string): Kind<T> => ({
  apiVersion,
  kind,
  plural,
  namespaced: false,
})

${values.join('')}`
}

const arrayOf = (item: string) => (item.includes('|') ? `(${item})[]` : `${item}[]`)
const quoted = (field: string) => (/^[A-Za-z]\w*$/.test(field) ? field : `'${field}'`)
const apiVersion = ({ group, version }: { group: string; version: string }) => (group ? `${group}/${version}` : version)

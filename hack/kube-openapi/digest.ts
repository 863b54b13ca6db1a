/** Writes down, as briefly as JSON allows, what server-side apply, defaulting and comparison need to know of each type. `src/kube/schema.ts` reads it. */
import type { Digest, DigestField } from '../../src/kube/schema.ts'
import { type OpenApi, type Property, referred } from './openapi.ts'
import type { Resource } from './resources.ts'

const scalars: Record<string, string> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'date-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'date-time',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
}

export function digest(openApi: OpenApi, definitions: string[], resources: Resource[]): Digest {
  const kinds: Digest['kinds'] = {}
  for (const { group, version, kind, definition } of resources) kinds[`${group ? `${group}/` : ''}${version}/${kind}`] = brief(definition)
  const types: Digest['types'] = {}
  for (const name of definitions) {
    const { properties, required, 'x-kubernetes-map-type': mapType } = openApi.definitions[name]!
    if (name in scalars || (!properties && isFree(openApi, name))) continue
    const fields = Object.fromEntries(Object.entries(properties ?? {}).map(([field, property]) => [field, fieldOf(openApi, property)]))
    types[brief(name)] = { fields, ...(required && { required }), ...(mapType === 'atomic' && { atomic: true }) }
  }
  return { kinds, types }
}

const brief = (name: string) => name.replace(/^io\.k8s\./, '')

/** Definitions of JSON without a shape of its own. Empty structs, of which there are a few, have none of these names. */
const isFree = ({ definitions }: OpenApi, name: string) =>
  !definitions[name]?.properties && /\.(JSON\w*|FieldsV1|RawExtension|Patch)$/.test(name)

function fieldOf(openApi: OpenApi, property: Property): DigestField {
  const type = typeOf(openApi, property)
  const list = property['x-kubernetes-list-type']
  const special = {
    ...((list === 'set' || list === 'map') && { list }),
    ...(property['x-kubernetes-list-map-keys'] && { keys: property['x-kubernetes-list-map-keys'] }),
    ...(isAtomic(property) !== undefined && { atomic: isAtomic(property)! }),
    ...(property.default !== undefined && { default: property.default }),
    ...(property['x-kubernetes-patch-strategy'] && { patchStrategy: property['x-kubernetes-patch-strategy'] }),
    ...(property['x-kubernetes-patch-merge-key'] && { mergeKey: property['x-kubernetes-patch-merge-key'] }),
  }
  return Object.keys(special).length === 0 ? type : { type, ...special }
}

/** Whether the field says so itself; a field may make granular what its type makes atomic. Raw extensions are replaced as a whole. */
function isAtomic(property: Property): boolean | undefined {
  if (referred(property)?.endsWith('.RawExtension')) return true
  const mapType = property['x-kubernetes-map-type']
  return mapType && (mapType === 'atomic' || (referred(property) ? false : undefined))
}

function typeOf(openApi: OpenApi, property: Property): string {
  const ref = referred(property)
  if (ref) return scalars[ref] ?? (isFree(openApi, ref) ? 'any' : `#${brief(ref)}`)
  if (property.type === 'array') return `[${typeOf(openApi, property.items ?? {})}]`
  if (property.type === 'object') return property.additionalProperties ? `{${typeOf(openApi, property.additionalProperties)}}` : 'any'
  if (property.type === 'integer') return property.format ?? 'integer'
  if (property.format === 'byte') return 'bytes'
  return property.type ?? 'any'
}

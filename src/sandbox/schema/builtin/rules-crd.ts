/** Judges CustomResourceDefinitions: names, versions, and whether their schemas are structural. */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../../kube/kinds.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { goPattern } from '../go-pattern.ts'
import { dns1035Label, dnsSubdomain } from '../names.ts'
import { compileErrors } from '../rules.ts'
import type { JsonSchema } from '../structure.ts'
import { oneOf, perhapsNamed, present, repeated, unchanged } from './checks.ts'

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ */
export function checkDefinition({ metadata, spec }: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const name = `${spec.names.plural}.${spec.group}`
  return [
    ...(metadata.name === name ? [] : [invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...checkApproval(metadata.annotations ?? {}, spec.group),
    ...checkGroup(spec.group),
    ...oneOf(spec.scope, ['Cluster', 'Namespaced'], 'spec.scope'),
    ...checkNames(spec.names),
    ...checkVersions(spec.versions ?? []),
    ...(old ? checkUpdate(spec, old) : []),
  ]
}

const approval = 'api-approved.kubernetes.io'

function checkApproval(annotations: Record<string, string>, group: string): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group) || annotations[approval]) return []
  const words = `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`
  return [required(`metadata.annotations[${approval}]`, words)]
}

function checkGroup(group: string): FieldError[] {
  if (!group) return [required('spec.group')]
  const complaints = dnsSubdomain(group)
  if (complaints.length > 0) return [invalid('spec.group', group, complaints.join(','))]
  return group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')]
}

function checkNames({
  plural,
  singular,
  kind,
  listKind,
  shortNames = [],
  categories = [],
}: CustomResourceDefinition['spec']['names']): FieldError[] {
  const label = (value: string | undefined, field: string) => (value ? perhapsNamed(value, dns1035Label, `spec.names.${field}`) : [])
  const mixed = (value: string | undefined, field: string) =>
    value
      ? dns1035Label(value.toLowerCase()).map(words =>
          invalid(`spec.names.${field}`, value, `may have mixed case, but should otherwise match: ${words}`),
        )
      : []
  return [
    ...present(plural, 'spec.names.plural'),
    ...label(plural, 'plural'),
    ...label(singular, 'singular'),
    ...present(kind, 'spec.names.kind'),
    ...mixed(kind, 'kind'),
    ...mixed(listKind, 'listKind'),
    ...(kind && kind === listKind ? [invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same')] : []),
    ...shortNames.flatMap((each, index) => label(each, `shortNames[${index}]`)),
    ...categories.flatMap((each, index) => label(each, `categories[${index}]`)),
  ]
}

function checkVersions(versions: CustomResourceDefinitionVersion[]): FieldError[] {
  const twice = repeated(versions.map(({ name }) => name))
  const stored = versions.filter(({ storage }) => storage).length
  return [
    ...(versions.length === 0 ? [required('spec.versions', 'must have exactly one version marked as storage version')] : []),
    ...versions.flatMap((version, index) => checkVersion(version, `spec.versions[${index}]`, versions.length === 1)),
    ...(twice.length > 0 ? [invalid('spec.versions', versions, 'must contain unique version names')] : []),
    ...(versions.length > 0 && stored !== 1
      ? [invalid('spec.versions', versions, 'must have exactly one version marked as storage version')]
      : []),
  ]
}

/** The schema of an only version is told of where older API versions had it. */
function checkVersion({ name, schema }: CustomResourceDefinitionVersion, path: string, only: boolean): FieldError[] {
  const root = schema?.openAPIV3Schema as JsonSchema | undefined
  const at = only ? 'spec.validation.openAPIV3Schema' : `${path}.schema.openAPIV3Schema`
  return [
    ...dns1035Label(name).map(words => invalid(`${path}.name`, name, words)),
    ...(root ? checkRoot(root, at) : [required(`${path}.schema.openAPIV3Schema`, 'schemas are required')]),
  ]
}

function checkRoot(schema: JsonSchema, path: string): FieldError[] {
  if (schema.type !== 'object') {
    return schema.type
      ? [invalid(`${path}.type`, schema.type, 'must be object at the root')]
      : [required(`${path}.type`, 'must not be empty at the root')]
  }
  return [...checkMetadataSchema(schema.properties?.metadata, `${path}.properties[metadata]`), ...checkSchema(schema, path)]
}

/** Of metadata a schema may say no more than what a name looks like. */
function checkMetadataSchema(schema: JsonSchema | undefined, path: string): FieldError[] {
  if (!schema) return []
  const more = Object.keys(schema.properties ?? {}).filter(name => name !== 'name' && name !== 'generateName')
  return more.length > 0
    ? [forbidden(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified')]
    : []
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema */
function checkSchema(schema: JsonSchema, path: string): FieldError[] {
  const free = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  const { type, properties = {}, additionalProperties, items } = schema
  return [
    ...(type
      ? oneOf(type, types, `${path}.type`)
      : free
        ? []
        : [required(`${path}.type`, `must not be empty for specified ${placeOf(path)}`)]),
    ...(schema.properties && additionalProperties
      ? [forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...(type === 'array' && !items ? [required(`${path}.items`, 'must be specified')] : []),
    ...(schema.uniqueItems
      ? [forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')]
      : []),
    ...checkPattern(schema.pattern, `${path}.pattern`),
    ...checkList(schema, path),
    ...(schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
      compileErrors(rule, `${path}.x-kubernetes-validations[${index}]`),
    ),
    ...(typeof additionalProperties === 'object' ? checkSchema(additionalProperties, `${path}.additionalProperties`) : []),
    ...(items ? checkSchema(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      name === 'metadata' && isRoot(path) ? [] : checkSchema(property, `${path}.properties[${name}]`),
    ),
  ]
}

const isRoot = (path: string) => path.endsWith('openAPIV3Schema')
const placeOf = (path: string) =>
  path.endsWith('.items') ? 'array items' : path.endsWith(']') ? 'object fields' : 'object additionalProperties'

function checkPattern(pattern: string | undefined, path: string): FieldError[] {
  if (!pattern) return []
  try {
    goPattern(pattern)
    return []
  } catch (error) {
    return [invalid(path, pattern, `must be a valid regular expression, but isn't: ${(error as Error).message}`)]
  }
}

/** A list with keys needs items whose keys are always there. */
function checkList({ items, type, ...schema }: JsonSchema, path: string): FieldError[] {
  const kind = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (kind === undefined)
    return keys.length > 0 ? [required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty')] : []
  if (type !== 'array') return [invalid(`${path}.type`, type ?? '', 'must be array if x-kubernetes-list-type is specified')]
  if (kind !== 'map')
    return ['atomic', 'set'].includes(kind) ? [] : [notSupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'map', 'set'])]
  if (keys.length === 0) return [required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')]
  return keys.flatMap((key, index) => {
    const property = items?.properties?.[key]
    if (!property) return [invalid(`${path}.x-kubernetes-list-map-keys[${index}]`, key, 'entries must all be names of item properties')]
    const sure = property.default !== undefined || items?.required?.includes(key)
    const words = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
    return sure ? [] : [required(`${path}.items.properties[${key}].default`, words)]
  })
}

function checkUpdate(spec: CustomResourceDefinition['spec'], { spec: old, status }: CustomResourceDefinition): FieldError[] {
  const established = status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')
  const names = spec.versions.map(({ name }) => name)
  const lost = (status?.storedVersions ?? []).filter(version => !names.includes(version))
  return [
    ...(established ? unchanged(spec.scope, old.scope, 'spec.scope') : []),
    ...(established ? unchanged(spec.names.kind, old.names.kind, 'spec.names.kind') : []),
    ...unchanged(spec.group, old.group, 'spec.group'),
    ...unchanged(spec.names.plural, old.names.plural, 'spec.names.plural'),
    ...lost.map((version, index) =>
      invalid(
        `status.storedVersions[${index}]`,
        version,
        `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
      ),
    ),
  ]
}

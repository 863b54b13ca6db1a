/** Custom resources as their definitions describe them: what is served, and how to read what is sent. Never changes a definition. */
import type { CustomResourceDefinition } from '../kube/kinds.ts'
import { type SchemaNode, structuralSchema } from '../kube/schema.ts'
import type { Definition, DefinitionVersion } from './definition.ts'
import { compileVersion } from './schema/index.ts'
import type { Served, Subresource } from './served.ts'

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

export const isEstablished = (definition: Definition): boolean => hasCondition(definition, 'Established')

export const hasCondition = ({ status }: Definition, type: string): boolean =>
  status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false

const compiled = new WeakMap<object, Map<boolean, Served[]>>()

/** What a definition has served, the same objects each time as long as its spec stays; nothing before it is established. */
export function servedBy(definition: Definition): Served[] {
  if (!isEstablished(definition)) return []
  const terminating = definition.metadata.deletionTimestamp !== undefined
  const known = compiled.get(definition.spec) ?? new Map<boolean, Served[]>()
  compiled.set(definition.spec, known)
  const served =
    known.get(terminating) ??
    [...definition.spec.versions]
      .sort(byPriority)
      .filter(each => each.served)
      .map(version => servedVersion(definition, version))
  known.set(terminating, served)
  return served
}

function servedVersion(definition: Definition, version: DefinitionVersion): Served {
  const { names, group, scope } = definition.spec
  const schema = version.schema?.openAPIV3Schema
  let read: SchemaNode | undefined
  return {
    group,
    version: version.name,
    apiVersion: `${group}/${version.name}`,
    plural: names.plural,
    singular: names.singular || names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind || `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    verbs,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources: subresources(names.kind, version),
    get schema() {
      if (schema) read ??= structuralSchema(schema)
      return read
    },
    custom: {
      definition: definition.metadata.name,
      version,
      schema: compileVersion(definition as unknown as CustomResourceDefinition, version.name)!,
      terminating: definition.metadata.deletionTimestamp !== undefined,
    },
  }
}

function subresources(kind: string, { subresources = {} }: DefinitionVersion): Subresource[] {
  const on = ['get', 'patch', 'update']
  return [
    ...(subresources.status ? [{ name: 'status', kind, verbs: on }] : []),
    ...(subresources.scale ? [{ name: 'scale', kind: 'Scale', verbs: on, group: 'autoscaling', version: 'v1' }] : []),
  ]
}

/** v2 before v1 before v1beta1, all others behind by name. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority */
export function byPriority({ name: a }: { name: string }, { name: b }: { name: string }): number {
  const [one, other] = [rank(a), rank(b)]
  if (!one || !other) return one ? -1 : other ? 1 : a < b ? -1 : 1
  return other[0] - one[0] || other[1] - one[1] || other[2] - one[2]
}

const stages = { alpha: 0, beta: 1, '': 2 } as Record<string, number>

/** Stage, major, minor. */
function rank(version: string): [number, number, number] | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  return match ? [stages[match[2] ?? '']!, Number(match[1]), Number(match[3] ?? 0)] : undefined
}

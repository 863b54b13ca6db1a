/** Judges resources inside of custom resources: their type and metadata. */
import { isMap, type KubeObject, type ObjectMeta } from '../../kube/objects.ts'
import { type FieldError, invalid, required } from './field-errors.ts'
import { checkMetadata } from './metadata.ts'
import { dns1035Label, pathSegment } from './names.ts'
import { below, type Node } from './structure.ts'

/** What is wrong with the resources below a place. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#rawextension */
export function checkEmbedded(node: Node, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = node
    return items ? value.flatMap((item, index) => checkEmbedded(items, item, `${path}[${index}]`)) : []
  }
  if (!isMap(value)) return []
  const inner = Object.entries(value).flatMap(([name, item]) => {
    const property = node.property(name)
    if (property) return checkEmbedded(property, item, below(path, name))
    return node.additional ? checkEmbedded(node.additional, item, `${path}[${name}]`) : []
  })
  return node.embedded ? [...checkResource(value, path), ...inner] : inner
}

function checkResource({ apiVersion, kind, metadata }: Record<string, unknown>, path: string): FieldError[] {
  return [
    ...checkText(apiVersion, `${path}.apiVersion`, () => []),
    ...checkText(kind, `${path}.kind`, text =>
      dns1035Label(text.toLowerCase()).map(words =>
        invalid(`${path}.kind`, text, `may have mixed case, but should otherwise match: ${words}`),
      ),
    ),
    ...(isMap(metadata) ? checkMeta(metadata as unknown as ObjectMeta, path) : []),
  ]
}

function checkText(value: unknown, path: string, more: (text: string) => FieldError[]): FieldError[] {
  if (value === undefined) return [required(path)]
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')]
  return value === '' ? [invalid(path, value, 'must not be empty')] : more(value)
}

function checkMeta(metadata: ObjectMeta, path: string): FieldError[] {
  const object = { metadata: { ...metadata, name: metadata.name || 'unnamed' } } as KubeObject
  return checkMetadata(object, { namespaced: Boolean(metadata.namespace), name: pathSegment }).map(error => ({
    ...error,
    field: `${path}.${error.field}`,
  }))
}

/** Finds items of sets and of lists with keys that are there twice. Judges nothing else. */
import { isMap } from '../../kube/objects.ts'
import { duplicate, type FieldError, invalid } from './field-errors.ts'
import { below, type Node } from './structure.ts'

/** Every item that repeats an earlier one, told once. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
export function duplicates(node: Node, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = node.items
    return [...repeated(node, value, path), ...(items ? value.flatMap((item, index) => duplicates(items, item, `${path}[${index}]`)) : [])]
  }
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([name, child]) => {
    const property = node.property(name)
    if (property) return duplicates(property, child, below(path, name))
    return node.additional ? duplicates(node.additional, child, `${path}[${name}]`) : []
  })
}

function repeated({ schema }: Node, list: unknown[], path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type']
  if (type === 'set') return twice(list).map(index => duplicate(`${path}[${index}]`, list[index]))
  if (type !== 'map') return []
  const odd = list.findIndex(item => item !== null && !isMap(item))
  if (odd >= 0) return [invalid(`${path}[${odd}]`, list[odd], 'must be an object for an array of list-type map')]
  const keys = list.map(item => keyOf(schema['x-kubernetes-list-map-keys'] ?? [], item))
  return twice(keys).map(index => duplicate(`${path}[${index}]`, keys[index]))
}

const keyOf = (names: string[], item: unknown): Record<string, unknown> =>
  isMap(item) ? Object.fromEntries(names.filter(name => Object.hasOwn(item, name)).map(name => [name, item[name]])) : {}

/** Where a value stands for the second time. */
function twice(list: unknown[]): number[] {
  const seen = new Map<string, number>()
  return list.flatMap((item, index) => {
    const text = JSON.stringify(item)
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return times === 2 ? [index] : []
  })
}

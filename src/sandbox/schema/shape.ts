/** Brings a custom resource into the shape of its schema: unknown fields go, defaults come, nulls that may not be are gone. Never judges a value. */
import { isMap } from '../../kube/objects.ts'
import { below, Node } from './structure.ts'

export interface Shaped {
  value: unknown
  /** Paths of the fields that no schema knows, in order of the alphabet. */
  unknown: string[]
}

/** Fields that every object has, whatever its schema says of them. */
const typeMeta = new Set(['apiVersion', 'kind', 'metadata'])
const nothing = new Node({})

/**
 * A copy of an object as the server would store it: pruned, defaulted. Nothing given is changed; parts are shared.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning (and #defaulting, #defaulting-and-nullable)
 */
export function shape(object: object, schema: Node): Shaped {
  const unknown: string[] = []
  const value = shaped(object, { node: schema, path: '', unknown, root: true })
  return { value, unknown: unknown.sort() }
}

interface Place {
  node: Node
  path: string
  unknown: string[]
  /** Whether this is a resource itself, whose type and metadata are exempt. */
  root?: boolean
}

function shaped(value: unknown, place: Place): unknown {
  if (isMap(value)) return shapedMap(value, place)
  if (Array.isArray(value)) return shapedList(value, place)
  return value
}

function shapedMap(map: Record<string, unknown>, { node, path, unknown, root }: Place): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const embedded = root || node.embedded
  for (const [name, value] of Object.entries(map)) {
    const child = node.child(name)
    const at = below(path, name)
    if (embedded && typeMeta.has(name)) result[name] = value
    else if (child) put(result, name, shapedChild(value, { node: child, path: at, unknown }))
    else if (node.open) result[name] = shaped(value, { node: nothing, path: at, unknown })
    else if (node.preserves) result[name] = value
    else unknown.push(at)
  }
  for (const [name, value] of node.defaults) {
    if (!Object.hasOwn(result, name)) put(result, name, shaped(value, { node: node.property(name)!, path: below(path, name), unknown: [] }))
  }
  return result
}

/** A null that may not be is replaced by the default or, without one, taken out. */
function shapedChild(value: unknown, place: Place): unknown {
  const missing = value === null && !place.node.nullable
  return missing && place.node.schema.default === undefined ? undefined : shaped(missing ? place.node.schema.default : value, place)
}

function shapedList(list: unknown[], { node, path, unknown }: Place): unknown[] {
  const items = node.items
  if (!items && node.preserves) return list
  return list.map((value, index) => {
    const place = { node: items ?? nothing, path: `${path}[${index}]`, unknown }
    // Items are never taken out: that would change what an index means.
    const filled = value === null && items && !items.nullable ? (items.schema.default ?? null) : value
    return shaped(filled, place)
  })
}

function put(result: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) return
  if (name === '__proto__') Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true })
  else result[name] = value
}

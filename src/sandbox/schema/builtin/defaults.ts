/** The values that the server fills in for fields of built-in kinds, by type. A table and the walk over it; it judges nothing. */
import { isMap } from '../../../kube/objects.ts'
import type { SchemaNode } from '../../../kube/schema.ts'
import { clusterDefaults } from './defaults-cluster.ts'
import { podDefaults } from './defaults-pod.ts'
import { workloadDefaults } from './defaults-workload.ts'
import type { Defaults } from './filling.ts'

const table: Defaults = { ...podDefaults, ...workloadDefaults, ...clusterDefaults }

/** Fills in the defaults of an object that has been read. Changes the object. */
export function applyDefaults(value: unknown, node: SchemaNode): void {
  if (Array.isArray(value)) {
    // Of free-form JSON, the default of a CRD's field say, nothing is known.
    if (node.items) for (const item of value) applyDefaults(item, node.items)
  } else if (isMap(value)) {
    if (node.type === 'object') applyToObject(value, node)
    else if (node.values) for (const item of Object.values(value)) applyDefaults(item, node.values)
  }
}

function applyToObject(object: Record<string, unknown>, node: SchemaNode): void {
  const fields = node.fields ?? {}
  if (node.name) table[node.name.slice('io.k8s.'.length)]?.(object as never)
  for (const [name, value] of declared(node)) if (object[name] === undefined || object[name] === '') object[name] = value
  for (const [name, value] of Object.entries(object)) {
    const field = fields[name]
    if (field && typeof value === 'object') applyDefaults(value, field)
  }
}

const declaredDefaults = new WeakMap<object, [string, unknown][]>()

/** The defaults that OpenAPI does carry, as `protocol: TCP`; those that are Go's zeros are the business of storing. */
function declared({ fields = {} }: SchemaNode): [string, unknown][] {
  const known = declaredDefaults.get(fields)
  if (known) return known
  const found = Object.entries(fields).flatMap(([name, { default: value }]) =>
    value && typeof value !== 'object' ? [[name, value] as [string, unknown]] : [],
  )
  declaredDefaults.set(fields, found)
  return found
}

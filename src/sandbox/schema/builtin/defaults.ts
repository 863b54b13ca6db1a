/** The values that the server fills in for fields of built-in kinds, by type. A table and the walk over it; it judges nothing. */
import type { SchemaNode } from '../../../kube/schema.ts'
import { clusterDefaults } from './defaults-cluster.ts'
import { podDefaults } from './defaults-pod.ts'
import { workloadDefaults } from './defaults-workload.ts'
import type { Defaults } from './filling.ts'
import { isPrepared } from './prepared.ts'

const table: Defaults = { ...podDefaults, ...workloadDefaults, ...clusterDefaults }

/** Fills in the defaults of an object that has been read. Changes the object. */
export function applyDefaults(value: unknown, node: SchemaNode): void {
  if (typeof value !== 'object' || value === null || isPrepared(value, node)) return
  if (node.type === 'object') applyToObject(value as Record<string, unknown>, node)
  // Of free-form JSON, the default of a CRD's field say, nothing is known.
  const inner = node.items ?? node.values
  if (inner) for (const item of Object.values(value)) applyDefaults(item, inner)
}

function applyToObject(object: Record<string, unknown>, node: SchemaNode): void {
  const fields = node.fields ?? {}
  if (node.name) table[node.name.slice('io.k8s.'.length)]?.(object as never)
  for (const [name, value] of declared(node)) if (object[name] === undefined || object[name] === '') object[name] = value
  for (const name of Object.keys(object)) if (fields[name]) applyDefaults(object[name], fields[name])
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

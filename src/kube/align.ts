/** Where the order of a list means nothing, takes the one that the cluster already has: another order would restart pods for no reason. Pure. */

import { childOf, stepOf } from './fieldset.ts'
import { isMap } from './objects.ts'
import type { SchemaNode } from './schema.ts'

const core = (type: string) => `io.k8s.api.core.v1.${type}`
/** Types of items whose order nobody sees. Containers, init containers, commands and rules are not among them. */
const orderFree = new Set(['Volume', 'VolumeMount', 'VolumeDevice', 'ContainerPort', 'ServicePort', 'LocalObjectReference'].map(core))

/** The wanted value with such lists in the order of the live one; items that are new stay where they stood. */
export function aligned<T>(wanted: T, live: unknown, schema: SchemaNode | undefined): T
export function aligned(wanted: unknown, live: unknown, schema: SchemaNode | undefined): unknown {
  // Below what nothing is known of, all lists are replaced as they are.
  if (schema === undefined) return wanted
  if (isMap(wanted) && isMap(live)) {
    const result: Record<string, unknown> = {}
    for (const name of Object.keys(wanted)) result[name] = aligned<unknown>(wanted[name], live[name], childOf(schema, name))
    return result
  }
  if (!Array.isArray(wanted) || !Array.isArray(live) || schema.list !== 'map') return wanted
  const places = new Map(live.map((item, index) => [stepOf(item, schema), index]))
  const items = wanted.map(item => aligned<unknown>(item, live[places.get(stepOf(item, schema)) ?? -1], schema.items))
  return isOrderFree(items, schema) ? inOrderOf(items, item => places.get(stepOf(item, schema))) : items
}

function isOrderFree(items: unknown[], { items: type }: SchemaNode): boolean {
  if (type?.name !== core('EnvVar')) return orderFree.has(type?.name ?? '')
  // A variable may refer to those before it.
  return !items.some(item => String((item as { value?: string }).value ?? '').includes('$('))
}

function inOrderOf<T>(items: T[], place: (item: T) => number | undefined): T[] {
  const there = items.filter(item => place(item) !== undefined).sort((a, b) => place(a)! - place(b)!)
  let next = 0
  return items.map(item => (place(item) === undefined ? item : there[next++]!))
}

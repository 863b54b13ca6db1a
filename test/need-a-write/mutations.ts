/** Random changes of an object, likely and unlikely ones, valid and invalid: the server has the last word on which are which. */
import type { Random } from '../../src/kube/clock.ts'
import { serverDefault } from '../../src/kube/defaults.ts'
import { childOf } from '../../src/kube/fieldset.ts'
import { isMap, type KubeObject } from '../../src/kube/objects.ts'
import type { SchemaNode } from '../../src/kube/schema.ts'

type Container = Record<string, unknown> | unknown[]

/** A field or item, and what it is in. */
interface Spot {
  container: Container
  key: string | number
  value: unknown
  schema: SchemaNode | undefined
  /** Of the container. */
  parent: SchemaNode | undefined
}

/** A copy with so many changes, and what they were. */
export function mutated(
  object: KubeObject,
  schema: SchemaNode | undefined,
  { random, times }: { random: Random; times: number },
): { object: KubeObject; what: string[] } {
  const copy = structuredClone(object)
  const what: string[] = []
  while (what.length < times) {
    const spot = pick(spotsOf(copy, schema), random)
    const [name, change] = pick(Object.entries(changes), random) ?? []
    if (!spot || !change) break
    if (change(spot, random)) what.push(`${name} ${String(spot.key)}`)
  }
  return { object: copy, what }
}

const pick = <T>(list: readonly T[], random: Random): T | undefined => list[Math.floor(random() * list.length)]

/** Everything below what an applier may set; names and kinds stay. */
function spotsOf(object: KubeObject, schema: SchemaNode | undefined): Spot[] {
  const { metadata, apiVersion: _, kind: __, ...content } = object
  const spots: Spot[] = []
  for (const name of Object.keys(content))
    collect(
      { container: object as never, key: name, value: (object as never)[name], schema: schema && childOf(schema, name), parent: schema },
      spots,
    )
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const value = metadata[name]
    if (value !== undefined)
      collect(
        {
          container: metadata as never,
          key: name,
          value,
          schema: schema && childOf(childOf(schema, 'metadata')!, name),
          parent: schema && childOf(schema, 'metadata'),
        },
        spots,
      )
  }
  return spots
}

function collect(spot: Spot, spots: Spot[]): void {
  spots.push(spot)
  const { value, schema } = spot
  if (Array.isArray(value))
    for (const [key, item] of value.entries()) collect({ container: value, key, value: item, schema: schema?.items, parent: schema }, spots)
  else if (isMap(value))
    for (const [key, item] of Object.entries(value))
      collect({ container: value, key, value: item, schema: schema && childOf(schema, key), parent: schema }, spots)
}

const set = ({ container, key }: Spot, value: unknown): true => {
  ;(container as Record<string | number, unknown>)[key] = value
  return true
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

/** Each tells whether it could be done there. */
const changes: Record<string, (spot: Spot, random: Random) => boolean> = {
  change: (spot, random) => isScalar(spot.value) && set(spot, other(spot.value, random)),
  remove({ container, key }) {
    if (Array.isArray(container)) container.splice(key as number, 1)
    else delete container[key]
    return true
  },
  nothing: spot => set(spot, null),
  zero(spot) {
    const { value } = spot
    if (typeof value === 'string') return set(spot, '')
    if (typeof value === 'number') return set(spot, 0)
    if (typeof value === 'boolean') return set(spot, false)
    return set(spot, Array.isArray(value) ? [] : {})
  },
  swap({ value }, random) {
    if (!Array.isArray(value) || value.length < 2) return false
    const at = Math.floor(random() * (value.length - 1))
    ;[value[at], value[at + 1]] = [value[at + 1], value[at]]
    return true
  },
  insert({ value, schema }, random) {
    if (!Array.isArray(value) || value.length === 0) return false
    const item = structuredClone(pick(value, random))
    if (isMap(item)) for (const key of schema?.keys ?? []) item[key] = other(item[key], random)
    value.splice(Math.floor(random() * (value.length + 1)), 0, isScalar(item) ? other(item, random) : item)
    return true
  },
  add({ value, schema }, random) {
    if (!isMap(value)) return false
    const absent = Object.keys(schema?.fields ?? {}).filter(name => !(name in value))
    const name = schema?.fields ? pick(absent, random) : `added-${Math.floor(random() * 3)}`
    if (name === undefined) return false
    value[name] = invented(schema && childOf(schema, name), random, 2)
    return true
  },
  default({ value, schema }, random) {
    if (!isMap(value) || !schema?.fields) return false
    const known = Object.keys(schema.fields).filter(name => !(name in value) && serverDefault(schema, name, value) !== undefined)
    const name = pick(known, random)
    if (name === undefined) return false
    value[name] = structuredClone(serverDefault(schema, name, value))
    return true
  },
  spelling(spot) {
    const { value, schema } = spot
    if (schema?.type === 'quantity' && /^\d+$/.test(String(value))) return set(spot, `${value}000m`)
    if (schema?.type === 'quantity' && /^\d+Gi$/.test(String(value))) return set(spot, `${Number.parseInt(String(value), 10) * 1024}Mi`)
    if (schema?.type === 'bytes' && typeof value === 'string') return set(spot, value.replace(/(.{10})/, '$1\n'))
    return schema?.type === 'int-or-string' && typeof value === 'number' && set(spot, String(value))
  },
}

function other(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return Math.max(0, value + (random() < 0.5 ? 1 : -1))
  if (typeof value === 'boolean') return !value
  if (typeof value !== 'string') return value
  if (/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value)) return Buffer.from(`${random()}`).toString('base64')
  return random() < 0.2 ? 'x' : `${value}${Math.floor(random() * 3)}`
}

/** Some value of a type; most are refused, and some are not. */
function invented(schema: SchemaNode | undefined, random: Random, depth: number): unknown {
  switch (schema?.type) {
    case 'object': {
      const names = depth > 0 ? (schema.required ?? Object.keys(schema.fields ?? {}).filter(() => random() < 0.1)) : []
      return Object.fromEntries(names.map(name => [name, invented(schema.fields?.[name], random, depth - 1)]))
    }
    case 'map':
      return { a: invented(schema.values, random, depth - 1) }
    case 'list':
      return depth > 0 ? [invented(schema.items, random, depth - 1)] : []
    case 'integer':
    case 'number':
    case 'int-or-string':
      return Math.floor(random() * 3)
    case 'boolean':
      return random() < 0.5
    case 'quantity':
      return pick(['0', '1', '1000m', '1Gi'], random)
    case 'bytes':
      return 'eA=='
    case 'date-time':
      return '2026-01-01T00:00:00Z'
    default:
      return pick(['', 'x', 'a1'], random)
  }
}

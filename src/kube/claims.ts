/** Which of the fields that would be good to have may be set: those that nobody else has set. Pure. */
import { childOf, type Fields, fieldsOf, isAtomic, union } from './fieldset.ts'
import { isMap, type KubeObject } from './objects.ts'
import type { SchemaNode } from './schema.ts'

export interface Claimant {
  live: KubeObject | undefined
  schema: SchemaNode | undefined
  /** Ours and our predecessors': what these have set is ours still. */
  managers: readonly string[]
}

/** The object with those of the defaults that are missing in the live one, or are ours there already. What the object itself says goes first. */
export function withClaims<T extends KubeObject>(object: T, defaults: object, { live, schema, managers }: Claimant): T {
  const entries = (live?.metadata.managedFields ?? []).filter(({ manager = '', subresource }) => !subresource && managers.includes(manager))
  const ours = entries.reduce<Fields>((fields, entry) => union(fields, fieldsOf(entry) ?? {}), {})
  return merged(object, open(defaults, { live, schema, ours })) as T
}

interface Place {
  live: unknown
  schema: SchemaNode | undefined
  ours: Fields | undefined
}

function open(value: unknown, { live, schema, ours }: Place): unknown {
  if (live === undefined || live === null) return value
  if (!isMap(value) || !isMap(live) || isAtomic(schema)) return ours ? value : undefined
  const fields = Object.entries(value)
    .map(([name, inside]) => [name, open(inside, { live: live[name], schema: childOf(schema, name), ours: ours?.[`f:${name}`] })] as const)
    .filter(([, inside]) => inside !== undefined)
  return fields.length > 0 ? Object.fromEntries(fields) : undefined
}

function merged(first: unknown, second: unknown): unknown {
  if (first === undefined) return second
  if (!isMap(first) || !isMap(second)) return first
  const both: Record<string, unknown> = { ...first }
  for (const [name, value] of Object.entries(second)) both[name] = merged(first[name], value)
  return both
}

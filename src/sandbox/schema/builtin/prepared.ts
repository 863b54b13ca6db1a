/** Knows what has been read, filled in and stored before: done again nothing would come of it, and from write to write most of an object stays. */
import { isMap } from '../../../kube/objects.ts'
import type { SchemaNode } from '../../../kube/schema.ts'

const known = new WeakMap<object, SchemaNode>()

/** Whether a value came out of all that as a value of this type. Only what nobody can change any more stays so. */
export const isPrepared = (value: object, node: SchemaNode): boolean => known.get(value) === node && Object.isFrozen(value)

/** Remembers the large parts of an object that has gone through all that: `rules`, `spec.template`. Above them rules of the kind have a say each time. */
export function rememberPrepared(object: Record<string, unknown>, { fields = {} }: SchemaNode): void {
  for (const [name, value] of Object.entries(object)) {
    const field = fields[name]
    if (name === 'metadata' || !field) continue
    if (field.type === 'object' && isMap(value)) rememberFields(value, field)
    else remember(value, field)
  }
}

function rememberFields(object: Record<string, unknown>, { fields = {} }: SchemaNode): void {
  for (const [name, value] of Object.entries(object)) if (fields[name]) remember(value, fields[name])
}

function remember(value: unknown, node: SchemaNode): void {
  if (typeof value === 'object' && value !== null) known.set(value, node)
}

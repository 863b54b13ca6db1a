/** What the server's Go types make of empty values: which fields can tell 0, false or "" from nothing at all. Data from gen/storage.json. */
import data from './gen/storage.json' with { type: 'json' }
import type { SchemaNode } from './schema.ts'

const notes = data as Record<string, Record<string, string>>
const prefix = 'io.k8s.'

/** Whether a zero in this field of a built-in type means something else than its absence (in Go, it is a pointer). */
export const keepsZero = (type: SchemaNode | undefined, field: string): boolean =>
  type?.name !== undefined && (notes[type.name.slice(prefix.length)]?.[field] ?? '') === 'kept'

/** `""`, 0 or false. */
export const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false

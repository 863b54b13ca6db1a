/** Merge patches as the API server takes them: RFC 7396, which here takes nulls out of new lists, too. Never changes what it is given. */
import { isMap } from '../../kube/objects.ts'

type Fields = Readonly<Record<string, unknown>>

/** The document with the patch laid over it. */
export function mergePatched(document: Fields, patch: Fields): Fields {
  const result: Record<string, unknown> = { ...document }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}

function merged(before: unknown, value: unknown): unknown {
  if (!isMap(before)) return withoutNulls(value)
  return isMap(value) ? mergePatched(before, value) : value
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isMap(value)) return value
  const fields = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(fields.map(([name, item]) => [name, withoutNulls(item)]))
}

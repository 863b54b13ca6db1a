/** JSON to the byte as Go writes a map: annotations hash such text, so that another spelling would restart pods. Never reads JSON. */
import type { Json } from '../../kube/objects.ts'

/** Compact, keys sorted, with what HTML could mistake escaped. Numbers must be integers. */
export function goJson(value: Json): string {
  return JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return Object.fromEntries(keys.map(key => [key, sorted(value[key]!)]))
}

/** Reads and replaces parts of objects by path, without changing what is given. */
import { isMap } from '../kube/objects.ts'

export type Path = readonly string[]

/** Undefined where there is nothing. */
export function at(object: unknown, path: Path): unknown {
  let value = object
  for (const name of path) value = isMap(value) ? value[name] : undefined
  return value
}

/** The object with another value at a path; undefined takes it out. */
export function put<T extends object>(object: T, path: Path, value: unknown): T {
  const [name, ...rest] = path as [string, ...string[]]
  const inner = (object as Record<string, unknown>)[name]
  const next = rest.length === 0 ? value : put(isMap(inner) ? inner : {}, rest, value)
  const result: Record<string, unknown> = { ...object, [name]: next }
  if (next === undefined) delete result[name]
  return result as T
}

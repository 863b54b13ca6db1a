/** RFC 7396 merge patches. Never changes what it is given. */
import { isMap } from './objects.ts'

/** The target with the patch laid over it: null takes away, objects merge, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/** The smallest patch that makes one document the other; undefined when they are equal. Lists are replaced whole. */
export function mergeDifference(from: unknown, to: unknown): unknown {
  if (!(isMap(from) && isMap(to))) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to
  const patch: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (to[key] === undefined || to[key] === null) {
      if (from[key] !== undefined && from[key] !== null) patch[key] = null
      continue
    }
    const difference = mergeDifference(from[key], to[key])
    if (difference !== undefined) patch[key] = difference
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}

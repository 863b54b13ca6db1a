/** Compares JSON values, and finds the old item that a list's item continues. */
import { isMap } from '../../kube/objects.ts'
import type { Node } from './structure.ts'

/** Whether two JSON values are the same; order counts in lists, not in maps. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
  if (!isMap(a) || !isMap(b)) return false
  const names = Object.keys(a).filter(name => a[name] !== undefined)
  return (
    names.length === Object.keys(b).filter(name => b[name] !== undefined).length &&
    names.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]))
  )
}

/** The item of the old list with the same keys, where the list is one of items with keys; else undefined. */
export function oldItem(node: Node, item: unknown, old: unknown): unknown {
  const keys = node.schema['x-kubernetes-list-map-keys']
  if (node.schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old) || !isMap(item)) return undefined
  return old.find(each => isMap(each) && keys.every(key => equal(each[key], item[key])))
}

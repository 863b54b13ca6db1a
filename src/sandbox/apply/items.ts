/** How items of a list are told apart, and what is wrong with an object that server-side apply cannot read. Never changes a value. */
import { isMap } from '../../kube/objects.ts'
import { goCode, goText, goType } from '../go-text.ts'
import { elementText } from './field-set.ts'
import { type ListShape, type MapShape, narrowed, type Shape } from './shape.ts'

export type Map = { readonly [name: string]: unknown }

/** An item without what tells it apart, or of a form that cannot be. The message is the API server's. */
export class Untellable extends Error {
  override name = 'Untellable'
}

/** The path element of a field. */
export const fieldElement = (name: string): string => `f:${name}`

/** The path element of an item of a list-map or a set. Throws Untellable. */
export function itemElement(list: ListShape, item: unknown): string {
  return list.keys.length > 0 ? keyElement(list, item) : valueElement(item)
}

function keyElement({ keys, items }: ListShape, item: unknown): string {
  if (item === null || item === undefined) throw new Untellable('associative list with keys may not have a null element')
  if (!isMap(item)) throw new Untellable('associative list with keys may not have non-map elements')
  const found: Record<string, unknown> = {}
  for (const name of keys.length > 1 ? [...keys].sort() : keys) {
    const value = Object.hasOwn(item, name) ? item[name] : items.map?.defaultOf(name)
    if (value !== undefined) found[name] = value
  }
  if (Object.keys(found).length === 0) {
    const names = keys.map(name => JSON.stringify(name)).join(' ')
    throw new Untellable(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return `k:${JSON.stringify(found)}`
}

function valueElement(item: unknown): string {
  if (item === null || item === undefined) throw new Untellable("associative list without keys has an element that's an explicit null")
  if (isMap(item)) throw new Untellable("associative list without keys has an element that's a map type")
  if (Array.isArray(item)) throw new Untellable('not supported: associative list with lists as elements')
  return `v:${JSON.stringify(item)}`
}

/** The shape of a map's field: the declared one, or that of all others. */
export const fieldShape = (map: MapShape, name: string): Shape | undefined => map.field(name) ?? map.elements

/** `.spec.ports[name="x"]: expected numeric …`: what keeps an object from being read. Empty when nothing does. */
export function faults(shape: Shape, value: unknown, options: { duplicates: boolean }): string[] {
  const form = narrowed(shape, value)
  if (form.map) return mapFaults(form.map, value, options)
  if (form.scalar) return scalarFault(form.scalar, value)
  if (form.list) return listFaults(form.list, value, options)
  return []
}

function mapFaults(map: MapShape, value: unknown, options: { duplicates: boolean }): string[] {
  if (value === null) return []
  if (!isMap(value)) return [`: expected map, got &{${goText(value)}}`]
  const found: string[] = []
  for (const [name, item] of Object.entries(value)) {
    const shape = fieldShape(map, name)
    if (!shape) return [...found, `.${name}: field not declared in schema`]
    found.push(...faults(shape, item, options).map(fault => `.${name}${fault}`))
  }
  return found
}

function listFaults(list: ListShape, value: unknown, options: { duplicates: boolean }): string[] {
  if (value === null) return []
  if (!Array.isArray(value)) return [`: expected list, got &{${goText(value)}}`]
  const found: string[] = []
  const seen = new Set<string>()
  for (const [index, item] of value.entries()) {
    let element = `i:${index}`
    if (!list.atomic) {
      try {
        element = itemElement(list, item)
      } catch (error) {
        return [...found, `: element ${index}: ${(error as Error).message}`]
      }
      if (seen.has(element) && !options.duplicates) found.push(`: duplicate entries for key ${elementText(element)}`)
      seen.add(element)
    }
    found.push(...faults(list.items, item, options).map(fault => `${elementText(element)}${fault}`))
  }
  return found
}

function scalarFault(scalar: NonNullable<Shape['scalar']>, value: unknown): string[] {
  if (value === null) return []
  const type = typeof value
  if (scalar === 'numeric') return type === 'number' ? [] : [`: expected numeric (int or float), got ${goType(value)}`]
  if (scalar === 'string') return type === 'string' ? [] : [`: expected string, got &value.valueUnstructured{Value:${goCode(value)}}`]
  if (scalar === 'boolean') return type === 'boolean' ? [] : [`: expected boolean, got &{${goText(value)}}`]
  return type === 'object' ? [`: expected any scalar, got &{${goText(value)}}`] : []
}

/** The API server's words for what is wrong with an object, all of it; the path of each comes first. */
export const faultText = (found: readonly string[]): string =>
  found.length === 1
    ? found[0]!
    : `errors:\n${[...found]
        .sort()
        .map(fault => `  ${fault}`)
        .join('\n')}`

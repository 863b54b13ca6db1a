/** Lays an applied configuration over a live object, and takes fields out of one. What is given is never changed; parts are shared. */
import { isMap } from '../../kube/objects.ts'
import { type FieldSet, isEmpty } from './field-set.ts'
import { type Map as Fields, fieldElement, fieldShape, itemElement } from './items.ts'
import { type ListShape, type MapShape, narrowed, type Shape } from './shape.ts'

/**
 * The live object with the configuration laid over it: leaves of the configuration win, maps and list-maps are merged.
 * Nothing is taken away here. The configuration is free of faults (items.ts); undefined means not there.
 */
export function merged(shape: Shape, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live
  if (live === undefined) return applied
  const form = narrowed(shape, applied)
  if (form.map) return mergedMaps(form.map, live, applied)
  return !form.scalar && form.list ? mergedLists(form.list, live, applied) : applied
}

function mergedMaps(map: MapShape, live: unknown, applied: unknown): unknown {
  const [before, wanted] = [isMap(live) ? live : {}, isMap(applied) ? applied : {}]
  const names = new Set([...Object.keys(before), ...Object.keys(wanted)])
  if (map.atomic || names.size === 0) return applied
  const result: Record<string, unknown> = {}
  for (const name of names) {
    set(result, name, merged(fieldShape(map, name) ?? {}, own(before, name), own(wanted, name)))
  }
  return result
}

const own = (map: Fields, name: string): unknown => (Object.hasOwn(map, name) ? map[name] : undefined)

function set(map: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  else map[name] = value
}

function mergedLists(list: ListShape, live: unknown, applied: unknown): unknown {
  const [before, wanted] = [Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : []]
  if (list.atomic || before.length + wanted.length === 0) return applied
  return new ListMerge(list, before, wanted).run()
}

/** The order of the result: items of both sides as applied, others of the live list where they stood among them. */
class ListMerge {
  readonly #list: ListShape
  readonly #live: unknown[]
  readonly #liveElements: string[]
  readonly #appliedElements: string[]
  readonly #liveItems: Map<string, unknown>
  readonly #appliedItems: Map<string, unknown>
  /** Items of both sides not yet met, in the order applied. */
  readonly #shared: string[]
  readonly #done = new Set<string>()
  readonly #result: unknown[] = []
  #left = 0
  #right = 0

  constructor(list: ListShape, live: unknown[], applied: unknown[]) {
    this.#list = list
    this.#live = live
    this.#liveElements = live.map(item => itemElement(list, item))
    this.#appliedElements = applied.map(item => itemElement(list, item))
    this.#appliedItems = new Map(applied.map((item, index) => [this.#appliedElements[index]!, item]))
    this.#liveItems = new Map()
    // An item that is there twice cannot be merged with: the applied one takes its place.
    for (const [index, element] of this.#liveElements.entries())
      this.#liveItems.set(element, this.#liveItems.has(element) ? null : live[index])
    this.#shared = this.#appliedElements.filter(element => this.#liveItems.has(element))
  }

  run(): unknown[] {
    while (this.#left < this.#liveElements.length || this.#right < this.#appliedElements.length) this.#step()
    return this.#result
  }

  #step(): void {
    const [mine, theirs] = [this.#liveElements[this.#left], this.#appliedElements[this.#right]]
    if (mine !== undefined && theirs !== undefined && this.#together(mine, theirs)) return
    if (mine !== undefined && this.#mineAlone(mine)) return
    if (theirs !== undefined) this.#take(theirs)
  }

  /** Both lists have come to the same item, or the live one has come to an item whose turn is later in the applied order. */
  #together(mine: string, theirs: string): boolean {
    if (mine === theirs) this.#take(theirs)
    else if (!this.#appliedItems.has(mine) || this.#shared[0] === undefined || this.#shared[0] === mine) return false
    this.#left++
    return true
  }

  #mineAlone(mine: string): boolean {
    const alone = !this.#appliedItems.has(mine)
    if (alone) this.#result.push(this.#live[this.#left])
    if (alone || this.#done.has(mine)) this.#left++
    return alone
  }

  #take(element: string): void {
    this.#done.add(element)
    this.#result.push(merged(this.#list.items, this.#liveItems.get(element), this.#appliedItems.get(element)))
    if (this.#shared[0] === element) this.#shared.shift()
    this.#right++
  }
}

/**
 * The object without the fields and items of the set. A container that loses all it had becomes null, as the server has it
 * before it drops nulls; atomic ones are left alone.
 */
export function removed(shape: Shape, value: unknown, remove: FieldSet): unknown {
  if (isEmpty(remove)) return value
  const form = narrowed(shape, value)
  if (form.map) return isMap(value) && !form.map.atomic ? removedFields(form.map, value, remove) : null
  if (form.scalar) return value
  return form.list && Array.isArray(value) && !form.list.atomic ? removedItems(form.list, value, remove) : null
}

function removedFields(map: MapShape, value: Fields, remove: FieldSet): unknown {
  const result: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    const element = fieldElement(name)
    if (remove.members.has(element)) continue
    const inner = remove.children.get(element)
    set(result, name, inner && !isEmpty(inner) ? removed(fieldShape(map, name) ?? {}, item, inner) : item)
  }
  return Object.keys(result).length > 0 ? result : null
}

function removedItems(list: ListShape, value: unknown[], remove: FieldSet): unknown {
  const result: unknown[] = []
  for (const item of value) {
    const element = itemElement(list, item)
    if (remove.members.has(element)) continue
    const inner = remove.children.get(element)
    result.push(inner && !isEmpty(inner) ? removed(list.items, item, inner) : item)
  }
  return result.length > 0 ? result : null
}

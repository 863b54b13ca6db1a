/** Sets of field paths, as managedFields keep them. Sets are never changed once made. */

/**
 * A path's elements are written as FieldsV1 writes them: `f:name` a field, `k:{"name":"x"}` a list item by its keys, `v:"x"` an item of a set.
 * A member is a path that ends here; children hold longer ones. Being a child does not make a path a member.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>
  readonly children: ReadonlyMap<string, FieldSet>
}

export type Path = readonly string[]

export const emptySet: FieldSet = { members: new Set(), children: new Map() }

export function isEmpty({ members, children }: FieldSet): boolean {
  if (members.size > 0) return false
  for (const child of children.values()) if (!isEmpty(child)) return false
  return true
}

/** Collects paths; `set` gives what was collected. */
export class FieldSetBuilder implements FieldSet {
  readonly members = new Set<string>()
  readonly children = new Map<string, FieldSetBuilder>()

  /** The path that ends with this element. */
  insert(element: string): void {
    this.members.add(element)
  }

  /** Where the paths below an element are collected. */
  below(element: string): FieldSetBuilder {
    const known = this.children.get(element)
    if (known) return known
    const child = new FieldSetBuilder()
    this.children.set(element, child)
    return child
  }

  insertPath(path: Path): void {
    const [first, ...rest] = path
    if (first === undefined) return
    if (rest.length === 0) this.insert(first)
    else this.below(first).insertPath(rest)
  }
}

const make = (members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>): FieldSet => ({ members, children })
const common = (a: FieldSet, b: FieldSet) => new Set([...a.members].filter(element => b.members.has(element)))
const own = (a: FieldSet, b: FieldSet) => new Set([...a.members].filter(element => !b.members.has(element)))

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a
  const children = new Map(a.children)
  for (const [element, child] of b.children) {
    const other = children.get(element)
    children.set(element, other ? union(other, child) : child)
  }
  return make(new Set([...a.members, ...b.members]), children)
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const both = other && intersection(child, other)
    if (both && !isEmpty(both)) children.set(element, both)
  }
  return make(common(a, b), children)
}

/** What is in `a` and not in `b`; a member of `b` does not take away what lies below it in `a`. `a` itself where nothing of it is in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a
  const children = new Map<string, FieldSet>()
  let changed = false
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const rest = other ? difference(child, other) : child
    changed ||= rest !== child
    if (!isEmpty(rest)) children.set(element, rest)
  }
  const members = own(a, b)
  return changed || members.size !== a.members.size ? make(members, children) : a
}

/** What is in `a` and neither in `b` nor below a member of `b`. */
export function withoutBelow(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children) {
    if (b.members.has(element)) continue
    const other = b.children.get(element)
    const rest = other ? withoutBelow(child, other) : child
    if (!isEmpty(rest)) children.set(element, rest)
  }
  return make(own(a, b), children)
}

/** What of `a` is a member of `b` or lies below one. */
export function onlyBelow(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const rest = b.members.has(element) ? child : other ? onlyBelow(child, other) : emptySet
    if (!isEmpty(rest)) children.set(element, rest)
  }
  return make(common(a, b), children)
}

/** All members, in the order in which the API server names them: those of a level before those below it. */
export function* paths(set: FieldSet, above: Path = []): Generator<Path> {
  for (const element of [...set.members].sort(byElement)) yield [...above, element]
  for (const element of [...set.children.keys()].sort(byElement)) yield* paths(set.children.get(element)!, [...above, element])
}

const rank = { f: 0, k: 1, v: 2, i: 3 } as Record<string, number>
const byElement = (a: string, b: string) => rank[a[0]!]! - rank[b[0]!]! || (a < b ? -1 : a > b ? 1 : 0)
const elementsOf = ({ members, children }: FieldSet): string[] => [...new Set([...members, ...children.keys()])].sort(byElement)

/** FieldsV1, in which `.` says that the path itself is a member beside those below it. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const element of elementsOf(set)) {
    const child = set.children.get(element)
    const below = child ? toFieldsV1(child) : {}
    const isAbove = Object.keys(below).length > 0
    if (set.members.has(element)) fields[element] = isAbove ? { '.': {}, ...below } : {}
    else if (isAbove) fields[element] = below
  }
  return fields
}

const parsed = new WeakMap<object, FieldSet>()
const written = new WeakMap<FieldSet, Record<string, unknown>>()
/** As they are written here: sets that come of them are written the same. */
const ours = new WeakSet<object>()

/** Of FieldsV1. Frozen ones, as the store has them, are parsed once. */
export function fromFieldsV1(fields: Record<string, unknown>): FieldSet {
  const known = parsed.get(fields)
  if (known) return known
  const set = parse(fields)
  if (!Object.isFrozen(fields)) return set
  parsed.set(fields, set)
  if (ours.has(fields)) written.set(set, fields)
  return set
}

/** FieldsV1 of a whole entry; the same object each time, because with most writes most owners stay what they are. */
export function fieldsV1Of(set: FieldSet): Record<string, unknown> {
  const known = written.get(set)
  if (known) return known
  const fields = toFieldsV1(set)
  written.set(set, fields)
  ours.add(fields)
  return fields
}

function parse(fields: Record<string, unknown>): FieldSet {
  const members = new Set<string>()
  const children = new Map<string, FieldSet>()
  for (const [element, below] of Object.entries(fields)) {
    if (element === '.') continue
    const inner = typeof below === 'object' && below !== null ? (below as Record<string, unknown>) : {}
    const keys = Object.keys(inner)
    if (keys.length === 0 || '.' in inner) members.add(element)
    if (keys.some(key => key !== '.')) children.set(element, parse(inner))
  }
  return make(members, children)
}

/** `.spec.containers[name="c"].image`: how conflicts name a field. */
export const pathText = (path: Path): string => path.map(elementText).join('')

/** `.name`, `[name="c"]`, `[="x"]`, `[0]`. */
export function elementText(element: string): string {
  const [kind, text] = [element[0], element.slice(2)]
  if (kind === 'f') return `.${text}`
  if (kind === 'v') return `[=${goText(JSON.parse(text))}]`
  if (kind === 'i') return `[${text}]`
  const keys = Object.entries(JSON.parse(text) as Record<string, unknown>)
  return `[${keys.map(([name, value]) => `${name}=${goText(value)}`).join(',')}]`
}

const goText = (value: unknown): string => JSON.stringify(value)

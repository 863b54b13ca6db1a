/** Whether applying an object would change anything: its content, or a field that is ours by managedFields and no longer wanted. Pure, and asks no server. */

import { isKept, serverAnnotations, serverDefault, serverLabels } from './defaults.ts'
import { isZero, keepsZero } from './empties.ts'
import {
  childOf,
  entryOf,
  type Fields,
  fieldSet,
  fieldsOf,
  has,
  inWords,
  isAtomic,
  keysOf,
  mergeOf,
  missing,
  type Path,
  placeOf,
  stepOf,
} from './fieldset.ts'
import { isMap, type KubeObject, type ManagedFieldsEntry } from './objects.ts'
import { sameQuantity } from './quantity.ts'
import type { SchemaNode } from './schema.ts'

export interface Ownership {
  /** Of the object's kind; without one every list is replaced as a whole and no default is known. */
  schema: SchemaNode | undefined
  /** Our field manager. */
  manager: string
  /** Managers whose updates count as ours. */
  predecessors: readonly string[]
  /** The wanted object is all of it: what a predecessor set beside it goes. Otherwise it stays. */
  whole?: boolean
  subresource?: string
  /** The kind has no path of its own for status, which is a field like others. */
  statusInside?: boolean
}

export interface Difference {
  why: 'absent' | 'missing' | 'differs' | 'order' | 'twice' | 'not wanted'
  /** For people: `spec.template.spec.containers[name=calico-node].image`. */
  path: string
  steps: Path
}

/** Undefined when applying would have no effect. Both must be canonical (see canonical.ts); the live one as the server gave it. */
export function needsWrite(wanted: KubeObject, live: KubeObject | undefined, ownership: Ownership): Difference | undefined {
  if (!live) return { why: 'absent', path: '', steps: [] }
  const { schema, manager, subresource } = ownership
  const own = fieldsOf(entryOf(live, { manager, operation: 'Apply', subresource }))
  const found = differenceInFields({ wanted: contentOf(wanted, ownership), live, schema, own })
  if (found) return { why: found.why, path: inWords(found.path), steps: found.path }
  const [path] = leftovers(wanted, live, ownership)
  return path && { why: 'not wanted', path: inWords(path), steps: path }
}

/** The fields that are ours to take away, still there, and not in the wanted object: by the server's record, and what others have put into an object that is ours as a whole. */
export function* leftovers(wanted: KubeObject, live: KubeObject, ownership: Ownership): Generator<Path> {
  const { schema, manager, subresource, whole } = ownership
  for (const { paths } of additions(wanted, live, ownership)) yield* paths
  const own = fieldsOf(entryOf(live, { manager, operation: 'Apply', subresource }))
  // What was set by updates cannot be given up through a subresource, and beside a part it is not ours to give up.
  const updates = subresource || !whole ? [] : updatesOf(live).filter(entry => isOurs(entry, ownership))
  if (!own && updates.length === 0) return
  const set = fieldSet(wanted, schema)
  if (own) yield* missing(own, set)
  for (const entry of updates) {
    for (const path of missing(fieldsOf(entry) ?? {}, set)) if (!isServers(live, schema, path)) yield path
  }
}

/** What somebody else's updates have put beside what is wanted. Labels and annotations are everybody's, those of pods too; and who applies has told that he means to keep it. */
export function additions(wanted: KubeObject, live: KubeObject, ownership: Ownership): { entry: ManagedFieldsEntry; paths: Path[] }[] {
  const { schema, subresource, whole } = ownership
  const strangers = subresource || !whole ? [] : updatesOf(live).filter(entry => !isOurs(entry, ownership))
  if (strangers.length === 0) return []
  const set = fieldSet(wanted, schema)
  const isAdded = (path: Path) => isContent(path) && !isServers(live, schema, path)
  return strangers
    .map(entry => {
      const leaves = [...missing(fieldsOf(entry) ?? {}, set)].filter(isAdded)
      return { entry, paths: distinct(leaves.map(path => topOf(path, set))) }
    })
    .filter(({ paths }) => paths.length > 0)
}

/** The shortest way to something that is not wanted at all: an item goes with all that is in it. */
const topOf = (path: Path, set: Fields): Path => path.slice(0, 1 + path.findIndex((_, index) => !has(set, path.slice(0, index + 1))))

const distinct = (paths: Path[]): Path[] => [...new Map(paths.map(path => [JSON.stringify(path), path])).values()]

export const isContent = (path: Path): boolean => path[0] !== 'f:status' && !path.includes('f:metadata')

/** Whether we have set it, or one before us. */
export const isOurs = ({ manager = '' }: ManagedFieldsEntry, us: Pick<Ownership, 'manager' | 'predecessors'>): boolean =>
  manager === us.manager || us.predecessors.includes(manager)

/** Of an update, as opposed to an apply, of the object itself. */
export const isUpdate = ({ operation, subresource }: ManagedFieldsEntry): boolean => operation === 'Update' && !subresource

export const updatesOf = ({ metadata }: KubeObject): ManagedFieldsEntry[] => (metadata.managedFields ?? []).filter(isUpdate)

/**
 * An update's record also names what the server had filled in, and what is no longer there. Neither is worth a write:
 * given up, it would come back.
 */
function isServers(live: KubeObject, schema: SchemaNode | undefined, path: Path): boolean {
  const { value, names } = placeOf(live, schema, path)
  const name = String(names.at(-1))
  if (value === undefined || path.some((_, index) => isKeptAt(path.slice(0, index + 1), live, schema))) return true
  if (path[0] === 'f:metadata' && (serverAnnotations.includes(name) || serverLabels.includes(name))) return true
  // What is filled in as a whole is no less the server's where it is looked at part by part.
  return path.some((_, index) => isDefaultAt(path.slice(0, index + 1), live, schema))
}

function isDefaultAt(path: Path, live: KubeObject, schema: SchemaNode | undefined): boolean {
  const { value, parent, parentSchema, names } = placeOf(live, schema, path)
  return isMap(parent) && sameJson(serverDefault(parentSchema, String(names.at(-1)), parent), value)
}

function isKeptAt(path: Path, live: KubeObject, schema: SchemaNode | undefined): boolean {
  const { parentSchema, names } = placeOf(live, schema, path)
  return isKept(parentSchema, String(names.at(-1)))
}

/** One value, wanted and live, with what the schema and the server's record say of it. */
interface Pair {
  wanted: unknown
  live: unknown
  schema: SchemaNode | undefined
  own: Fields | undefined
}

/** The path is from the value on, and grows on the way back: mostly there is nothing to find. */
interface Found {
  why: Difference['why']
  path: Path
}

const below = (step: string, { why, path }: Found): Found => ({ why, path: [step, ...path] })

/** Of metadata only what an applier may set; status mostly belongs to its subresource. */
function contentOf({ apiVersion: _, kind: __, metadata, ...content }: KubeObject, { subresource, statusInside }: Ownership): object {
  if (subresource) return content
  const { labels, annotations, finalizers, ownerReferences } = metadata
  return { ...content, ...(!statusInside && { status: undefined }), metadata: { labels, annotations, finalizers, ownerReferences } }
}

function differenceInFields({ wanted, live, schema, own }: Pair): Found | undefined {
  const map = wanted as Record<string, unknown>
  for (const name of Object.keys(map)) {
    const value = map[name]
    const there = isMap(live) && Object.hasOwn(live, name) ? live[name] : undefined
    if (value === undefined || (value === there && typeof value !== 'object')) continue
    const step = `f:${name}`
    // Stored by leaving it out; once it is ours, applying it again changes nothing.
    if (there === undefined && own?.[step] && isLeftOut(value, name, schema)) continue
    const found = difference({ wanted: value, live: there, schema: childOf(schema, name), own: own?.[step] })
    if (found) return below(step, found)
  }
  return undefined
}

function difference(pair: Pair): Found | undefined {
  const { wanted, live, schema } = pair
  if (live === undefined || live === null) return differenceToNothing(pair)
  if (Array.isArray(wanted) && mergeOf(schema) !== 'atomic') {
    return Array.isArray(live) ? differenceInItems(pair) : differs
  }
  if (isMap(wanted) && !isAtomic(schema)) return isMap(live) ? differenceInFields(pair) : differs
  return equal(wanted, live, schema) ? undefined : differs
}

const differs: Found = { why: 'differs', path: [] }

function differenceToNothing({ wanted, schema, own }: Pair): Found | undefined {
  // What is in it may all be stored by leaving it out.
  if (own && isMap(wanted) && Object.keys(wanted).length > 0 && !isAtomic(schema))
    return differenceInFields({ wanted, live: {}, schema, own })
  return { why: 'missing', path: [] }
}

const isEmptyValue = (value: unknown): boolean =>
  isZero(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** Items of a set, or known by their keys: each there once, in the wanted order, whatever else stands between them. */
function differenceInItems(pair: Pair): Found | undefined {
  const { wanted, live, schema, own } = pair
  const places = placesOf(live as unknown[], schema)
  let last = -1
  for (const item of wanted as unknown[]) {
    const step = stepOf(item, schema)
    const [index, second] = places.get(step) ?? []
    if (index === undefined) return { why: 'missing', path: [step] }
    if (second !== undefined) return { why: 'twice', path: [step] }
    if (index < last) return { why: 'order', path: [step] }
    last = index
    const there = (live as unknown[])[index]
    const found =
      mergeOf(schema) === 'map' &&
      differenceInItem({ wanted: item, live: there, schema: schema?.items, own: own?.[step] }, keysOf(item, schema))
    if (found) return below(step, found)
  }
  return undefined
}

/** The live item has these keys, or a default that stands for them. */
function differenceInItem(pair: Pair, keys: Record<string, unknown>): Found | undefined {
  const { wanted, live, schema } = pair
  if (!isAtomic(schema)) return differenceInFields({ ...pair, live: { ...keys, ...(live as object) } })
  return equal(wanted, live, schema) ? undefined : differs
}

function placesOf(items: unknown[], schema: SchemaNode | undefined): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [index, item] of items.entries()) {
    const step = stepOf(item, schema)
    const known = places.get(step)
    if (known) known.push(index)
    else places.set(step, [index])
  }
  return places
}

/** Equality of scalars, and of what is replaced as a whole: exact and in order, but for what the server itself adds or leaves out. */
export function equal(wanted: unknown, live: unknown, schema: SchemaNode | undefined): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(live) && wanted.length === live.length && wanted.every((item, index) => equal(item, live[index], schema?.items))
  if (!isMap(wanted)) return sameScalar(wanted, live, schema)
  if (!isMap(live)) return false
  const agree = (name: string): boolean => {
    const [mine, theirs] = [wanted[name], live[name]]
    if (mine !== undefined && mine === theirs) return true
    if (mine !== undefined && theirs !== undefined) return equal(mine, theirs, childOf(schema, name, mine))
    if (mine === undefined && sameJson(serverDefault(schema, name, wanted), theirs)) return true
    return isLeftOut(mine ?? theirs, name, schema)
  }
  return Object.keys(wanted).every(agree) && Object.keys(live).every(name => Object.hasOwn(wanted, name) || agree(name))
}

/** Empty values of built-in structs are left out on storing; those of string maps, of custom resources and of pointers are not. */
function isLeftOut(value: unknown, name: string, parent: SchemaNode | undefined): boolean {
  if (parent?.name === undefined || parent.type !== 'object' || keepsZero(parent, name)) return false
  return isEmptyValue(value) && childOf(parent, name, value)?.type !== 'object'
}

function sameScalar(wanted: unknown, live: unknown, schema: SchemaNode | undefined): boolean {
  if (wanted === live) return true
  if (schema?.type === 'quantity') return sameQuantity(wanted, live)
  if (typeof wanted !== 'string' || typeof live !== 'string') return false
  if (schema?.type === 'bytes') return Buffer.from(wanted, 'base64').equals(Buffer.from(live, 'base64'))
  return schema?.type === 'date-time' && Date.parse(wanted) === Date.parse(live)
}

/** Equality of JSON, keys in any order. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => sameJson(item, other[index]))
  if (!isMap(one) || !isMap(other)) return false
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every(name => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
}

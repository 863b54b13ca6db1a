/** Who owns what after an update or an apply, and the object an apply makes. Pure: time comes in. Never touches a store. */
import type { ManagedFieldsEntry } from '../../kube/objects.ts'
import { type Comparison, compare, sameJson } from './compare.ts'
import {
  difference,
  emptySet,
  type FieldSet,
  FieldSetBuilder,
  intersection,
  isEmpty,
  type Path,
  paths,
  union,
  withoutBelow,
} from './field-set.ts'
import type { Map as Fields } from './items.ts'
import { capped, decode, encode, identity, type Manager, type Managers, managerText } from './managers.ts'
import { merged, removed } from './merge.ts'
import { mentioned, reconciled, withNamedFields } from './owned.ts'
import type { Shape } from './shape.ts'

/** A kind in the version of the request. */
export interface Typing {
  apiVersion: string
  shape: Shape
  /** Of another version with the same structure; undefined when it is not served any more. */
  shapeIn(apiVersion: string): Shape | undefined
  /** Fields that such a request cannot set and does not come to own: status, or spec of a status subresource. */
  ignored: FieldSet
}

export interface Writer {
  manager: string
  subresource: string
  /** RFC 3339, whole seconds. */
  now: string
}

/** Somebody else owns what an apply would change. */
export class ApplyConflict extends Error {
  override name = 'ApplyConflict'
  readonly conflicts: { manager: Manager; path: Path }[]
  constructor(conflicts: { manager: Manager; path: Path }[]) {
    super(`${conflicts.length} conflicts`)
    this.conflicts = conflicts
  }
}

const nobody: Managers = new Map()
const never = fieldSet(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    name => ['f:metadata', `f:${name}`] as const,
  ),
)

export function fieldSet(...all: (readonly string[])[]): FieldSet {
  const set = new FieldSetBuilder()
  for (const path of all) set.insertPath(path)
  return set
}

/** managedFields after a create, update or patch that is no apply. The objects' own managedFields are not looked at, but for `managers`. */
export function afterUpdate(
  typing: Typing,
  { live, object, managers }: { live: Fields; object: Fields; managers: Managers },
  by: Writer,
): Managers {
  const self = '\0'
  const entry: Manager = {
    manager: by.manager,
    operation: 'Update',
    apiVersion: typing.apiVersion,
    ...(by.subresource && { subresource: by.subresource }),
    fields: emptySet,
  }
  const { managers: others, comparison } = settle(typing, { before: live, after: object, managers: upToDate(typing, managers), self }, true)
  const taken = stripped(withoutBelow(union(comparison.modified, comparison.added), typing.ignored))
  if (isEmpty(taken)) return capped(others)
  const key = identity(entry)
  const fields = union(taken, others.get(key)?.fields ?? emptySet)
  return capped(new Map(others).set(key, { ...entry, time: by.now, fields }))
}

export interface Applied {
  /** The object as applied, before defaults; undefined when it stays as it is. */
  object: Fields | undefined
  managers: Managers
}

/** Throws ApplyConflict. The configuration is free of faults. */
export function afterApply(
  typing: Typing,
  { live, applied, managers, force }: { live: Fields; applied: Fields; managers: Managers; force: boolean },
  by: Writer,
): Applied {
  const current = new Map(upToDate(typing, managers))
  const entry: Manager = {
    manager: by.manager,
    operation: 'Apply',
    apiVersion: typing.apiVersion,
    ...(by.subresource && { subresource: by.subresource }),
    fields: emptySet,
  }
  const self = identity(entry)
  const last = current.get(self)
  const fields = withoutBelow(mentioned(typing.shape, applied), typing.ignored)
  current.set(self, { ...entry, ...(last?.time !== undefined && { time: last.time }), fields })
  const together = merged(typing.shape, live, applied) as Fields
  const object = givenUp(typing, { together, managers: current, last: last?.fields })
  const settled = settle(typing, { before: live, after: object, managers: current, self }, force).managers
  const changed = !sameJson(live, object)
  const mine = settled.get(self)
  const own = mine && stripped(mine.fields)
  if (own && !isEmpty(own)) settled.set(self, { ...mine, fields: own, ...(changed && { time: by.now }) })
  else settled.delete(self)
  return { object: changed ? object : undefined, managers: settled }
}

const stripped = (fields: FieldSet) => difference(fields, never)

/** Entries of versions that are gone are dropped, and fields that have become atomic since are owned as a whole. */
function upToDate(typing: Typing, managers: Managers): Managers {
  const result: Managers = new Map()
  for (const [key, entry] of managers) {
    const shape = shapeIn(typing, entry)
    if (shape) result.set(key, { ...entry, fields: inShape(entry.fields, shape) })
  }
  return result
}

/** Schemas seldom change, and sets never. */
const shapes = new WeakMap<FieldSet, Shape>()

function inShape(fields: FieldSet, shape: Shape): FieldSet {
  if (shapes.get(fields) === shape) return fields
  const result = reconciled(fields, shape)
  shapes.set(result, shape)
  return result
}

const shapeIn = (typing: Typing, { apiVersion }: Manager) => (apiVersion === typing.apiVersion ? typing.shape : typing.shapeIn(apiVersion))

interface Change {
  before: Fields
  after: Fields
  managers: Managers
  self: string
}

/** Takes from the others what this change sets or takes away. Without force, what they own must not be set. */
function settle(typing: Typing, { before, after, managers, self }: Change, force: boolean): { managers: Managers; comparison: Comparison } {
  const comparison = without(compare(typing.shape, before, after), typing.ignored)
  const set = union(comparison.modified, comparison.added)
  const conflicts = new Map<string, FieldSet>()
  for (const [key, { fields }] of managers) {
    const both = key === self ? emptySet : intersection(fields, set)
    if (!isEmpty(both)) conflicts.set(key, both)
  }
  if (!force && conflicts.size > 0) throw new ApplyConflict(named(managers, conflicts))
  const result: Managers = new Map()
  for (const [key, entry] of managers) {
    const fields = key === self ? entry.fields : difference(difference(entry.fields, conflicts.get(key) ?? emptySet), comparison.removed)
    if (!isEmpty(fields)) result.set(key, { ...entry, fields })
  }
  return { managers: result, comparison }
}

const without = ({ added, modified, removed }: Comparison, ignored: FieldSet): Comparison => ({
  added: withoutBelow(added, ignored),
  modified: withoutBelow(modified, ignored),
  removed: withoutBelow(removed, ignored),
})

function named(managers: Managers, conflicts: Map<string, FieldSet>): { manager: Manager; path: Path }[] {
  const all = [...conflicts].flatMap(([key, fields]) => [...paths(fields)].map(path => ({ manager: managers.get(key)!, path })))
  return all.sort((a, b) =>
    managerText(a.manager) < managerText(b.manager) ? -1 : managerText(a.manager) > managerText(b.manager) ? 1 : 0,
  )
}

/** The merged object without what this applier owned, no longer wants, and nobody else owns. */
function givenUp(
  typing: Typing,
  { together, managers, last }: { together: Fields; managers: Managers; last: FieldSet | undefined },
): Fields {
  if (!last || isEmpty(last)) return together
  const { shape } = typing
  const named = (fields: FieldSet) => withNamedFields(fields, shape)
  const all = named(mentioned(shape, together))
  const owned = [...managers.values()].reduce<FieldSet>((fields, entry) => union(fields, entry.fields), emptySet)
  const rest = named(mentioned(shape, removed(shape, together, named(last))))
  const kept = removed(shape, together, difference(all, union(rest, named(owned))))
  const gone = intersection(difference(all, named(mentioned(shape, kept))), named(last))
  return removed(shape, together, gone) as Fields
}

/**
 * The owners that a request starts from: those it sends, or else those of the live object. One empty entry, and nothing else, takes all
 * ownership away; a subresource cannot set owners. https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
 */
export function startingManagers(
  live: readonly ManagedFieldsEntry[] | undefined,
  sent: readonly ManagedFieldsEntry[] | undefined,
): Managers {
  if (sent?.length === 1 && Object.keys(sent[0]!).length === 0) return nobody
  const wanted = sent && decode(sent)
  return wanted && wanted.size > 0 ? wanted : (decode(live) ?? nobody)
}

export { decode, encode }

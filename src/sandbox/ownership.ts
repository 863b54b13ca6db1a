/** Brings managedFields up to date with each write, and merges what is applied. The rules are in apply/; here they meet kinds and requests. */
import type { ManagedFieldsEntry } from '../kube/objects.ts'
import { sameJson } from './apply/compare.ts'
import { emptySet, type FieldSet, pathText } from './apply/field-set.ts'
import { faults, faultText, Untellable } from './apply/items.ts'
import { type Managers, managerText } from './apply/managers.ts'
import { ApplyConflict, afterApply, afterUpdate, encode, fieldSet, startingManagers, type Typing } from './apply/ownership.ts'
import { deducedShape } from './apply/shape.ts'
import { shapeOf } from './apply/shapes.ts'
import { type Call, managerOf } from './call.ts'
import { zeroObject } from './codec.ts'
import { type Item, withMeta } from './objects.ts'
import { internal, refusal } from './refusals.ts'
import { rulesOf } from './rules/rules.ts'
import type { Catalogue, Served } from './served.ts'

const typings = new WeakMap<Served, Map<string, Typing>>()

function typingOf({ served, subresource = '' }: Call, catalogue: Catalogue): Typing {
  const known = typings.get(served) ?? new Map<string, Typing>()
  typings.set(served, known)
  const typing = known.get(subresource) ?? makeTyping(served, subresource, catalogue)
  known.set(subresource, typing)
  return typing
}

function makeTyping(served: Served, subresource: string, catalogue: Catalogue): Typing {
  const shape = ({ schema }: Served) => (schema ? shapeOf(schema) : deducedShape)
  return {
    apiVersion: served.apiVersion,
    shape: shape(served),
    shapeIn(apiVersion) {
      const other = catalogue.versions(served).find(each => each.apiVersion === apiVersion)
      return other && shape(other)
    },
    ignored: ignored(served, subresource),
  }
}

/** What such a request cannot write, and so nobody comes to own by it. */
function ignored(served: Served, subresource: string): FieldSet {
  const { status } = rulesOf(served)
  if (!status) return emptySet
  if (subresource === '') return fieldSet(['f:status'])
  if (subresource === 'status') return fieldSet(...status.keeps.map(path => path.map(name => `f:${name}`)))
  return emptySet
}

const entriesOf = (object: Item | undefined): ManagedFieldsEntry[] | undefined => object?.metadata.managedFields

/** The object with managedFields as they are after a write that is no apply. */
export function tracked(
  call: Call,
  { object, old }: { object: Item; old: Item | undefined },
  { catalogue, now }: { catalogue: Catalogue; now: string },
): Item {
  const bare = withMeta(object, { managedFields: undefined })
  const managers = startingManagers(entriesOf(old), call.subresource ? undefined : entriesOf(object))
  // Nobody owns anything of an object whose owners were taken away, until somebody applies to it.
  if (managers.size === 0 && old) return bare
  const live = old ? withMeta(old, { managedFields: undefined }) : zeroObject(call.served)
  const by = { manager: managerOf(call), subresource: call.subresource ?? '', now }
  try {
    return withManagers(bare, afterUpdate(typingOf(call, catalogue), { live, object: bare, managers }, by))
  } catch (error) {
    // An object that has no fields to tell apart (null in a set) has no owners of them; validation has the next word.
    if (error instanceof Untellable) return bare
    throw error
  }
}

const withManagers = (object: Item, managers: Managers): Item => withMeta(object, { managedFields: encode(managers) })

/** The live object with a configuration applied to it, before defaults. `old` is undefined when there is none yet. Throws Refusal. */
export function appliedTo(
  call: Call,
  { applied, old }: { applied: Item; old: Item | undefined },
  { catalogue, now }: { catalogue: Catalogue; now: string },
): Item {
  const typing = typingOf(call, catalogue)
  const live = withMeta(old ?? zeroObject(call.served), { managedFields: undefined })
  const found = faults(typing.shape, applied, { duplicates: false })
  if (found.length > 0) throw internal(`failed to create typed patch object (${nameText(call, applied)}): ${faultText(found)}`)
  const start = startingManagers(entriesOf(old), undefined)
  const managers = start.size === 0 && old ? beforeFirst(call, { live, typing, now }) : start
  try {
    const by = { manager: managerOf(call), subresource: call.subresource ?? '', now }
    const result = afterApply(typing, { live, applied, managers, force: call.query.force === 'true' }, by)
    return withManagers((result.object as Item | undefined) ?? live, result.managers)
  } catch (error) {
    if (error instanceof ApplyConflict) throw conflicts(error)
    throw error
  }
}

/** Somebody must have written what was there before anybody owned it. */
function beforeFirst({ served, subresource = '' }: Call, { live, typing, now }: { live: Item; typing: Typing; now: string }): Managers {
  const by = { manager: 'before-first-apply', subresource, now }
  return afterUpdate(typing, { live: zeroObject(served), object: live, managers: new Map() }, by)
}

const nameText = ({ served }: Call, { metadata }: Item) =>
  `${metadata.namespace ?? ''}/${metadata.name}; ${served.group ? `${served.group}/` : '/'}${served.version}, Kind=${served.kind}`

function conflicts({ conflicts }: ApplyConflict) {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }))
  const one = causes[0]!
  const text = causes.length === 1 ? `1 conflict: ${one.message}: ${one.field}` : `${causes.length} conflicts: ${several(causes)}`
  return refusal(409, { reason: 'Conflict', message: `Apply failed with ${text}`, details: { causes } })
}

function several(causes: { message: string; field: string }[]): string {
  const byManager = Map.groupBy(causes, ({ message }) => message)
  return [...byManager]
    .map(([message, fields]) => [`${message.replace('conflict', 'conflicts')}:`, ...fields.map(({ field }) => `- ${field}`)].join('\n'))
    .join('\n')
}

/** The object with the old managedFields, if all that is new in it is their times. */
export function withoutNewTimes(object: Item, old: Item): Item {
  return sameButTimes(object, old) ? withMeta(object, { managedFields: entriesOf(old) }) : object
}

function sameButTimes(object: Item, old: Item): boolean {
  const timeless = (item: Item) =>
    withMeta(item, { managedFields: entriesOf(item)?.map(({ time: _, ...entry }) => entry), resourceVersion: undefined })
  return sameJson(timeless(object), timeless(old))
}

/** Takes things off an object of somebody else's: finalizers, and single fields. Pure: makes the patch, sends nothing. */
import { disowning } from './disown.ts'
import { type Fields, fieldsOf } from './fieldset.ts'
import type { KubeObject } from './objects.ts'

export interface Releasing {
  readonly finalizers?: readonly string[]
  /** Each as the names that lead to it: `['spec', 'template', 'spec', 'nodeSelector', 'example.com/off']`. None leads through a list. */
  readonly fields?: readonly (readonly string[])[]
  /** Only fields that one of ours has set by the server's record. */
  readonly ours?: boolean
}

type Tree = { [name: string]: unknown }

/** A merge patch that holds only for the live object as it is; undefined when none of it is there. `managers` are those whose fields are ours. */
export function releasing(live: KubeObject, what: Releasing | 'all of ours', managers: readonly string[]): object | undefined {
  if (what === 'all of ours') return disowning(live, managers)
  const { finalizers = [], fields = [], ours } = what
  const { finalizers: there = [], resourceVersion, uid } = live.metadata
  const left = there.filter(finalizer => !finalizers.includes(finalizer))
  const set = (live.metadata.managedFields ?? [])
    .filter(({ manager = '' }) => managers.includes(manager))
    .map(entry => fieldsOf(entry) ?? {})
  const gone = fields.filter(path => valueAt(live, path) !== undefined && (!ours || set.some(each => names(each, path))))
  if (left.length === there.length && gone.length === 0) return undefined
  const patch: Tree = { metadata: { ...(left.length < there.length && { finalizers: left }), resourceVersion, uid } }
  for (const path of gone) takeAway(patch, path)
  return patch
}

const valueAt = (object: object, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), object)

/** The record has the field, or one that it is a part of and that is set as a whole. */
function names(fields: Fields, [name, ...rest]: readonly string[]): boolean {
  const inside = fields[`f:${name}`]
  if (!inside) return false
  return rest.length === 0 || Object.keys(inside).length === 0 || names(inside, rest)
}

function takeAway(patch: Tree, [name = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) patch[name] = null
  else {
    const inside = { ...(patch[name] as Tree | undefined) }
    takeAway(inside, rest)
    patch[name] = inside
  }
}

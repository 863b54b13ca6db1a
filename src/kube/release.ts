/** Takes things off an object of somebody else's, whoever put them there: finalizers, and single fields. Pure: makes the patch, sends nothing. */
import type { KubeObject } from './objects.ts'

export interface Releasing {
  readonly finalizers?: readonly string[]
  /** Each as the names that lead to it: `['spec', 'template', 'spec', 'nodeSelector', 'example.com/off']`. None leads through a list. */
  readonly fields?: readonly (readonly string[])[]
}

type Tree = { [name: string]: unknown }

/** A merge patch that holds only for the live object as it is; undefined when none of it is there. */
export function releasing(live: KubeObject, { finalizers = [], fields = [] }: Releasing): object | undefined {
  const { finalizers: there = [], resourceVersion, uid } = live.metadata
  const left = there.filter(finalizer => !finalizers.includes(finalizer))
  const gone = fields.filter(path => valueAt(live, path) !== undefined)
  if (left.length === there.length && gone.length === 0) return undefined
  const patch: Tree = { metadata: { ...(left.length < there.length && { finalizers: left }), resourceVersion, uid } }
  for (const path of gone) takeAway(patch, path)
  return patch
}

const valueAt = (object: object, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), object)

function takeAway(patch: Tree, [name = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) patch[name] = null
  else {
    const inside = { ...(patch[name] as Tree | undefined) }
    takeAway(inside, rest)
    patch[name] = inside
  }
}

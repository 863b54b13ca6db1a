/** An Outcome spelled out: every object with its conditions, every removal, and what all of them depend on. Pure. */
import { type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Condition, Outcome, Removal, Wanted } from './controller.ts'
import { Invalid } from './problems.ts'

export interface Wishes {
  wanted: Wanted[]
  removals: Removal[]
  release: Outcome['release']
}

/** Throws Invalid when one object is wanted twice: the second would take away what the first gave. */
export function wishesOf({ objects = [], remove = [], release }: Outcome): Wishes {
  const wanted = objects.map(asWanted)
  const keys = new Set(wanted.map(({ object }) => keyOf(refOf(object))))
  const places = new Set<string>()
  for (const { object } of wanted) {
    const ref = refOf(object)
    if (places.has(keyOf(ref))) throw twice(ref)
    places.add(keyOf(ref))
  }
  return {
    wanted: wanted.map(item => ({ ...item, after: [...needs(item.object, keys), ...(item.after ?? [])] })),
    removals: remove.map(item => ('ref' in item ? item : { ref: item })),
    release,
  }
}

/** All objects that the wishes are about, those that are only waited for included. */
export function refsIn({ wanted, removals, release }: Wishes): ObjectRef[] {
  return [
    ...wanted.flatMap(({ object, after = [] }) => [refOf(object), ...after.map(({ ref }) => ref)]),
    ...removals.flatMap(({ ref, after = [] }) => [ref, ...after.map(condition => condition.ref)]),
    ...(release ? [release.ref, ...(release.after ?? []).map(({ ref }) => ref)] : []),
  ]
}

/** Keys of the objects wanted. */
export const keysWanted = ({ objects = [] }: Outcome): string[] => objects.map(item => keyOf(refOf(asWanted(item).object)))

const asWanted = (item: KubeObject | Wanted): Wanted => ('object' in item ? item : { object: item })

/** What every object needs: the namespace it is in, as it is wanted where that is ours to make. */
function needs({ metadata: { namespace } }: KubeObject, wanted: ReadonlySet<string>): Condition[] {
  if (namespace === undefined) return []
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace }
  return [{ ref, is: wanted.has(keyOf(ref)) ? 'written' : 'present' }]
}

const twice = (object: ObjectRef): Invalid =>
  new Invalid([
    {
      reason: 'ResourceRenderingError',
      message: 'is wanted twice in one rendering',
      object,
      remedy: 'This is a fault of the operator: please report it',
    },
  ])

/** An Outcome spelled out: every object with its conditions, every removal, and what all of them depend on. Pure. */
import { type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Condition, Outcome, Release, Removal, Wanted } from './controller.ts'
import { Invalid } from './problems.ts'

export interface Wishes {
  wanted: Wanted[]
  removals: Removal[]
  disowned: readonly ObjectRef[]
  releases: readonly Release[]
}

/** Throws Invalid when one object is wanted twice: the second would take away what the first gave. */
export function wishesOf({ objects = [], remove = [], disown = [], release = [] }: Outcome): Wishes {
  const wanted = objects.map(asWanted)
  const keys = new Set<string>()
  for (const { object } of wanted) {
    const ref = refOf(object)
    if (keys.has(keyOf(ref))) throw twice(ref)
    keys.add(keyOf(ref))
  }
  return {
    wanted: wanted.map(item => ({ ...item, after: [...needs(item.object, keys), ...(item.after ?? [])] })),
    removals: remove.map(item => ('ref' in item ? item : { ref: item })),
    disowned: disown,
    releases: [release].flat(),
  }
}

/** All objects that the wishes are about, those that are only waited for included. */
export function refsIn({ wanted, removals, disowned, releases }: Wishes): ObjectRef[] {
  return [
    ...wanted.flatMap(({ object, after = [] }) => [refOf(object), ...after.map(({ ref }) => ref)]),
    ...removals.flatMap(({ ref, after = [] }) => [ref, ...after.map(condition => condition.ref)]),
    ...disowned,
    ...releases.flatMap(({ ref, after = [] }) => [ref, ...after.map(condition => condition.ref)]),
  ]
}

/** The objects wanted, those that are only in part ours included. */
export const objectsWanted = ({ objects = [] }: Outcome): KubeObject[] => objects.map(item => asWanted(item).object)

/** Keys of these. */
export const keysWanted = (outcome: Outcome): string[] => objectsWanted(outcome).map(object => keyOf(refOf(object)))

export const asWanted = (item: KubeObject | Wanted): Wanted => ('object' in item ? item : { object: item })

/** What every object needs: the namespace it is in, and what its pods run as and mount; as wanted, where that is ours to make. */
function needs(object: KubeObject, wanted: ReadonlySet<string>): Condition[] {
  const { namespace } = object.metadata
  if (namespace === undefined) return []
  const home: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace }
  const inside = mountedBy(object).map(({ kind, name }): ObjectRef => ({ apiVersion: 'v1', kind, name, namespace }))
  return [
    { ref: home, is: wanted.has(keyOf(home)) ? 'written' : 'present' },
    ...inside.filter(ref => wanted.has(keyOf(ref))).map((ref): Condition => ({ ref, is: 'written' })),
  ]
}

interface Podded extends KubeObject {
  spec?: {
    template?: { spec?: { serviceAccountName?: string; volumes?: { secret?: { secretName?: string }; configMap?: { name?: string } }[] } }
  }
}

/** Pods that start before these have to be started again, later each time. */
function mountedBy(object: KubeObject): { kind: string; name: string }[] {
  const { serviceAccountName, volumes = [] } = (object as Podded).spec?.template?.spec ?? {}
  const named = (kind: string, name: string | undefined) => (name === undefined ? [] : [{ kind, name }])
  return [
    ...named('ServiceAccount', serviceAccountName),
    ...volumes.flatMap(({ secret, configMap }) => [...named('Secret', secret?.secretName), ...named('ConfigMap', configMap?.name)]),
  ]
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

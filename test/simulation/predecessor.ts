/** A cluster in which the predecessor has made, with creates of its own, what we would have made, and has written its defaults into what the user asked for. Judges nothing. */
import type { Offline } from '../../src/cli/offline.ts'
import { User } from '../../src/cli/user.ts'
import { seeded } from '../../src/kube/clock.ts'
import { type KubeObject, type ObjectRef, refOf } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'

interface Whole extends KubeObject {
  spec?: object
  status?: object
}

/** As whom it is known to the server, and in managedFields. */
const itself = 'operator'

/** What it puts a finalizer on (spec/installation-controller.md §6). */
const isGuarded = ({ kind, metadata: { name } }: KubeObject): boolean =>
  ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'].includes(kind) && ['calico-node', 'calico-cni-plugin'].includes(name)

/** Somebody who writes as the predecessor does. */
export const predecessorIn = ({ sandbox, time }: Offline): User =>
  new User({
    transport: sandbox.transport({ user: 'predecessor', userAgent: itself }),
    clock: time.clock,
    random: seeded(1),
    fieldManager: itself,
  })

/**
 * Makes what `end` has of ours, in a cluster that has what was asked for and nothing more. The server records that as the predecessor's updates, with the defaults that it fills in.
 * `written` is merged into the resources of the user.
 */
export async function makeAgain(cluster: Offline, end: Snapshot, written: ReadonlyMap<ObjectRef, object>): Promise<void> {
  const user = predecessorIn(cluster)
  const there = new Map(objectsIn(cluster.sandbox.snapshot()).map(object => [placeOf(object), object]))
  const uids = new Map<string, string>()
  for (const object of objectsIn(end)) {
    const asked = there.get(placeOf(object))
    if (asked) uids.set(object.metadata.uid ?? '', asked.metadata.uid ?? '')
  }
  await cluster.does(async () => {
    for (const object of objectsIn(end).filter(isOurs).toSorted(inOrder)) {
      if (there.has(placeOf(object))) continue
      const made = await user.create(asNew(object, uids))
      uids.set(object.metadata.uid ?? '', made.metadata.uid ?? '')
    }
    for (const [ref, patch] of written) await user.mergePatch(ref, patch)
  })
}

const objectsIn = ({ store }: Snapshot): Whole[] =>
  [...store.collections.values()].flatMap(({ objects }) => [...objects.values()] as Whole[])

const placeOf = (object: KubeObject): string => JSON.stringify(refOf(object))

const isOurs = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'TigeraStatus' ||
  (metadata.managedFields ?? []).some(({ manager, subresource }) => manager === 'calico-operator' && !subresource)

/** What others need comes first. */
const first = ['CustomResourceDefinition', 'Namespace']
const rank = ({ kind }: KubeObject): number => (first.includes(kind) ? first.indexOf(kind) : first.length)
const inOrder = (one: KubeObject, other: KubeObject): number => rank(one) - rank(other)

/** A workload's status is the cluster's own to find. */
function asNew({ status, ...object }: Whole, uids: ReadonlyMap<string, string>): Whole {
  const { name, namespace, labels, annotations, ownerReferences } = object.metadata
  const owners = ownerReferences?.map(owner => ({ ...owner, uid: uids.get(owner.uid) ?? owner.uid }))
  return {
    ...object,
    metadata: {
      ...{ name, labels, annotations },
      ...(namespace !== undefined && { namespace }),
      ...(owners && { ownerReferences: owners }),
      ...(isGuarded(object) && { finalizers: ['tigera.io/cni-protector'] }),
    },
    ...(object.kind === 'TigeraStatus' && status && { status }),
  }
}

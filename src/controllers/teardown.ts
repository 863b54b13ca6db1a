/**
 * In which order Calico goes when its Installation is deleted: pods can only be taken down while calico-node is there to undo their networking, so it goes after them,
 * and the rest goes with its owner (spec/installation-controller.md §6). Only says so; nothing here waits, so a process that dies in between is no matter.
 */
import { APIServer } from '../../api/apiserver.ts'
import { GatewayAPI } from '../../api/gatewayapi.ts'
import { Goldmane } from '../../api/goldmane.ts'
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { Whisker } from '../../api/whisker.ts'
import { readUsersAuthority } from '../certificates/trust.ts'
import { Pod } from '../kube/kinds.ts'
import { describe, type Kind, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Condition, Outcome, Reader } from '../reconcile/controller.ts'
import { calicoSystem, gatewaySystem } from '../render/parts/places.ts'
import { ifOurs } from './if-ours.ts'

/** Kept on the Installation while it lives. The reference knows it too, and can take over at any time. */
export const finalizer = 'tigera.io/operator-cleanup'

/** With what the reference's controllers may have left on it. */
const released = [
  finalizer,
  ...['installation', 'apiserver', 'whisker', 'goldmane', 'guardian', 'gatewayapi'].map(name => `operator.tigera.io/${name}-controller`),
]

const rbac = 'rbac.authorization.k8s.io/v1'

const workload = (kind: 'DaemonSet' | 'Deployment', name: string, namespace = calicoSystem): ObjectRef => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  namespace,
})

const own = [workload('Deployment', 'calico-kube-controllers'), workload('DaemonSet', 'csi-node-driver')]
/** Other resources asked for these, and they go with those; their pods have networking all the same. */
const others = [
  ...['calico-apiserver', 'calico-webhooks', 'goldmane', 'whisker', 'guardian'].map(name => workload('Deployment', name)),
  workload('Deployment', 'envoy-gateway', gatewaySystem),
]
/** Of all kinds of nodes. */
const nodes = [workload('DaemonSet', 'calico-node'), workload('DaemonSet', 'calico-node-windows')]

/** What those two had beside their pods, which need it to the end. */
const trappings = [
  ...['calico-kube-controllers', 'csi-node-driver'].map(
    (name): ObjectRef => ({ apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: calicoSystem }),
  ),
  ...['ClusterRole', 'ClusterRoleBinding'].map((kind): ObjectRef => ({ apiVersion: rbac, kind, name: 'calico-kube-controllers' })),
  { apiVersion: rbac, kind: 'ClusterRoleBinding', name: 'calico-kube-controllers-endpoint-controller' },
  { apiVersion: 'v1', kind: 'Service', name: 'calico-kube-controllers-metrics', namespace: calicoSystem },
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', name: 'csi.tigera.io' },
]

const gone = (ref: ObjectRef): Condition => ({ ref, is: 'gone' })

/** What the reference keeps until pods are gone, by a finalizer that nobody takes off when it no longer runs (spec/installation-controller.md §6). */
const protectedByReference = ['calico-node', 'calico-cni-plugin'].flatMap((name): ObjectRef[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: calicoSystem },
  { apiVersion: rbac, kind: 'ClusterRole', name },
  { apiVersion: rbac, kind: 'ClusterRoleBinding', name },
])

/** What is left of Calico whose Installation is being deleted. */
export interface Leaving {
  leaving: ObjectRef
  /** What the user put in the place of something of ours, and keeps. */
  disown: readonly ObjectRef[]
  /** Pods that calico-node has to be there for, and its own. Those of a Deployment that went with its owner may outlive it. */
  pods: { served: readonly ObjectRef[]; nodes: readonly ObjectRef[] }
  /** What users still ask for beside it, and nobody but they can take back. */
  asking: readonly ObjectRef[]
}

/** By the names that count. */
const askers: readonly { kind: Kind; names: readonly string[] }[] = [
  { kind: APIServer, names: ['default', 'tigera-secure'] },
  { kind: GatewayAPI, names: ['default', 'tigera-secure'] },
  { kind: Goldmane, names: ['default'] },
  { kind: Whisker, names: ['default'] },
  { kind: ManagementClusterConnection, names: ['tigera-secure'] },
]

async function readAskers(cluster: Reader): Promise<ObjectRef[]> {
  const found = await Promise.all(askers.flatMap(({ kind, names }) => names.map(name => cluster.get(kind, name))))
  return found.flatMap(each => (each && !each.metadata.deletionTimestamp ? refOf(each) : []))
}

export async function readLeaving(cluster: Reader, installation: ObjectRef, operatorNamespace: string): Promise<Leaving> {
  const [authority, asking, ...pods] = await Promise.all([
    readUsersAuthority(cluster, operatorNamespace),
    readAskers(cluster),
    ...[...new Set([...own, ...others].map(({ namespace }) => namespace))].map(namespace => cluster.list(Pod, namespace)),
  ])
  const of = (workloads: readonly ObjectRef[]) =>
    pods
      .flat()
      .filter(pod => workloads.some(workload => isOf(pod, workload)))
      .map(refOf)
  return {
    leaving: installation,
    disown: authority ? [authority] : [],
    pods: { served: of([...own, ...others]), nodes: of(nodes) },
    asking,
  }
}

/** By its name: labels are users' to change. */
const isOf = ({ metadata }: Pod, { kind, name, namespace }: ObjectRef): boolean =>
  metadata.namespace === namespace &&
  metadata.name.startsWith(`${name}-`) &&
  metadata.name.slice(name.length + 1).split('-').length === (kind === 'Deployment' ? 2 : 1)

/** So many are enough to wait for: when they are gone all is read anew. */
const some = (pods: readonly ObjectRef[]): Condition[] => pods.slice(0, 10).map(gone)

export function teardown({ leaving, disown, pods, asking }: Leaving): Outcome {
  const after = [...nodes.map(gone), ...some(pods.nodes)]
  return {
    leaving: true,
    disown,
    awaited: asking.map(ref => `${describe(ref)}: it asks for pods, which calico-node has to outlive. Delete it, too`),
    remove: [
      ...own,
      ...ifOurs(trappings).map(removal => ({ ...removal, after: own.map(gone) })),
      ...nodes.map(ref => ({ ref, after: [...[...own, ...others].map(gone), ...some(pods.served)] })),
    ],
    release: [
      ...protectedByReference.map(ref => ({ ref, finalizers: ['tigera.io/cni-protector'], after })),
      { ref: leaving, finalizers: released, after },
    ],
  }
}

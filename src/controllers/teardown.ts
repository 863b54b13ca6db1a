/**
 * In which order Calico goes when its Installation is deleted: pods can only be taken down while calico-node is there to undo their networking, so it goes after them,
 * and the rest goes with its owner (spec/installation-controller.md §6). Only says so; nothing here waits, so a process that dies in between is no matter.
 */
import type { ObjectRef } from '../kube/objects.ts'
import type { Condition, Outcome } from '../reconcile/controller.ts'
import { calicoSystem } from '../render/parts/places.ts'

/** Kept on the Installation while it lives. The reference knows it too, and can take over at any time. */
export const finalizer = 'tigera.io/operator-cleanup'

/** With what the reference's controllers may have left on it. */
const released = [
  finalizer,
  ...['installation', 'apiserver', 'whisker', 'goldmane', 'guardian', 'gatewayapi'].map(name => `operator.tigera.io/${name}-controller`),
]

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
  workload('Deployment', 'envoy-gateway', 'tigera-gateway'),
]
/** Of all kinds of nodes. */
const nodes = [workload('DaemonSet', 'calico-node'), workload('DaemonSet', 'calico-node-windows')]

const gone = (ref: ObjectRef): Condition => ({ ref, is: 'gone' })

export const teardown = (installation: ObjectRef): Outcome => ({
  remove: [...own, ...nodes.map(ref => ({ ref, after: [...own, ...others].map(gone) }))],
  release: { ref: installation, finalizers: released, after: nodes.map(gone) },
})

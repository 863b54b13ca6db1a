/**
 * The move of Calico from kube-system, where a manifest put it, to calico-system: what is to be done next, given how far it has come. Each step follows from what the cluster is, and is
 * good for any number of times (spec/namespace-migration.md §B.3). Pure.
 */
import { migrationLabel, runsEverywhere, stages } from '../../installation/migration-label.ts'
import { typhaReplicas } from '../../installation/typha-replicas.ts'
import { type DaemonSet, type Deployment, Node } from '../../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../kube/objects.ts'
import type { Condition, Outcome, Removal, Wanted } from '../../reconcile/controller.ts'
import { listed, type Problem } from '../../reconcile/problems.ts'
import { servicesEndpoint, workloads } from '../manifests/manifest.ts'
import { type Changes, isDone, labelling, mostAtOnce, next, without } from './nodes.ts'
import { autoscaler, type Move, type NodeState, to } from './state.ts'

const calicoNode: ObjectRef = { ...workloads.node, namespace: to }
const calicoTypha: ObjectRef = { ...workloads.typha, namespace: to }

const gone = (ref: ObjectRef): Condition => ({ ref, is: 'gone' })

/** Where the operator looks for what it copies from the manifest's ConfigMap; undefined: it is no copy. */
export interface Copy {
  readonly servicesEndpoint?: ObjectRef
}

export function moved(move: Move, copy: Copy = {}): Outcome {
  const { old, recorded, calicoNode: successor } = move
  if (!old.node) return afterwards(move, copy)
  // A manifest that comes to a cluster which has long had an operator brings nothing but a second calico-node.
  if (runsEverywhere(successor)) return { remove: [workloads.node, workloads.kubeControllers, workloads.typha] }
  if (!recorded || !successor) return { awaited: ['Settings of the installation by manifest are kept before anything of it is moved'] }
  return underWay(move, { old: old.node, successor })
}

/** From the first label until the DaemonSet of the manifest is gone. */
function underWay({ nodes, old: { typha } }: Move, { old, successor }: { old: DaemonSet; successor: DaemonSet }): Outcome {
  const selected = old.spec?.template.spec?.nodeSelector?.[migrationLabel] === stages.before
  const inForce = selected && (old.status?.observedGeneration ?? 0) >= (old.metadata.generation ?? 0)
  const unlabelled = labelling(nodes, { selected: inForce })
  const steps: Changes = inForce && unlabelled.size === 0 ? next(nodes, mostAtOnce(successor, nodes.length)) : new Map()
  const done = inForce && isDone(nodes)
  return {
    objects: [
      ...labels(unlabelled),
      ...(selected || unlabelled.size === 0 ? [onlyWhereNotMoved] : []),
      ...(inForce && typha ? scaled(typha, nodes.length) : []),
      // A node that changes over meanwhile would find no Typha.
      ...labels(steps, [{ ref: calicoTypha, is: 'available' }]),
    ],
    remove: [workloads.kubeControllers, ...(inForce ? [autoscaler] : []), ...(done ? [workloads.node] : [])],
    awaited: [progress(nodes)],
    problems: silent(nodes),
  }
}

const labels = (changes: Changes, after: Condition[] = []): Wanted[] =>
  [...changes].map(([name, label]) => ({ object: labelled(name, label), part: true, after }))

const labelled = (name: string, label: string): KubeObject => ({
  apiVersion: Node.apiVersion,
  kind: Node.kind,
  metadata: { name, labels: { [migrationLabel]: label } },
})

/** The pods that run need not be started anew for this: they are about to go. */
const onlyWhereNotMoved: Wanted = {
  object: {
    apiVersion: workloads.node.apiVersion,
    kind: workloads.node.kind,
    metadata: { name: workloads.node.name, namespace: workloads.node.namespace },
    spec: { updateStrategy: { type: 'OnDelete' }, template: { spec: { nodeSelector: { [migrationLabel]: stages.before } } } },
  } as KubeObject,
  part: true,
}

/** Both Typhas want the same port of a node, so the new ones need nodes without an old one. */
function scaled({ spec }: Deployment, nodes: number): Wanted[] {
  const current = spec?.replicas
  if (current === undefined) return []
  const replicas = nodes <= 1 ? 0 : nodes <= 3 ? 1 : Math.min(current, Math.max(0, nodes - typhaReplicas(nodes)))
  const { apiVersion, kind, name, namespace } = workloads.typha
  const object = { apiVersion, kind, metadata: { name, namespace }, spec: { replicas: Math.min(current, replicas) } } as KubeObject
  return [{ object, part: true, after: [gone(autoscaler)] }]
}

/** What is left when calico-node of the manifest is gone; the labels say that it was there, and go last, when no pod needs them. */
function afterwards({ labelled: carriers, calicoNode: successor, old }: Move, copy: Copy): Outcome {
  if (carriers.length === 0)
    return { remove: [...(old.kubeControllers ? [workloads.kubeControllers] : []), ...(old.typha ? [workloads.typha] : [])] }
  const copied: Condition[] = copy.servicesEndpoint ? [{ ref: copy.servicesEndpoint, is: 'present' }] : []
  const remove: Removal[] = [
    ...[workloads.kubeControllers, autoscaler, workloads.typha].map(ref => ({ ref })),
    { ref: servicesEndpoint, after: [gone(workloads.typha), ...copied] },
  ]
  if (!successor || !runsEverywhere(successor)) return { remove }
  return {
    remove,
    release: carriers.map(name => ({
      ref: { apiVersion: Node.apiVersion, kind: Node.kind, name },
      fields: [['metadata', 'labels', migrationLabel]],
      after: [{ ref: calicoNode, is: 'available' as const }, gone(workloads.typha), gone(workloads.kubeControllers)],
    })),
  }
}

const namesOf = (nodes: readonly NodeState[]): string => listed(nodes.map(({ name }) => name))

function progress(nodes: readonly NodeState[]): string {
  const there = nodes.filter(({ label, ready }) => label === stages.after && ready).length
  const leaving = nodes.filter(({ label, old }) => label === stages.between && old.there)
  const starting = without(nodes).filter(({ old }) => !old.there)
  return [
    `Nodes are moved from kube-system to calico-system: ${there} of ${nodes.length} are done`,
    ...(leaving.length > 0 ? [`the pod of kube-system is to go on ${namesOf(leaving)}`] : []),
    ...(starting.length > 0 ? [`calico-node is to get ready on ${namesOf(starting)}`] : []),
  ].join('; ')
}

/** The move goes on without them, and cannot end. */
const silent = (nodes: readonly NodeState[]): Problem[] =>
  nodes
    .filter(({ alive, label, ready }) => !alive && !ready && (label === stages.between || label === stages.after))
    .map(({ name }) => ({
      reason: 'ResourceMigrationError',
      message: 'does not answer, so its calico-node cannot be moved from kube-system to calico-system',
      object: { apiVersion: Node.apiVersion, kind: Node.kind, name },
      remedy: 'Bring the node back, or delete it from the cluster',
    }))

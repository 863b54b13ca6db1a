/** How far the move from kube-system to calico-system has come, read off the cluster alone: a process that dies at any point goes on from here. Reads; decides nothing (spec/namespace-migration.md §B). */
import type { Installation } from '../../../api/installation.ts'
import { recordedIn } from '../../installation/imported.ts'
import { migrationLabel, runsEverywhere } from '../../installation/migration-label.ts'
import { ConfigMap, DaemonSet, Deployment, Node, Pod } from '../../kube/kinds.ts'
import { meets } from '../../kube/node-affinity.ts'
import type { ObjectRef } from '../../kube/objects.ts'
import type { Reader } from '../../reconcile/controller.ts'
import { home as from, workloads } from '../manifests/manifest.ts'

export const to = 'calico-system'

export const autoscaler: ObjectRef = { ...workloads.typha, name: 'calico-typha-horizontal-autoscaler' }

/** One node that calico-node is for. */
export interface NodeState {
  readonly name: string
  readonly label?: string
  /** Its kubelet answers. */
  readonly alive: boolean
  /** The manifest's calico-node: there is a pod of it, be it on its way out; and it is ready. */
  readonly old: { readonly there: boolean; readonly ready: boolean }
  /** The operator's is ready. */
  readonly ready: boolean
}

export interface Move {
  /** What the manifest said is kept, so that its objects may go. */
  readonly recorded: boolean
  /** The manifest's. */
  readonly old: { readonly node?: DaemonSet; readonly typha?: Deployment; readonly kubeControllers?: Deployment }
  readonly calicoNode?: DaemonSet
  /** All that carry the label. */
  readonly labelled: readonly string[]
  /** Read only while nodes are moved. */
  readonly nodes: readonly NodeState[]
}

export async function readMove(cluster: Reader, { status }: Installation): Promise<Move> {
  const [node, settings, labelled] = await Promise.all([
    cluster.get(DaemonSet, workloads.node.name, from),
    cluster.get(ConfigMap, 'calico-config', from),
    cluster.derive('nodes that say which calico-node is theirs', Node, namesOfLabelled),
  ])
  // Whoever took away the DaemonSet alone left the others; most clusters never had any, and need not be watched for them.
  const isLeft = node !== undefined || labelled.length > 0 || settings !== undefined
  const deployment = (name: string) => (isLeft ? cluster.get(Deployment, name, from) : undefined)
  const [typha, kubeControllers] = await Promise.all([deployment(workloads.typha.name), deployment(workloads.kubeControllers.name)])
  const calicoNode = node || labelled.length > 0 ? await cluster.get(DaemonSet, workloads.node.name, to) : undefined
  const recorded = recordedIn(status?.conditions) !== undefined || status?.computed !== undefined
  const moving = node !== undefined && calicoNode !== undefined && recorded && !runsEverywhere(calicoNode)
  return {
    ...{ recorded, labelled, calicoNode, old: { node, typha, kubeControllers } },
    nodes: moving ? await readNodes(cluster, calicoNode) : [],
  }
}

const labelOf = ({ metadata }: Node): string | undefined => metadata.labels?.[migrationLabel]

const namesOfLabelled = (nodes: Node[]): string[] => nodes.filter(node => labelOf(node) !== undefined).map(({ metadata: { name } }) => name)

async function readNodes(cluster: Reader, calicoNode: DaemonSet): Promise<NodeState[]> {
  const affinity = calicoNode.spec?.template.spec?.affinity?.nodeAffinity
  const [nodes, before, after] = await Promise.all([
    cluster.derive(`nodes that are moved from kube-system to calico-system ${JSON.stringify(affinity)}`, Node, all =>
      all
        .filter(node => isLinux(node) && meets(affinity, node))
        .map(node => ({ name: node.metadata.name, label: labelOf(node), alive: isReady(node) })),
    ),
    cluster.list(Pod, from),
    cluster.list(Pod, to),
  ])
  const [old, next] = [byNode(before), byNode(after)]
  return nodes.map(node => {
    const there = old.get(node.name) ?? []
    return {
      ...node,
      old: { there: there.length > 0, ready: there.some(isWell) },
      ready: (next.get(node.name) ?? []).some(isWell),
    }
  })
}

const isLinux = ({ metadata: { labels = {} } }: Node): boolean => (labels['kubernetes.io/os'] ?? 'linux') === 'linux'

const isReady = ({ status }: { status?: { conditions?: { type: string; status: string }[] } }): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false

const isWell = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && isReady(pod)

/** Pods of the DaemonSet calico-node of their namespace, by the node they are on; ended ones are not there any more. */
function byNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const found = new Map<string, Pod[]>()
  for (const pod of pods.filter(isCalicoNode)) {
    const { nodeName = '' } = pod.spec ?? {}
    found.set(nodeName, [...(found.get(nodeName) ?? []), pod])
  }
  return found
}

const isCalicoNode = ({ metadata, status }: Pod): boolean =>
  status?.phase !== 'Succeeded' &&
  status?.phase !== 'Failed' &&
  (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'DaemonSet' && name === workloads.node.name)

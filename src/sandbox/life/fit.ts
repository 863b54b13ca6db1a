/** Which nodes a pod may run on: selectors, affinity and taints. Pure. https://kubernetes.io/docs/concepts/scheduling-eviction/ */
import type { Node, Pod, PodSpec, Taint, Toleration } from '../../kube/kinds.ts'
import { meets } from '../../kube/node-affinity.ts'

/** What pods of DaemonSets put up with, whether they say so or not. https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations */
export function daemonTolerations({ hostNetwork }: PodSpec): Toleration[] {
  const always = ['not-ready', 'unreachable'].map(key => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute' }))
  const pressure = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', ...(hostNetwork ? ['network-unavailable'] : [])]
  return [...always, ...pressure.map(key => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoSchedule' }))]
}

/** Whether the node is one the pod asks for, and has no taint the pod does not put up with. */
export function fits(spec: PodSpec, node: Node, tolerations: Toleration[] = spec.tolerations ?? []): boolean {
  return isWanted(spec, node) && untolerated(node, tolerations).length === 0
}

function isWanted({ nodeSelector = {}, affinity, nodeName }: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  return (
    (!nodeName || nodeName === node.metadata.name) &&
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
    meets(affinity?.nodeAffinity, node)
  )
}

const untolerated = ({ spec }: Node, tolerations: Toleration[]): Taint[] => {
  const taints = [...(spec?.taints ?? []), ...(spec?.unschedulable ? [unschedulable] : [])]
  return taints.filter(taint => taint.effect !== 'PreferNoSchedule' && !tolerations.some(toleration => tolerates(toleration, taint)))
}
const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

const tolerates = ({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean =>
  (!effect || effect === taint.effect) && (!key || key === taint.key) && (operator === 'Exists' || value === (taint.value ?? ''))

/** What only one pod of a node can have: `TCP 5473` of the node itself. */
const hostPorts = ({ hostNetwork, containers, initContainers = [] }: PodSpec): string[] =>
  [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')]
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, containerPort, protocol = 'TCP' }) => {
      const port = hostPort || (hostNetwork ? containerPort : undefined)
      return port ? [`${protocol} ${port}`] : []
    })

/** The node for a pod: one that fits, with its ports free, and the fewest pods; by name where several have as few. */
export function chooseNode(spec: PodSpec, nodes: Iterable<Node>, pods: Iterable<Pod>): Node | undefined {
  const load = new Map<string, { pods: number; ports: Set<string> }>()
  for (const { spec: other } of pods) {
    if (!other?.nodeName) continue
    const there = load.get(other.nodeName) ?? { pods: 0, ports: new Set<string>() }
    there.pods++
    for (const port of hostPorts(other)) there.ports.add(port)
    load.set(other.nodeName, there)
  }
  const wanted = hostPorts(spec)
  const tolerations = [...(spec.tolerations ?? [])]
  const open = [...nodes].filter(node => {
    const there = load.get(node.metadata.name)
    return fits(spec, node, tolerations) && isReady(node) && !wanted.some(port => there?.ports.has(port))
  })
  const count = (node: Node) => load.get(node.metadata.name)?.pods ?? 0
  return open.sort((a, b) => count(a) - count(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]
}

export const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false

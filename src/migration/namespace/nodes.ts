/**
 * Which label each node should carry now, given which pods are where. On every node the old pod goes, then the new one comes, and of all nodes only so many are without a pod that is
 * ready as an update of calico-node may take at once (spec/namespace-migration.md §B.3, step 6). Pure.
 */
import { stages } from '../../installation/migration-label.ts'
import type { DaemonSet } from '../../kube/kinds.ts'
import type { NodeState } from './state.ts'

/** To be changed, each with its new label. */
export type Changes = ReadonlyMap<string, string>

const isKnown = ({ label }: NodeState): boolean => Object.values<string | undefined>(stages).includes(label)

/** Nodes that nobody has labelled, or with a word that means nothing. Where the selector is in force, a node without an old pod never gets one. */
export const labelling = (nodes: readonly NodeState[], { selected }: { selected: boolean }): Changes =>
  new Map(nodes.filter(node => !isKnown(node)).map(node => [node.name, selected && !node.old.there ? stages.after : stages.before]))

/** Without calico-node because of the move. A node that does not answer, and has not even let its old pod go, is not, or it would hold up all others. */
export const without = (nodes: readonly NodeState[]): NodeState[] =>
  nodes.filter(({ label, ready, alive }) => !ready && (label === stages.after || (label === stages.between && alive)))

/** Nodes that have come to their next step. `most`: how many may be without calico-node at once. */
export function next(nodes: readonly NodeState[], most: number): Changes {
  const empty = nodes.filter(({ label, old }) => label === stages.between && !old.there)
  const waiting = nodes.filter(({ label }) => label === stages.before)
  const living = waiting.filter(({ alive }) => alive)
  const free = Math.max(0, most - without(nodes).length)
  // Where calico-node is not ready anyway nothing is lost, so they go first; nodes that do not answer go last, all together.
  const worstFirst = living.toSorted((a, b) => Number(a.old.ready) - Number(b.old.ready))
  const leaving = living.length > 0 ? worstFirst.slice(0, free) : waiting
  return new Map([...empty.map(({ name }) => [name, stages.after] as const), ...leaving.map(({ name }) => [name, stages.between] as const)])
}

/** Every node has the new pod, as far as it answers, and none the old one. */
export const isDone = (nodes: readonly NodeState[]): boolean =>
  nodes.every(({ label, old, ready, alive }) => label === stages.after && !old.there && (ready || !alive))

/** A number, or a share of all nodes, rounded down; at least one. */
export function mostAtOnce({ spec }: DaemonSet, nodes: number): number {
  const { maxUnavailable = 1 } = spec?.updateStrategy?.rollingUpdate ?? {}
  const number =
    typeof maxUnavailable === 'number' ? maxUnavailable : Math.floor((nodes * (Number.parseInt(maxUnavailable, 10) || 0)) / 100)
  return Math.max(1, number)
}

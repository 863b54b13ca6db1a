/** Nodes of a simulated cluster for kwok: those of the sandbox, with what makes kwok play their kubelet. */
import type { Node } from '../../src/kube/kinds.ts'
import { type Family, type NodeGroup, nodesOf } from '../../src/sandbox/life/nodes.ts'

export type { Family, NodeGroup }

/** The nodes of all groups, numbered through from `first`. Node 0 is the control plane's. They are ready at once. */
export const nodes = (groups: NodeGroup[], first = 0): Node[] => nodesOf(groups, ['IPv4'], first).map(ofKwok)

const ofKwok = ({ metadata, status, ...node }: Node): Node => ({
  ...node,
  metadata: { ...metadata, annotations: { ...metadata.annotations, 'kwok.x-k8s.io/node': 'fake' } },
  status: { ...status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'simulated' }] },
})

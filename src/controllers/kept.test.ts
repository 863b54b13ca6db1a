import { expect, test } from 'vitest'
import { crds } from '../../api/index.ts'
import { nodes } from '../../hack/control-plane/nodes.ts'
import { surroundingsOf } from '../../test/surroundings.ts'
import { countNodes } from '../installation/nodes.ts'
import { ConfigMap, CustomResourceDefinition, Node, Pod } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { kept } from './kept.ts'

const { surroundings } = surroundingsOf([])
const keeping = kept(surroundings)
const size = (object: unknown) => JSON.stringify(object).length

test('of a node so much is kept that everything is counted as before, and hardly more', () => {
  const all = nodes([
    { count: 3, labels: { 'cloud.google.com/gke-nodepool': 'a' } },
    { count: 2, providerID: 'kind://docker/{i}' },
    { count: 1, labels: { 'kubernetes.azure.com/cluster': 'x', type: 'virtual-kubelet' } },
    { count: 1, os: 'windows' },
  ]).map((node, index) => ({ ...node, spec: { ...node.spec, ...(index === 1 && { unschedulable: true }) } }) as Node)
  const few = all.map(node => keeping(Node, node) as Node)
  expect(countNodes(few)).toEqual(countNodes(all))
  expect(countNodes(few)).toMatchObject({ schedulable: 5, schedulableLinux: 4, evidence: { kind: 'kind://' } })
  for (const node of few) expect(size(node)).toBeLessThan(500)
})

test('a CRD that we keep is kept whole, of others only whether and as what they are served', () => {
  const [mine] = crds('v3') as unknown as CustomResourceDefinition[]
  expect(keeping(CustomResourceDefinition, mine!)).toBe(mine)
  const theirs = { ...mine!, metadata: { ...mine!.metadata, name: 'things.example.com' }, status: established }
  const few = keeping(CustomResourceDefinition, theirs as KubeObject) as CustomResourceDefinition
  expect(few).toMatchObject({ spec: { group: mine!.spec.group, versions: [{ served: true }] }, status: established })
  expect(size(few)).toBeLessThan(1000)
  // Without -manage-crds they are all other people's.
  expect(
    kept({ ...surroundings, environment: { ...surroundings.environment, manageCrds: false } })(CustomResourceDefinition, mine!),
  ).not.toBe(mine)
})

test('a CRD that many bring is kept whole only where an operator of ours has written it', () => {
  const [mine] = crds('v3') as unknown as CustomResourceDefinition[]
  const shared = { ...mine!, metadata: { ...mine!.metadata, name: 'gateways.gateway.networking.k8s.io' } }
  expect(keeping(CustomResourceDefinition, shared, true)).toBe(shared)
  expect(size(keeping(CustomResourceDefinition, shared, false))).toBeLessThan(1000)
})

const established = { conditions: [{ type: 'Established', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] }

test('of a pod whose it is, where, and whether it is ready', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: '1' }
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'a',
      namespace: 'b',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      annotations: { long: 'x'.repeat(1_000) },
      ownerReferences: [owner],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'd' }] },
    status: { phase: 'Running', conditions: [...established.conditions, { type: 'Ready', status: 'True', message: 'x' }] },
  }
  const few = keeping(Pod, pod) as Pod
  expect(few).toMatchObject({
    metadata: { ownerReferences: [owner], deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { nodeName: 'node-1' },
  })
  expect(few.status).toEqual({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })
  expect(size(few)).toBeLessThan(500)
})

test('everything else is kept as it is', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
  expect(keeping(ConfigMap, map)).toBe(map)
})

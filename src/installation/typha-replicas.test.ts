import { expect, test } from 'vitest'
import { typhaReplicas } from './typha-replicas.ts'

test.each([
  ['a cluster without nodes waits with one Typha for its first node', 0, 1],
  ['one node has one', 1, 1],
  ['two nodes have one, so that it can move', 2, 1],
  ['three nodes have two', 3, 2],
  ['four nodes have two', 4, 2],
  ['five nodes have three', 5, 3],
  ['three are enough up to 399 nodes', 399, 3],
  ['400 nodes have a fourth', 400, 4],
  ['599 nodes still have four', 599, 4],
  ['1000 nodes have seven', 1000, 7],
  ['20000 nodes have 102', 20_000, 102],
])('%s', (_, nodes, replicas) => {
  expect(typhaReplicas(nodes)).toBe(replicas)
})

test('no node more ever means one Typha less, and from three nodes on one can always be lost', () => {
  for (let nodes = 1; nodes <= 20_000; nodes++) {
    expect(typhaReplicas(nodes)).toBeGreaterThanOrEqual(typhaReplicas(nodes - 1))
    expect(typhaReplicas(nodes)).toBeLessThanOrEqual(nodes)
    if (nodes >= 3) expect(typhaReplicas(nodes)).toBeGreaterThanOrEqual(2)
  }
})

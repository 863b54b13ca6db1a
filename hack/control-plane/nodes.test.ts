import { expect, test } from 'vitest'
import { nodes } from './nodes.ts'

test('nodes are numbered through all groups, and the first one is the control plane', () => {
  const made = nodes([
    { count: 2 },
    { count: 1, os: 'windows', labels: { build: '1' }, providerID: 'aws:///i-{i}', taints: [{ key: 'a', effect: 'NoSchedule' }] },
  ])
  expect(made.map(({ metadata }) => metadata.name)).toEqual(['node-0', 'node-1', 'node-2'])
  expect(made.map(({ metadata }) => 'node-role.kubernetes.io/control-plane' in metadata.labels!)).toEqual([true, false, false])
  expect(made[2]).toMatchObject({
    metadata: { labels: { build: '1', 'kubernetes.io/os': 'windows' } },
    spec: { providerID: 'aws:///i-2', taints: [{ key: 'a' }] },
  })
})

test('a node has an address and a pod range of each family', () => {
  const [node] = nodes([{ count: 1, families: ['IPv4', 'IPv6'] }], 11)
  expect(node).toMatchObject({
    spec: { podCIDR: '10.42.11.0/24', podCIDRs: ['10.42.11.0/24', 'fd00:42:0:b::/64'] },
    status: { addresses: [{ address: '172.31.0.12' }, { address: 'fd00:31::c' }, { type: 'Hostname', address: 'node-11' }] },
  })
})

test('thousands of nodes have addresses of their own', () => {
  const made = nodes([{ count: 5000 }])
  expect(new Set(made.map(node => node.status?.addresses?.[0]?.address)).size).toBe(5000)
  expect(new Set(made.map(node => node.spec?.podCIDR)).size).toBe(5000)
  expect(made[4999]).toMatchObject({ spec: { podCIDR: '10.61.135.0/24' }, status: { addresses: [{ address: '172.31.19.136' }, {}] } })
})

import { expect, test } from 'vitest'
import { readerOf } from '../../test/reader.ts'
import { overlays } from '../render/overrides.ts'
import { readLeaving, teardown } from './teardown.ts'

test('calico-node outlives every workload that users can name, but for Typha in the host network and Jobs that end', () => {
  const leaving = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }
  const { remove = [] } = teardown({ leaving, disown: [], pods: { served: [], nodes: [] }, asking: [] })
  const waits = (name: string) =>
    remove.flatMap(each => ('ref' in each && each.ref.name === name ? (each.after ?? []) : [])).map(({ ref }) => ref)
  for (const node of ['calico-node', 'calico-node-windows']) {
    const awaited = new Set(waits(node).map(({ kind, name }) => `${kind}/${name}`))
    expect(Object.keys(overlays).filter(workload => !awaited.has(workload))).toEqual([
      'DaemonSet/calico-node',
      'DaemonSet/calico-node-windows',
      'Deployment/calico-typha',
      'Job/tigera-gateway-api-gateway-helm-certgen',
    ])
  }
})

test('who still asks for pods is told of what calico-node has to outlive, and who is on the way out is not', async () => {
  const apiVersion = 'operator.tigera.io/v1'
  const leaving = { apiVersion, kind: 'Installation', name: 'default' }
  const deletionTimestamp = '2026-11-21T12:00:00Z'
  const reader = readerOf([
    { apiVersion, kind: 'APIServer', metadata: { name: 'tigera-secure' } },
    { apiVersion, kind: 'Whisker', metadata: { name: 'default', deletionTimestamp } },
    { apiVersion, kind: 'ManagementClusterConnection', metadata: { name: 'default' } },
  ])
  expect(teardown(await readLeaving(reader, leaving, 'tigera-operator')).awaited).toEqual([
    'APIServer tigera-secure: it asks for pods, which calico-node has to outlive. Delete it, too',
  ])
})

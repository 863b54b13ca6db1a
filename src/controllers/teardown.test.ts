import { expect, test } from 'vitest'
import { overlays } from '../render/overrides.ts'
import { teardown } from './teardown.ts'

test('calico-node outlives every workload that users can name, but for Typha in the host network and Jobs that end', () => {
  const leaving = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }
  const { remove = [] } = teardown({ leaving, disown: [], pods: { served: [], nodes: [] } })
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

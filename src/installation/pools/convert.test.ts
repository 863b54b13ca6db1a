import { describe, expect, test } from 'vitest'
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import { ipPool } from '../testdata/asked.ts'
import { ours, standard } from '../testdata/pools.ts'
import { foundPool, ownershipLabel, toIPPoolSpec } from './convert.ts'

describe('a pool in the words of Calico', () => {
  test.each<[Pool['encapsulation'], object]>([
    ['IPIP', { ipipMode: 'Always', vxlanMode: 'Never' }],
    ['IPIPCrossSubnet', { ipipMode: 'CrossSubnet', vxlanMode: 'Never' }],
    ['VXLAN', { ipipMode: 'Never', vxlanMode: 'Always' }],
    ['VXLANCrossSubnet', { ipipMode: 'Never', vxlanMode: 'CrossSubnet' }],
    ['None', {}],
  ])('%s is two modes, and comes back', (encapsulation, modes) => {
    const spec = toIPPoolSpec({ cidr: '10.0.0.0/16', encapsulation })
    expect(spec).toEqual({ cidr: '10.0.0.0/16', ...modes })
    expect(foundPool(ipPool('a', spec)).pool.encapsulation).toBe(encapsulation)
  })

  test('leaves out what is false, and comes back complete', () => {
    const pool: Pool = {
      name: 'a',
      cidr: '10.0.0.0/16',
      encapsulation: 'None',
      natOutgoing: 'Disabled',
      nodeSelector: 'all()',
      blockSize: 26,
      disableBGPExport: false,
      disableNewAllocations: false,
      allowedUses: ['Workload', 'Tunnel'],
      assignmentMode: 'Automatic',
    }
    const spec = toIPPoolSpec(pool)
    expect(Object.keys(spec)).toEqual(['cidr', 'blockSize', 'nodeSelector', 'allowedUses', 'assignmentMode'])
    expect(foundPool(ipPool('a', spec)).pool).toEqual(pool)
    const closed = { ...pool, natOutgoing: 'Enabled' as const, disableBGPExport: true, disableNewAllocations: true }
    expect(toIPPoolSpec(closed)).toMatchObject({ natOutgoing: true, disabled: true, disableBGPExport: true })
    expect(foundPool(ipPool('a', toIPPoolSpec(closed))).pool).toEqual(closed)
  })

  test('is the operator’s by its label, also where the aggregated API keeps labels in an annotation', () => {
    expect(foundPool(ours('a', standard)).ours).toBe(true)
    expect(foundPool(ipPool('a', standard, { 'app.kubernetes.io/managed-by': 'helm' })).ours).toBe(false)
    const kept = ipPool('a', standard)
    kept.metadata.annotations = { 'projectcalico.org/metadata': JSON.stringify({ labels: ownershipLabel }) }
    expect(foundPool(kept).ours).toBe(true)
    kept.metadata.annotations = { 'projectcalico.org/metadata': 'no JSON' }
    expect(foundPool(kept).ours).toBe(false)
  })
})

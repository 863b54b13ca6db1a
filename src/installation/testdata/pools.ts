/** Pools and decisions about them, for tests. */
import type { InstallationSpec, IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { Facts } from '../facts.ts'
import type { IPPool } from '../kinds.ts'
import { ownershipLabel } from '../pools/convert.ts'
import type { PoolDecision } from '../pools/decide.ts'
import { resolve } from '../resolve.ts'
import { asking, factsWith, ipPool } from './asked.ts'

export const network = (ipPools: Pool[] | undefined, more: InstallationSpec['calicoNetwork'] = {}): InstallationSpec => ({
  calicoNetwork: { ...more, ...(ipPools && { ipPools }) },
})

/** The decision about pools; the Installation itself must be in order. */
export function pools(spec: InstallationSpec, facts: Partial<Facts> = {}, recorded?: Pool[]): PoolDecision {
  const { base } = asking(spec)
  const status = recorded && { computed: { calicoNetwork: { ipPools: recorded } } }
  const result = resolve({ base: { ...base, ...(status && { status }) } }, factsWith(facts))
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.pools
}

export const names = (list: readonly Pool[] | undefined) => list?.map(({ name }) => name)
export const messages = (spec: InstallationSpec, facts: Partial<Facts> = {}) =>
  pools(spec, facts).problems.map(({ path, message }) => `${path}: ${message}`)
export const ours = (name: string, spec: NonNullable<IPPool['spec']>) => ipPool(name, spec, ownershipLabel)
export const standard: NonNullable<IPPool['spec']> = {
  cidr: '192.168.0.0/16',
  ipipMode: 'Always',
  vxlanMode: 'Never',
  natOutgoing: true,
  nodeSelector: 'all()',
  blockSize: 26,
  allowedUses: ['Workload', 'Tunnel'],
}
export const kubeadm = (...cidrs: string[]) => ({ podCidrs: { from: 'ConfigMap kube-system/kubeadm-config', cidrs } })


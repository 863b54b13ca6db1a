/** IP pools as the Installation writes them, and as Calico's own IPPool does. Decides nothing (spec/installation-api.md §7.4). */
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { IPPoolSpec } from '../../../api/v3/ip-pool.ts'
import { type Cidr, canonicalCidr, familyOf } from '../cidr.ts'
import { type IPPool, metadataOf } from '../kinds.ts'

type Encapsulation = NonNullable<Pool['encapsulation']>

const modes: Record<Encapsulation, Pick<IPPoolSpec, 'ipipMode' | 'vxlanMode'>> = {
  IPIP: { ipipMode: 'Always', vxlanMode: 'Never' },
  IPIPCrossSubnet: { ipipMode: 'CrossSubnet', vxlanMode: 'Never' },
  VXLAN: { ipipMode: 'Never', vxlanMode: 'Always' },
  VXLANCrossSubnet: { ipipMode: 'Never', vxlanMode: 'CrossSubnet' },
  None: {},
}

/** What is false, or none, is left out: that is how the reference writes it. */
export function toIPPoolSpec(pool: Pool): IPPoolSpec {
  const { cidr, blockSize, nodeSelector, allowedUses, assignmentMode, encapsulation = 'None' } = pool
  return {
    cidr,
    ...modes[encapsulation],
    ...(pool.natOutgoing === 'Enabled' && { natOutgoing: true }),
    ...(pool.disableNewAllocations && { disabled: true }),
    ...(pool.disableBGPExport && { disableBGPExport: true }),
    ...(blockSize !== undefined && { blockSize }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(allowedUses && { allowedUses: allowedUses as IPPoolSpec['allowedUses'] }),
    ...(assignmentMode !== undefined && { assignmentMode: assignmentMode as IPPoolSpec['assignmentMode'] }),
  }
}

/** What is left out says something, and so says nothing where somebody else has set it. */
const silent = ['ipipMode', 'vxlanMode', 'natOutgoing', 'disabled', 'disableBGPExport'] as const

/** Fields by which a pool of the cluster is otherwise than is wanted, and which are to be left out of it. */
export function contrary(wanted: Pool, { spec: live = { cidr: '' } }: IPPool): string[] {
  const spec = toIPPoolSpec(wanted)
  return silent.filter(field => spec[field] === undefined && Boolean(live[field]) && live[field] !== 'Never')
}

const managedBy = 'app.kubernetes.io/managed-by'
/** Marks the pools that follow the Installation; the value is the reference's, whatever the operator is called. */
export const ownershipLabel = { [managedBy]: 'tigera-operator' }

/** A pool of the cluster, in the words of the Installation and with every default. */
export interface FoundPool {
  readonly name: string
  /** One spelling for all that mean the same range: pools are told apart by it. */
  readonly range: string
  readonly ours: boolean
  readonly enabled: boolean
  readonly pool: Pool
}

/** What Calico takes for granted of a pool that says nothing more than its range. */
export const unsaid = (cidr: string): Omit<Pool, 'cidr' | 'encapsulation' | 'natOutgoing'> & { blockSize: number } => ({
  nodeSelector: 'all()',
  blockSize: familyOf(cidr) === 'IPv4' ? 26 : 122,
  disableBGPExport: false,
  disableNewAllocations: false,
  allowedUses: ['Workload', 'Tunnel'],
  assignmentMode: 'Automatic',
})

export function foundPool(object: IPPool): FoundPool {
  const { spec, metadata } = object
  const cidr = spec?.cidr ?? ''
  const usual = unsaid(cidr)
  return {
    name: metadata.name,
    range: canonicalCidr(cidr),
    ours: metadataOf(object).labels[managedBy] === ownershipLabel[managedBy],
    enabled: spec?.disabled !== true,
    pool: {
      name: metadata.name,
      cidr,
      encapsulation: encapsulationOf(spec ?? {}),
      natOutgoing: spec?.natOutgoing ? 'Enabled' : 'Disabled',
      nodeSelector: spec?.nodeSelector || usual.nodeSelector,
      blockSize: spec?.blockSize || usual.blockSize,
      disableBGPExport: spec?.disableBGPExport ?? usual.disableBGPExport,
      disableNewAllocations: spec?.disabled ?? usual.disableNewAllocations,
      allowedUses: spec?.allowedUses?.length ? spec.allowedUses : usual.allowedUses,
      assignmentMode: spec?.assignmentMode ?? usual.assignmentMode,
    },
  }
}

/** Whether pods get addresses of the family: from a pool of the cluster that is not closed. */
export const isUsed = (found: readonly FoundPool[], family: Cidr['family']): boolean =>
  found.some(({ enabled, pool }) => enabled && familyOf(pool.cidr) === family)

function encapsulationOf({ vxlanMode = 'Never', ipipMode = 'Never' }: Pick<IPPoolSpec, 'ipipMode' | 'vxlanMode'>): Encapsulation {
  if (vxlanMode === 'Always') return 'VXLAN'
  if (vxlanMode === 'CrossSubnet') return 'VXLANCrossSubnet'
  if (ipipMode === 'Always') return 'IPIP'
  return ipipMode === 'CrossSubnet' ? 'IPIPCrossSubnet' : 'None'
}

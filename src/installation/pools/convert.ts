/** IP pools as the Installation writes them, and as Calico's own IPPool does. Decides nothing (spec/installation-api.md §7.4). */
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { IPPoolSpec } from '../../../api/v3/ip-pool.ts'
import { canonicalCidr, familyOf } from '../cidr.ts'
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

export function foundPool(object: IPPool): FoundPool {
  const { spec, metadata } = object
  const cidr = spec?.cidr ?? ''
  const ipv4 = familyOf(cidr) === 'IPv4'
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
      nodeSelector: spec?.nodeSelector || 'all()',
      blockSize: spec?.blockSize || (ipv4 ? 26 : 122),
      disableBGPExport: spec?.disableBGPExport ?? false,
      disableNewAllocations: spec?.disabled ?? false,
      allowedUses: spec?.allowedUses?.length ? spec.allowedUses : ['Workload', 'Tunnel'],
      assignmentMode: spec?.assignmentMode ?? 'Automatic',
    },
  }
}

function encapsulationOf({ vxlanMode = 'Never', ipipMode = 'Never' }: Pick<IPPoolSpec, 'ipipMode' | 'vxlanMode'>): Encapsulation {
  if (vxlanMode === 'Always') return 'VXLAN'
  if (vxlanMode === 'CrossSubnet') return 'VXLANCrossSubnet'
  if (ipipMode === 'Always') return 'IPIP'
  return ipipMode === 'CrossSubnet' ? 'IPIPCrossSubnet' : 'None'
}

/** What Calico's address management keeps: who has which block, which addresses of it, and how it goes about that. People write IPAMConfiguration only. */
import { resource } from '../resource.ts'
import { bool, cidr, int, int32, int64, list, map, nullable, type Of, obj, oneOf, req, type Schema, str, time } from '../schema.ts'
import { onOff, texts, v3 } from './group.ts'

/** A block, given the schemas of two fields; the older group says less of them. */
export const block = ({ cidr, affinity }: { cidr: Schema<string>; affinity: Schema<string> }) =>
  obj({
    cidr: req(cidr),
    affinity,
    affinityClaimTime: time(),
    strictAffinity: req(bool()),
    allocations: req(list(nullable(int()))),
    unallocated: req(list(int())),
    attributes: req(list(obj({ handle_id: str(), secondary: texts, alternateOwnerAttrs: texts }))),
    sequenceNumber: int64({ default: 0 }),
    sequenceNumberForAllocation: map(int64()),
    deleted: bool(),
  })

export const IPAMBlock = resource({
  ...v3,
  kind: 'IPAMBlock',
  plural: 'ipamblocks',
  scope: 'Cluster',
  description: 'Which addresses of a block are given out, and to whom.',
  spec: req(block({ cidr: cidr(), affinity: str({ pattern: '^(host|virtual):[a-zA-Z0-9\\.\\-_]+$' }) })),
  subresources: {},
  columns: [
    { name: 'CIDR', type: 'string', jsonPath: '.spec.cidr' },
    { name: 'Affinity', type: 'string', jsonPath: '.spec.affinity' },
    { name: 'ClaimTime', type: 'date', jsonPath: '.spec.affinityClaimTime' },
  ],
})
export interface IPAMBlock extends Of<typeof IPAMBlock> {}

export const BlockAffinity = resource({
  ...v3,
  kind: 'BlockAffinity',
  plural: 'blockaffinities',
  shortNames: ['affinity', 'affinities'],
  scope: 'Cluster',
  description: 'Which node a block of addresses belongs to.',
  spec: req(
    obj({
      cidr: req(cidr()),
      node: req(str()),
      state: req(oneOf(['', 'confirmed', 'pending', 'pendingDeletion'])),
      type: str(),
      deleted: req(bool({ default: false })),
    }),
  ),
  subresources: {},
  columns: [
    { name: 'CIDR', type: 'string', jsonPath: '.spec.cidr' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node' },
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
  ],
})
export interface BlockAffinity extends Of<typeof BlockAffinity> {}

export const IPAMHandle = resource({
  ...v3,
  kind: 'IPAMHandle',
  plural: 'ipamhandles',
  scope: 'Cluster',
  description: 'How many addresses of which blocks a workload has.',
  spec: req(obj({ handleID: req(str()), block: req(map(int())), deleted: bool() })),
  subresources: {},
  columns: [{ name: 'ID', type: 'string', jsonPath: '.spec.handleID' }],
})
export interface IPAMHandle extends Of<typeof IPAMHandle> {}

const configuration = obj({
  strictAffinity: req(bool({ default: false })),
  autoAllocateBlocks: req(bool({ default: true })),
  maxBlocksPerHost: int32({ minimum: 0, maximum: 1000000, default: 0 }),
  kubeVirtVMAddressPersistence: oneOf(onOff),
})

export const IPAMConfiguration = resource({
  ...v3,
  kind: 'IPAMConfiguration',
  plural: 'ipamconfigurations',
  shortNames: ['ipamconfig', 'ipamconfigs'],
  scope: 'Cluster',
  description: 'How addresses are given to nodes.',
  spec: req(configuration),
  subresources: {},
  columns: [
    { name: 'StrictAffinity', type: 'boolean', jsonPath: '.spec.strictAffinity' },
    { name: 'MaxBlocksPerHost', type: 'integer', jsonPath: '.spec.maxBlocksPerHost' },
    { name: 'AutoAllocateBlocks', type: 'boolean', jsonPath: '.spec.autoAllocateBlocks' },
  ],
})
export interface IPAMConfiguration extends Of<typeof IPAMConfiguration> {}
export interface IPAMConfigurationSpec extends Of<typeof configuration> {}

/** What kubectl shows of volumes, addresses and other means. Reads objects, changes nothing. */
import type {
  ControllerRevision,
  Endpoints,
  Ingress,
  IngressClass,
  IPAddress,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  RuntimeClass,
  ServiceCIDR,
  VolumeAttachment,
} from '../../kube/kinds.ts'
import { ageColumn, boolean, type Column, column, createdAt, nameColumn, named, orNone, some, wide } from './column.ts'

const short: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }
const modes = (all: string[] = []) => all.map(mode => short[mode] ?? mode).join(',')
const phase = ({ metadata, status }: PersistentVolume | PersistentVolumeClaim) =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')
const volumeColumns = [
  column('StorageClass', ({ spec }: PersistentVolume) => spec?.storageClassName ?? ''),
  column('VolumeAttributesClass', ({ spec }: PersistentVolume) => spec?.volumeAttributesClassName ?? '<unset>'),
]
const volumeMode = wide('VolumeMode', ({ spec }: PersistentVolume) => spec?.volumeMode ?? '<unset>')

function addresses({ subsets = [] }: Endpoints): string {
  return some(
    subsets.flatMap(({ addresses: all = [], ports = [] }) =>
      ports.length > 0
        ? ports.flatMap(({ port }) => all.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)))
        : all.map(({ ip }) => ip),
    ),
  )
}

/** How much is used of what there may be, either of limits or of everything else. */
const used =
  (limits: boolean) =>
  ({ status }: ResourceQuota) =>
    Object.keys(status?.hard ?? {})
      .sort()
      .filter(name => name.startsWith('limits.') === limits)
      .map(name => `${name}: ${status?.used?.[name] ?? 0}/${status?.hard?.[name]}`)
      .join(', ')

function controllerOf({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  if (!owner) return '<none>'
  const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : []
  return `${owner.kind.toLowerCase()}${group && `.${group}`}/${owner.name}`
}

const balanced = ({ status }: Ingress) => (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname).join(',')
const hosts = ({ spec }: Ingress) => {
  const all = (spec?.rules ?? []).flatMap(({ host }) => host || [])
  return all.length > 0 ? some(all) : '*'
}

export const resourceColumns: Record<string, Column[]> = {
  Endpoints: named(column('Endpoints', addresses)),
  PersistentVolume: [
    nameColumn,
    column('Capacity', ({ spec }: PersistentVolume) => spec?.capacity?.storage ?? '0'),
    column('Access Modes', ({ spec }: PersistentVolume) => modes(spec?.accessModes)),
    column('Reclaim Policy', ({ spec }: PersistentVolume) => spec?.persistentVolumeReclaimPolicy),
    column('Status', phase),
    column('Claim', ({ spec }: PersistentVolume) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')),
    ...volumeColumns,
    column('Reason', ({ status }: PersistentVolume) => status?.reason ?? ''),
    ageColumn,
    volumeMode,
  ],
  PersistentVolumeClaim: [
    nameColumn,
    column('Status', phase),
    column('Volume', ({ spec }: PersistentVolumeClaim) => spec?.volumeName ?? ''),
    column('Capacity', ({ spec, status }: PersistentVolumeClaim) => (spec?.volumeName ? (status?.capacity?.storage ?? '0') : '')),
    column('Access Modes', ({ spec, status }: PersistentVolumeClaim) => (spec?.volumeName ? modes(status?.accessModes) : '')),
    ...volumeColumns,
    ageColumn,
    volumeMode,
  ],
  ResourceQuota: [nameColumn, column('Request', used(false)), column('Limit', used(true)), ageColumn],
  'apps/ControllerRevision': named(
    column('Controller', controllerOf),
    column('Revision', ({ revision }: ControllerRevision) => revision),
  ),
  'networking.k8s.io/Ingress': named(
    column('Class', ({ spec }: Ingress) => orNone(spec?.ingressClassName)),
    column('Hosts', hosts),
    column('Address', balanced),
    column('Ports', ({ spec }: Ingress) => (spec?.tls?.length ? '80, 443' : '80')),
  ),
  'networking.k8s.io/IngressClass': named(
    column('Controller', ({ spec }: IngressClass) => spec?.controller ?? ''),
    column('Parameters', ({ spec }: IngressClass) => {
      const { kind, apiGroup, name } = spec?.parameters ?? {}
      return kind ? `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name}` : '<none>'
    }),
  ),
  'networking.k8s.io/IPAddress': [
    nameColumn,
    column('ParentRef', ({ spec }: IPAddress) => {
      const { resource = '', group = '', namespace = '', name = '' } = spec?.parentRef ?? {}
      return [group ? `${resource}.${group}` : resource, namespace, name].filter(Boolean).join('/')
    }),
  ],
  'networking.k8s.io/ServiceCIDR': named(column('CIDRs', ({ spec }: ServiceCIDR) => (spec?.cidrs ?? []).join(','))),
  'node.k8s.io/RuntimeClass': named(column('Handler', ({ handler }: RuntimeClass) => handler)),
  'storage.k8s.io/CSIStorageCapacity': [nameColumn, createdAt],
  'storage.k8s.io/VolumeAttachment': named(
    column('Attacher', ({ spec }: VolumeAttachment) => spec.attacher, { format: 'name' }),
    column('PV', ({ spec }: VolumeAttachment) => spec.source.persistentVolumeName ?? ''),
    column('Node', ({ spec }: VolumeAttachment) => spec.nodeName),
    boolean('Attached', ({ status }: VolumeAttachment) => status?.attached ?? false),
  ),
}

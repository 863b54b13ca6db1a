/** Judges the volumes of pods. https://kubernetes.io/docs/concepts/storage/volumes/ */
import type { Volume } from '../../../kube/kinds.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '../field-errors.ts'
import { dnsLabel, dnsSubdomain } from '../names.ts'
import { named, oneOf, present } from './checks.ts'

const modes = 'must be a number between 0 and 0777 (octal), both inclusive'
const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** What is wrong with the volumes, and the names of those that can be mounted. */
export function checkVolumes(volumes: Volume[], path: string): { found: Set<string>; errors: FieldError[] } {
  const found = new Set<string>()
  const errors = volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`
    const complaints = [
      ...checkSource(volume, at),
      ...named(volume.name, dnsLabel, `${at}.name`),
      ...(found.has(volume.name) ? [duplicate(`${at}.name`, volume.name)] : []),
    ]
    if (complaints.length === 0) found.add(volume.name)
    return complaints
  })
  return { found, errors }
}

function checkSource(volume: Volume, path: string): FieldError[] {
  const [first, ...others] = Object.keys(volume).filter(name => name !== 'name')
  if (!first) return [required(path, 'must specify a volume type')]
  const check = sources[first]
  return [
    ...(check ? check(volume, `${path}.${first}`) : []),
    ...others.map(name => forbidden(`${path}.${name}`, 'may not specify more than 1 volume type')),
  ]
}

const sources: Record<string, (volume: Volume, path: string) => FieldError[]> = {
  hostPath: ({ hostPath }, path) => {
    if (!hostPath?.path) return [required(`${path}.path`)]
    return [
      ...(hostPath.path.split('/').includes('..') ? [invalid(`${path}.path`, hostPath.path, "must not contain '..'")] : []),
      ...oneOf(hostPath.type ?? '', hostPathTypes, `${path}.type`),
    ]
  },
  secret: ({ secret }, path) => [
    ...present(secret?.secretName, `${path}.secretName`),
    ...checkMode(secret?.defaultMode, `${path}.defaultMode`),
    ...checkItems(secret?.items ?? [], `${path}.items`),
  ],
  configMap: ({ configMap }, path) => [
    ...present(configMap?.name, `${path}.name`),
    ...checkMode(configMap?.defaultMode, `${path}.defaultMode`),
    ...checkItems(configMap?.items ?? [], `${path}.items`),
  ],
  persistentVolumeClaim: ({ persistentVolumeClaim }, path) => present(persistentVolumeClaim?.claimName, `${path}.claimName`),
  nfs: ({ nfs }, path) => [...present(nfs?.server, `${path}.server`), ...present(nfs?.path, `${path}.path`)],
  csi: ({ csi }, path) => named(csi?.driver, dnsSubdomain, `${path}.driver`),
  projected: ({ projected }, path) => [
    ...checkMode(projected?.defaultMode, `${path}.defaultMode`),
    ...(projected?.sources ?? []).flatMap((source, index) => checkProjection(source, `${path}.sources[${index}]`)),
  ],
}

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number]

function checkProjection({ configMap, secret, serviceAccountToken }: Projection, path: string): FieldError[] {
  const seconds = serviceAccountToken?.expirationSeconds ?? 3600
  return [
    ...(configMap
      ? [...present(configMap.name, `${path}.configMap.name`), ...checkItems(configMap.items ?? [], `${path}.configMap.items`)]
      : []),
    ...(secret ? [...present(secret.name, `${path}.secret.name`), ...checkItems(secret.items ?? [], `${path}.secret.items`)] : []),
    ...(serviceAccountToken ? present(serviceAccountToken.path, `${path}.serviceAccountToken.path`) : []),
    ...(seconds < 600
      ? [invalid(`${path}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')]
      : []),
  ]
}

const checkMode = (mode: number | undefined, path: string): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(path, mode, modes)] : []

const checkItems = (items: { key?: string; path?: string; mode?: number }[], path: string): FieldError[] =>
  items.flatMap((item, index) => [
    ...present(item.key, `${path}[${index}].key`),
    ...present(item.path, `${path}[${index}].path`),
    ...(item.path?.startsWith('/') ? [invalid(`${path}[${index}].path`, item.path, 'must be a relative path')] : []),
    ...(item.path?.split('/').includes('..') ? [invalid(`${path}[${index}].path`, item.path, "must not contain '..'")] : []),
    ...checkMode(item.mode, `${path}[${index}].mode`),
  ])

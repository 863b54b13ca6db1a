/** Who owns which fields of an object: managedFields as the rest of this folder works with them. Never decides who owns what. */
import type { ManagedFieldsEntry } from '../../kube/objects.ts'
import { type FieldSet, fieldsV1Of, fromFieldsV1, isEmpty, union } from './field-set.ts'

export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  readonly time?: string
  readonly fields: FieldSet
}

/** By identity: name, operation, subresource and, of an Update, version. */
export type Managers = Map<string, Manager>

/** One applier has one entry whatever the version; an updater has one for each version. */
export const identity = ({ manager, operation, subresource = '', apiVersion }: Omit<Manager, 'fields'>): string =>
  JSON.stringify([manager, operation, subresource, operation === 'Update' ? apiVersion : ''])

/** Undefined when an entry is not as the API server writes them: then the whole is as good as absent. */
export function decode(entries: readonly ManagedFieldsEntry[] = []): Managers | undefined {
  const managers: Managers = new Map()
  for (const { manager = '', operation, apiVersion, subresource, time, fieldsType, fieldsV1 } of entries) {
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') return undefined
    const entry: Manager = {
      manager,
      operation,
      apiVersion,
      ...(subresource && { subresource }),
      ...(time && { time }),
      fields: fromFieldsV1(fieldsV1 ?? {}),
    }
    managers.set(identity(entry), entry)
  }
  return managers
}

/** In the API server's order: appliers first, then by time and name. Undefined when nobody owns anything. */
export function encode(managers: Managers): ManagedFieldsEntry[] | undefined {
  const entries = [...managers.values()].filter(({ fields }) => !isEmpty(fields)).sort(before)
  if (entries.length === 0) return undefined
  return entries.map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsV1Of(fields) as NonNullable<ManagedFieldsEntry['fieldsV1']>,
    ...(subresource !== undefined && { subresource }),
  }))
}

function before(a: Manager, b: Manager): number {
  return (
    compare(a.operation, b.operation) ||
    compare(a.time ?? '', b.time ?? '') ||
    compare(a.manager, b.manager) ||
    compare(a.apiVersion, b.apiVersion) ||
    compare(a.subresource ?? '', b.subresource ?? '')
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** `"name" using apps/v1`: how conflicts name a manager. */
export function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '')
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

const mostUpdaters = 10

/** No more than ten entries of updates are kept: the oldest of a version are joined into one, called ancient-changes. */
export function capped(managers: Managers): Managers {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update').sort(([, a], [, b]) => before(a, b))
  let left = updaters.length
  const result = new Map(managers)
  const oldest = new Map<string, [string, Manager]>()
  for (const [key, entry] of updaters) {
    if (left <= mostUpdaters) break
    const first = oldest.get(entry.apiVersion)
    if (!first) {
      oldest.set(entry.apiVersion, [key, entry])
      continue
    }
    const [bucket, older] = first
    const ancient: Manager = { ...entry, manager: 'ancient-changes', fields: union(entry.fields, older.fields) }
    result.delete(bucket)
    result.delete(key)
    result.set(identity(ancient), ancient)
    oldest.set(entry.apiVersion, [identity(ancient), ancient])
    left--
  }
  return result
}

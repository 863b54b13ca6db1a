/**
 * Lays the Installation named overlay over the one named default: what it sets counts, field by field. Never reads or writes an object.
 * How deep two values are merged is a table; below it the overlay's value takes the place of the other (spec/installation-api.md §10).
 */
import type { InstallationSpec } from '../../api/installation.ts'

/** A value with a row is merged field by field, and each field that has a row in turn; every other field is replaced as a whole, lists and maps included. */
interface Row {
  readonly [field: string]: Row
}

const fields: Row = {}
const workload: Row = { metadata: fields, spec: { template: { metadata: fields, spec: fields } } }

const table: { readonly [F in keyof InstallationSpec]?: Row } = {
  cni: fields,
  calicoNetwork: fields,
  windowsNodes: fields,
  calicoNodeDaemonSet: workload,
  calicoNodeWindowsDaemonSet: workload,
  calicoKubeControllersDeployment: workload,
  csiNodeDriverDaemonSet: workload,
  typhaDeployment: workload,
  calicoWindowsUpgradeDaemonSet: workload,
}

/** The spec in force. Neither argument is changed. */
export const overlaid = (base: InstallationSpec, overlay: InstallationSpec = {}): InstallationSpec => merged(base, overlay, table as Row)

function merged<T extends object>(base: T, overlay: T, rows: Row): T {
  const result: { [field: string]: unknown } = { ...(base as object) }
  for (const [field, value] of Object.entries(overlay)) {
    if (!isSet(value)) continue
    const under = result[field]
    const row = rows[field]
    result[field] = row && isObject(under) && isObject(value) ? merged(under, value, row) : value
  }
  return result as T
}

/** An empty list or map is set, and so takes everything away; an empty text is what unset texts are, so `UseDefault` is the word for that. */
const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

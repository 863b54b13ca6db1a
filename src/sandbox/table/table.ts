/** Objects as rows of a table, for `kubectl get`. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
import type { CustomResource } from '../definition.ts'
import type { Item } from '../objects.ts'
import type { Served } from '../served.ts'
import { humanDuration } from './age.ts'
import { ageColumn, type Column, nameColumn } from './column.ts'
import { columnsByKind } from './columns.ts'
import { valuesAt } from './json-path.ts'

/** How much of each object goes with its row. */
export type Included = 'Metadata' | 'None' | 'Object'

export interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: object
  columnDefinitions: object[]
  rows: { cells: unknown[]; object?: unknown }[]
}

/** `now`: milliseconds since 1970, for ages. */
export function tableOf(
  served: Served,
  objects: readonly Item[],
  { now, metadata, include }: { now: number; metadata: object; include: Included },
): Table {
  const columns = columnsOf(served)
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format = '', priority = 0 }) => ({ name, type, format, description: '', priority })),
    rows: objects.map(object => ({
      cells: columns.map(({ cell }) => cell(object as never, now) ?? null),
      ...(include !== 'None' && { object: include === 'Object' ? object : partial(object) }),
    })),
  }
}

const partial = ({ metadata }: Item) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata })
const plain = [nameColumn, ageColumn]
const custom = new WeakMap<CustomResource, Column[]>()

function columnsOf({ group, kind, custom: resource }: Served): Column[] {
  if (!resource) return columnsByKind[group ? `${group}/${kind}` : kind] ?? plain
  const known = custom.get(resource)
  if (known) return known
  const columns = customColumns(resource)
  custom.set(resource, columns)
  return columns
}

/** Columns that a definition asks for; without any, the age. */
function customColumns({ version: { additionalPrinterColumns = [] } }: CustomResource): Column[] {
  if (additionalPrinterColumns.length === 0) return [nameColumn, { ...ageColumn, type: 'date' }]
  const columns = additionalPrinterColumns.map(
    ({ name, type, jsonPath, priority }): Column => ({
      name,
      type: type as Column['type'],
      ...(priority === 1 && { priority }),
      cell: (object: Item, now: number) => shown(valuesAt(object, jsonPath), type, now),
    }),
  )
  return [nameColumn, ...columns]
}

function shown(values: unknown[], type: string, now: number): unknown {
  if (values.length === 0) return null
  const [value] = values
  if (type === 'date') return humanDuration(now - Date.parse(String(value)))
  if (values.length === 1 && type !== 'string') return value
  return values.map(each => (typeof each === 'string' ? each : JSON.stringify(each))).join(' ')
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CustomResource } from '../definition.ts'
import type { Item } from '../objects.ts'
import type { Served } from '../served.ts'
import { humanDuration } from './age.ts'
import { valuesAt } from './json-path.ts'
import { tableOf } from './table.ts'

type PrinterColumns = CustomResource['version']['additionalPrinterColumns']

const served = (group: string, kind: string, additionalPrinterColumns?: PrinterColumns): Served =>
  ({ group, kind, ...(additionalPrinterColumns && { custom: { version: { additionalPrinterColumns } } }) }) as unknown as Served

interface Recorded {
  path: string
  group: string
  kind: string
  printerColumns?: PrinterColumns
  now: number
  columns: object[]
  cells: unknown[]
  object: Item
}

const recorded: Recorded[] = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata/rows.json'), 'utf8'))

test.each(recorded)('$path has the columns and the cells of the real server', ({ group, kind, printerColumns, now, ...real }) => {
  const table = tableOf(served(group, kind, printerColumns), [real.object], { now, metadata: {}, include: 'None' })
  expect(table.columnDefinitions).toEqual(real.columns.map(column => ({ ...column, description: '' })))
  expect(table.rows).toEqual([{ cells: real.cells }])
})

const start = Date.parse('2026-01-01T00:00:00Z')
const cellsOf = (object: object, of: Served, now = start) =>
  tableOf(of, [object as Item], { now, metadata: {}, include: 'None' }).rows[0]!.cells
const metadata = { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }

describe('pods in trouble', () => {
  const status = (pod: object) => cellsOf({ metadata, ...pod }, served('', 'Pod'))[2]

  test.each([
    ['ImagePullBackOff', { status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] } }],
    ['Error', { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 1, reason: 'Error' } } }] } }],
    ['ExitCode:3', { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] } }],
    ['Evicted', { status: { phase: 'Failed', reason: 'Evicted' } }],
    [
      'Init:0/2',
      {
        spec: { containers: [{}], initContainers: [{ name: 'x' }, { name: 'y' }] },
        status: { phase: 'Pending', initContainerStatuses: [{ name: 'x', state: { running: {} } }] },
      },
    ],
    ['Terminating', { metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } }],
  ])('%s', (expected, pod) => {
    expect(status(pod)).toBe(expected)
  })
})

test('columns that a definition asks for', () => {
  const of = served('kept.io', 'Widget', [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Since', type: 'date', jsonPath: '.status.since' },
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Hosts', type: 'string', jsonPath: '.spec.hosts[*]' },
    { name: 'Limits', type: 'string', jsonPath: '.spec.limits' },
  ])
  const object = {
    metadata,
    spec: { size: 3, hosts: ['a', 'b'], limits: { cpu: 1 } },
    status: { phase: 'Done', since: '2025-12-31T23:50:00Z', conditions: [{ type: 'Other' }, { type: 'Ready', status: 'True' }] },
  }
  expect(cellsOf(object, of)).toEqual(['a', 'Done', '10m', 3, 'True', 'a b', '{"cpu":1}'])
  expect(cellsOf({ metadata }, of)).toEqual(['a', null, null, null, null, null, null])
})

test('a row comes with what was asked for', () => {
  const object = { metadata, kind: 'Widget', spec: {} } as unknown as Item
  const rows = (include: 'None' | 'Object' | 'Metadata') =>
    tableOf(served('kept.io', 'Widget', []), [object], { now: start, metadata: {}, include }).rows
  expect(rows('None')).toEqual([{ cells: ['a', '0s'] }])
  expect(rows('Object')[0]?.object).toBe(object)
  expect(rows('Metadata')[0]?.object).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata })
})

test.each([
  [-5_000, '<invalid>'],
  [119_900, '119s'],
  [120_000, '2m'],
  [125_000, '2m5s'],
  [600_000, '10m'],
  [3 * 3_600_000, '3h'],
  [3 * 3_600_000 + 60_000, '3h1m'],
  [47 * 3_600_000, '47h'],
  [49 * 3_600_000, '2d1h'],
  [9 * 86_400_000, '9d'],
  [800 * 86_400_000, '2y70d'],
  [4000 * 86_400_000, '10y'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text)
})

describe('JSONPath', () => {
  const object = {
    a: { 'b.c': [1, 2, { d: null }] },
    list: [
      { n: 1, v: 'x' },
      { n: 2, v: 'y' },
    ],
  }

  test.each<[path: string, values: unknown[]]>([
    ['.a.b\\.c[0]', [1]],
    [".a['b.c'][-2]", [2]],
    ['.list[*].v', ['x', 'y']],
    ['.list[?(@.n==2)].v', ['y']],
    ['.a.b\\.c[2].d', []],
    ['.constructor', []],
    ['what is this', []],
  ])('%s', (path, values) => {
    expect(valuesAt(object, path)).toEqual(values)
  })
})

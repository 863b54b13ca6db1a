/** One column of a table: its name, and what it shows of an object. */
import type { LabelSelector } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { since } from './age.ts'

export interface Column {
  name: string
  type: 'string' | 'integer' | 'boolean' | 'date'
  format?: 'name'
  /** 1: only with `-o wide`. */
  priority?: 1
  cell: (object: never, now: number) => unknown
}

export const column = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({ name, type: 'string', cell, ...more })
export const integer = (name: string, cell: Column['cell']): Column => column(name, cell, { type: 'integer' })
export const boolean = (name: string, cell: Column['cell']): Column => column(name, cell, { type: 'boolean' })
export const wide = (name: string, cell: Column['cell']): Column => column(name, cell, { priority: 1 })

export const nameColumn = column('Name', ({ metadata }: KubeObject) => metadata.name, { format: 'name' })
export const ageColumn = column('Age', ({ metadata }: KubeObject, now: number) => since(metadata.creationTimestamp, now))
export const createdAt = column('Created At', ({ metadata }: KubeObject) => metadata.creationTimestamp, { type: 'date' })

/** These columns between the name and the age. */
export const named = (...columns: Column[]): Column[] => [nameColumn, ...columns, ageColumn]

export const orNone = (text: string | undefined): string => text || '<none>'

/** The first three, and how many there are beside them. */
export function some(all: (string | number)[], nothing = '<none>'): string {
  const first = all.slice(0, 3).join(',') || nothing
  return all.length > 3 ? `${first} + ${all.length - 3} more...` : first
}

/** `a=b,c in (d,e)`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...labels.sort(), ...expressions].join(',') || '<none>'
}

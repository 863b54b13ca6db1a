/** What the server's Go types keep of empty values when an object is stored. Changes only what it is given to change. */

import data from '../../../kube/gen/storage.json' with { type: 'json' }
import { isMap } from '../../../kube/objects.ts'
import type { SchemaNode } from '../../../kube/schema.ts'
import { isPrepared } from './prepared.ts'

/** `kept`: zero stays, for the field is a pointer. `zero`: written even when it was never set. `null`: written as null then. `micro`: a time with microseconds. */
export type Note = 'kept' | 'zero' | 'null' | 'micro' | 'null micro'

const notes = data as Record<string, Record<string, Note>>
const none: Record<string, Note> = {}

/** What is special about the fields of a built-in type. */
export const notesOf = ({ name }: SchemaNode): Record<string, Note> => (name && notes[name.slice('io.k8s.'.length)]) || none

/** Takes out of an object what Go leaves out when writing it, and puts in what Go always writes. Changes the object. */
export function store(value: unknown, node: SchemaNode): void {
  if (typeof value !== 'object' || value === null || isPrepared(value, node)) return
  if (isMap(value) && node.type === 'object') storeObject(value, node)
  const inner = node.items ?? node.values
  if (!inner || !mayHoldObjects(inner)) return
  for (const item of Object.values(value)) store(item, inner)
}

const mayHoldObjects = ({ type }: SchemaNode) => type === 'object' || type === 'list' || type === 'map'

function storeObject(object: Record<string, unknown>, node: SchemaNode): void {
  const notes = notesOf(node)
  const fields = node.fields ?? {}
  for (const name of Object.keys(object)) {
    const [value, field] = [object[name], fields[name]]
    if (!field) continue
    store(value, field)
    if (isEmpty(value, field) && !notes[name]) delete object[name]
  }
  for (const [name, note] of alwaysWritten(notes)) {
    const field = fields[name]
    if (!field) continue
    // Protobuf, in which objects are stored, does not tell an empty list from none.
    if (object[name] === undefined || (note === 'null' && field.type === 'list' && isEmpty(object[name], field)))
      object[name] = zeroOf(field, note)
  }
}

const always = new WeakMap<object, [string, Note][]>()

/** Those fields that are there when nobody has set them. Few types have any, and all are asked. */
export function alwaysWritten(notes: Record<string, Note>): [string, Note][] {
  const known = always.get(notes) ?? Object.entries(notes).filter(([, note]) => note !== 'kept' && note !== 'micro')
  always.set(notes, known)
  return known
}

function isEmpty(value: unknown, { type }: SchemaNode): boolean {
  if (Array.isArray(value)) return value.length === 0
  // An empty struct is something; an empty map is nothing.
  if (isMap(value)) return type === 'map' && Object.keys(value).length === 0
  return value === '' || value === 0 || value === false || value === null || value === undefined
}

function zeroOf(field: SchemaNode, note: Note): unknown {
  if (note !== 'zero') return null
  switch (field.type) {
    case 'object': {
      const value = {}
      storeObject(value, field)
      return value
    }
    case 'boolean':
      return false
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0
    case 'quantity':
      return '0'
    default:
      return ''
  }
}

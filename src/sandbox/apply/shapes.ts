/** Shapes of built-in kinds and of custom resources, read from their schemas. Never looks at a value. */
import type { SchemaNode } from '../../kube/schema.ts'
import { atomicShape, deducedShape, type MapShape, type Shape } from './shape.ts'

const all = { strict: new WeakMap<SchemaNode, Shape>(), open: new WeakMap<SchemaNode, Shape>() }

/** `open`: below a place that keeps unknown fields, where objects take any field beside their declared ones. The same shape each time. */
export function shapeOf(node: SchemaNode, open = false): Shape {
  const shapes = open ? all.open : all.strict
  const known = shapes.get(node)
  if (known) return known
  const shape = read(node, open || node.preserveUnknown === true)
  shapes.set(node, shape)
  return shape
}

function read(node: SchemaNode, open: boolean): Shape {
  switch (node.type) {
    case 'object':
    case 'map':
      return { map: mapShape(node, open) }
    case 'list':
      return { list: listShape(node, open) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: node.format === undefined || node.format === 'byte' ? 'string' : 'untyped' }
    case 'bytes':
      return { scalar: 'string' }
    case 'quantity':
    case 'date-time':
      return { scalar: 'untyped' }
    default:
      return node.atomic ? atomicShape : deducedShape
  }
}

const listShape = (node: SchemaNode, open: boolean): NonNullable<Shape['list']> => ({
  atomic: node.list === 'atomic' || node.list === undefined,
  keys: node.list === 'map' ? (node.keys ?? []) : [],
  get items() {
    return node.items ? shapeOf(node.items, open) : atomicShape
  },
})

function mapShape(node: SchemaNode, open: boolean): MapShape {
  // Fields have no prototype.
  const declared = (name: string): SchemaNode | undefined => node.fields?.[name]
  return {
    atomic: node.atomic ?? false,
    field(name) {
      const field = declared(name)
      return field && shapeOf(field, open)
    },
    defaultOf: name => declared(name)?.default,
    get elements() {
      if (node.values) return shapeOf(node.values, open)
      const free = open || !node.fields || Object.keys(node.fields).length === 0
      return free ? deducedShape : undefined
    },
  }
}

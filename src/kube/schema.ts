/**
 * What a field is: its type, how lists and maps of it merge, what it defaults to. One form for built-in kinds and for custom resources.
 * It never judges a value.
 */
import data from './gen/schema.json' with { type: 'json' }

export interface SchemaNode {
  /**
   * `object` has fields, `map` has values of one type under any key, `any` is whatever it is (its maps merge, its lists are replaced). `quantity`,
   * `bytes` and `date-time` are only said of built-in kinds, whose server rewrites them; in custom resources they are text like any other.
   */
  readonly type: SchemaType
  /** OpenAPI's name of a built-in object: `io.k8s.api.core.v1.Container`. */
  readonly name?: string
  /** Fields of an object; has no prototype. */
  readonly fields?: Readonly<Record<string, SchemaNode>>
  readonly values?: SchemaNode
  readonly items?: SchemaNode
  /** How a list merges; always there when the type is `list`. */
  readonly list?: 'atomic' | 'set' | 'map'
  /** The fields that name an item of a list of list type `map`. */
  readonly keys?: readonly string[]
  /** An object or map that has one owner and is replaced as a whole. */
  readonly atomic?: boolean
  readonly default?: unknown
  readonly required?: readonly string[]
  /** `int32`, `int64`, `double` of built-in kinds; of custom resources what their schema says. */
  readonly format?: string
  /** For strategic merge patches: `merge`, `retainKeys`, `replace`, or several with commas. */
  readonly patchStrategy?: string
  readonly mergeKey?: string
  /** Custom resources only: fields that are not among `fields` are kept. */
  readonly preserveUnknown?: boolean
  /** Custom resources only: null is a value. */
  readonly nullable?: boolean
}

export type SchemaType =
  | 'object'
  | 'map'
  | 'list'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'quantity'
  | 'int-or-string'
  | 'bytes'
  | 'date-time'
  | 'any'

/** gen/schema.json. Names of types are OpenAPI's without `io.k8s.`. */
export interface Digest {
  /** `apps/v1/Deployment` → its type. */
  kinds: Record<string, string>
  types: Record<string, DigestType>
}

interface DigestType {
  fields: Record<string, DigestField>
  required?: string[]
  atomic?: boolean
}

/** A field's type, or its type and what is special about it. Types: a scalar's name, `#type`, `[item]`, `{value}`. */
export type DigestField = string | ({ type: string } & DigestFacts)

type DigestFacts = Pick<SchemaNode, 'list' | 'keys' | 'atomic' | 'default' | 'patchStrategy' | 'mergeKey'>

/** The part of a CustomResourceDefinition's `openAPIV3Schema` that says what merges and how. */
export interface StructuralSchema {
  type?: string
  format?: string
  properties?: Record<string, StructuralSchema>
  additionalProperties?: StructuralSchema | boolean
  items?: StructuralSchema
  default?: unknown
  required?: string[]
  nullable?: boolean
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
}

// The compiler reads `list: "map"` in JSON as any text.
const digest = data as unknown as Digest

/** The schema of a built-in kind, or undefined when the kind is not one of those in gen/schema.json. The same object each time. */
export function builtinSchema(apiVersion: string, kind: string): SchemaNode | undefined {
  const name = digest.kinds[`${apiVersion}/${kind}`]
  return name === undefined ? undefined : builtinType(name)
}

/** The schema of metadata, the same for every kind. */
export const metadataSchema = (): SchemaNode => builtinType('apimachinery.pkg.apis.meta.v1.ObjectMeta')

/** The schema of what a deletion may come with. */
export const deleteOptionsSchema = (): SchemaNode => builtinType('apimachinery.pkg.apis.meta.v1.DeleteOptions')

const builtinTypes = new Map<string, SchemaNode>()

function builtinType(name: string): SchemaNode {
  const known = builtinTypes.get(name)
  if (known) return known
  const type = digest.types[name]
  if (!type) throw new Error(`${name} is not in gen/schema.json`)
  const node = withFields({ type: 'object', name: `io.k8s.${name}`, ...without(type) }, () => mapped(type.fields, builtinField))
  builtinTypes.set(name, node)
  return node
}

const without = ({ fields: _, ...rest }: DigestType) => rest

function builtinField(field: DigestField): SchemaNode {
  if (typeof field === 'string') return parsed(field, {})
  const { type, ...facts } = field
  return parsed(type, facts)
}

/** Reads a type as gen/schema.json writes it. */
function parsed(type: string, facts: DigestFacts): SchemaNode {
  const inner = type.slice(1, -1)
  switch (type[0]) {
    case '#':
      return referring(builtinType(type.slice(1)), facts)
    case '[':
      return { type: 'list', items: parsed(inner, {}), list: 'atomic', ...facts }
    case '{':
      return { type: 'map', values: parsed(inner, {}), ...facts }
    default:
      return { ...scalar(type), ...facts }
  }
}

/** A type as one field has it: what the field says goes before what the type says. */
function referring(type: SchemaNode, facts: DigestFacts): SchemaNode {
  if (Object.keys(facts).length === 0) return type
  const { fields: _, ...rest } = Object.getOwnPropertyDescriptors(type)
  return withFields({ ...(Object.defineProperties({}, rest) as SchemaNode), ...facts }, () => type.fields!)
}

function scalar(type: string): SchemaNode {
  if (type === 'int32' || type === 'int64') return { type: 'integer', format: type }
  if (type === 'double') return { type: 'number', format: type }
  return { type: type as SchemaType }
}

/**
 * The schema of a custom resource from its CustomResourceDefinition's `openAPIV3Schema`. Lists are atomic and maps merge unless it says otherwise.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export function structuralSchema(openAPIV3Schema: object): SchemaNode {
  return structural({ type: 'object', ...openAPIV3Schema, 'x-kubernetes-embedded-resource': true })
}

function structural(schema: StructuralSchema): SchemaNode {
  const facts = structuralFacts(schema)
  if (schema['x-kubernetes-int-or-string']) return { type: 'int-or-string', ...facts }
  if (schema.type === 'array') return structuralList(schema, facts)
  if (schema.type === 'object') return structuralObject(schema, facts)
  return { type: structuralScalars[schema.type ?? ''] ?? 'any', ...facts }
}

const structuralScalars: Record<string, SchemaType> = { string: 'string', integer: 'integer', number: 'number', boolean: 'boolean' }

function structuralFacts(schema: StructuralSchema): Partial<SchemaNode> {
  return {
    ...(schema.default !== undefined && { default: schema.default }),
    ...(schema.required && { required: schema.required }),
    ...(schema.format && { format: schema.format }),
    ...(schema.nullable && { nullable: true }),
    ...(schema['x-kubernetes-preserve-unknown-fields'] && { preserveUnknown: true }),
    ...(schema['x-kubernetes-map-type'] === 'atomic' && { atomic: true }),
  }
}

function structuralList(schema: StructuralSchema, facts: Partial<SchemaNode>): SchemaNode {
  const keys = schema['x-kubernetes-list-map-keys']
  const list = schema['x-kubernetes-list-type'] ?? 'atomic'
  return lazily({ type: 'list', list, ...(keys && { keys }), ...facts }, 'items', () => structural(schema.items ?? {}))
}

function structuralObject(schema: StructuralSchema, facts: Partial<SchemaNode>): SchemaNode {
  const { properties, additionalProperties } = schema
  if (schema['x-kubernetes-embedded-resource'])
    return withFields({ type: 'object', ...facts }, () => Object.assign(mapped(properties ?? {}, structural), ofEveryObject()))
  if (properties) return withFields({ type: 'object', ...facts }, () => mapped(properties, structural))
  if (typeof additionalProperties === 'object') return lazily({ type: 'map', ...facts }, 'values', () => structural(additionalProperties))
  return { type: 'any', ...facts }
}

const ofEveryObject = (): Record<string, SchemaNode> => ({
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: metadataSchema(),
})

/** Schemas are big and some are recursive, so what is inside is read when it is asked for, once. */
function lazily<Key extends 'fields' | 'items' | 'values'>(node: Omit<SchemaNode, Key>, key: Key, read: () => SchemaNode[Key]): SchemaNode {
  let value: SchemaNode[Key]
  const get = () => {
    value ??= read()
    // Whoever asks again, and schemas are asked all the time, calls nothing.
    Object.defineProperty(node, key, { enumerable: true, value })
    return value
  }
  return Object.defineProperty(node as SchemaNode, key, { enumerable: true, configurable: true, get })
}

const withFields = (node: Omit<SchemaNode, 'fields'>, read: () => Readonly<Record<string, SchemaNode>>): SchemaNode =>
  lazily(node, 'fields', read)

/** Without a prototype, so that a field called `constructor` is not found where there is none. */
const mapped = <T>(fields: Record<string, T>, convert: (field: T) => SchemaNode): Record<string, SchemaNode> => {
  const nodes: Record<string, SchemaNode> = Object.create(null)
  for (const [name, field] of Object.entries(fields)) nodes[name] = convert(field)
  return nodes
}

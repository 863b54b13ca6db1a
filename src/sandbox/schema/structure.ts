/** The structural schema of a custom resource, as a tree that is worked out as far as it is asked for. Never changes the schema it stands on. */
import type { Json } from '../../kube/objects.ts'
import { goPattern } from './go-pattern.ts'

/** JSONSchemaProps, as far as structural schemas may use them. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema */
export interface JsonSchema {
  type?: string
  format?: string
  description?: string
  nullable?: boolean
  default?: Json
  enum?: Json[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  allOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  not?: JsonSchema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'granular' | 'atomic'
  'x-kubernetes-validations'?: ValidationRule[]
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
export interface ValidationRule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'
  fieldPath?: string
  optionalOldSelf?: boolean
}

/** One place in a schema, with those below it made when first met: of large schemas most objects use a small part. */
export class Node {
  readonly schema: JsonSchema
  /** The JSON types a value may have; empty for any. */
  readonly types: string[]
  readonly preserves: boolean
  readonly embedded: boolean
  /** Properties that have a default, and it. */
  readonly defaults: [name: string, value: Json][]
  #properties = new Map<string, Node | undefined>()
  #lists = new Map<JsonSchema[], Node[]>()
  #items: Node | undefined
  #additional: Node | undefined
  #not: Node | undefined
  #pattern: RegExp | undefined

  constructor(schema: JsonSchema) {
    this.schema = schema
    this.types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : []
    this.preserves = schema['x-kubernetes-preserve-unknown-fields'] === true
    this.embedded = schema['x-kubernetes-embedded-resource'] === true
    this.defaults = Object.entries(schema.properties ?? {}).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value] as [string, Json]],
    )
  }

  get nullable(): boolean {
    return this.schema.nullable === true
  }

  /** The place of a declared property. */
  property(name: string): Node | undefined {
    if (this.#properties.has(name)) return this.#properties.get(name)
    const { properties } = this.schema
    const node = properties && Object.hasOwn(properties, name) ? new Node(properties[name]!) : undefined
    this.#properties.set(name, node)
    return node
  }

  /** Whether properties other than the declared ones are allowed: a map. */
  get open(): boolean {
    return this.schema.additionalProperties !== undefined && this.schema.additionalProperties !== false
  }

  /** The place of a map's values. */
  get additional(): Node | undefined {
    const { additionalProperties } = this.schema
    if (typeof additionalProperties === 'object') this.#additional ??= new Node(additionalProperties)
    return this.#additional
  }

  /** The place of a list's items. */
  get items(): Node | undefined {
    if (this.schema.items) this.#items ??= new Node(this.schema.items)
    return this.#items
  }

  get not(): Node | undefined {
    if (this.schema.not) this.#not ??= new Node(this.schema.not)
    return this.#not
  }

  /** The schemas that a value has to satisfy beside this one. */
  also(word: 'allOf' | 'anyOf' | 'oneOf'): Node[] {
    const list = this.schema[word]
    if (!list) return []
    const known = this.#lists.get(list)
    if (known) return known
    const nodes = list.map(schema => new Node(schema))
    this.#lists.set(list, nodes)
    return nodes
  }

  get pattern(): RegExp | undefined {
    if (this.schema.pattern) this.#pattern ??= goPattern(this.schema.pattern)
    return this.#pattern
  }

  /** The place of the child of that name, declared or not. */
  child(name: string): Node | undefined {
    return this.property(name) ?? this.additional
  }
}

/** The JSON type of a value, in a schema's words. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** `spec.x`, `spec["a.b"]`'s parent and so on: the path of a field below another. */
export const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

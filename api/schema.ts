/**
 * The words in which a custom resource is written down once: each word yields a structural schema and, with it, the TypeScript type of what it admits.
 * The words are Kubernetes' own (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/). Never reads a cluster or a file.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A validation rule of a CRD: `rule` is CEL over `self`. */
export interface Rule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'
  fieldPath?: string
}

/** A structural schema, as far as Kubernetes' CustomResourceDefinitions know it. */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  format?: 'int32' | 'int64' | 'date-time' | 'byte' | 'cidr' | 'ipv4' | 'ipv6'
  default?: Json
  enum?: (string | number)[]
  nullable?: boolean
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  properties?: { [name: string]: JsonSchema }
  additionalProperties?: JsonSchema
  required?: string[]
  minProperties?: number
  maxProperties?: number
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  'x-kubernetes-int-or-string'?: true
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-preserve-unknown-fields'?: true
  'x-kubernetes-embedded-resource'?: true
  'x-kubernetes-validations'?: Rule[]
}

/** A schema and the type of what it admits; `of` has no value. */
export interface Schema<T = unknown> {
  readonly json: JsonSchema
  readonly of?: T
}

/** A field that must be there. */
export interface RequiredSchema<T = unknown> extends Schema<T> {
  readonly required: true
}

/** The type that a schema, or a resource, admits. */
export type Of<S extends { readonly of?: unknown }> = Exclude<S['of'], undefined>

interface Fields {
  readonly [name: string]: Schema
}
type RequiredName<F> = { [K in keyof F]: F[K] extends { readonly required: true } ? K : never }[keyof F]

/** The type of an object with these fields: those under `req` must be there, all others may be. */
export type Shape<F extends Fields> = [RequiredName<F>] extends [never] ? Optional<F> : Needed<F> & Optional<F>
type Needed<F extends Fields> = { -readonly [K in RequiredName<F>]: Of<F[K]> }
type Optional<F extends Fields> = { -readonly [K in Exclude<keyof F, RequiredName<F>>]?: Of<F[K]> }

interface Common<T> {
  description?: string
  /** Put in by the API server where the field is absent. */
  default?: T
  rules?: Rule[]
}
/** What is said of a schema beside its type: its description alone, or more. */
type About<T, More extends keyof JsonSchema = never> = string | (Common<T> & Pick<JsonSchema, More>)

function say<T>(json: JsonSchema, about: string | ({ rules?: Rule[]; default?: unknown } & Omit<JsonSchema, 'default'>) = {}): Schema<T> {
  const { rules, ...more } = typeof about === 'string' ? { description: about } : about
  return { json: { ...json, ...(more as JsonSchema), ...(rules && { 'x-kubernetes-validations': rules }) } }
}

type Text = 'pattern' | 'minLength' | 'maxLength' | 'format' | 'allOf'
type Range = 'minimum' | 'maximum'
type Items = 'minItems' | 'maxItems' | 'format'

export const str = (about?: About<string, Text>): Schema<string> => say({ type: 'string' }, about)
export const bool = (about?: About<boolean>): Schema<boolean> => say({ type: 'boolean' }, about)
/** An integer without a format. */
export const int = (about?: About<number, Range>): Schema<number> => say({ type: 'integer' }, about)
export const int32 = (about?: About<number, Range>): Schema<number> => say({ type: 'integer', format: 'int32' }, about)
/** Beyond 2^53 a JavaScript number is not exact. */
export const int64 = (about?: About<number, Range>): Schema<number> => say({ type: 'integer', format: 'int64' }, about)
export const number = (about?: About<number, Range>): Schema<number> => say({ type: 'number' }, about)
/** A point in time, RFC 3339. */
export const time = (about?: About<string>): Schema<string> => say({ type: 'string', format: 'date-time' }, about)
/** Bytes in base64. */
export const bytes = (about?: About<string>): Schema<string> => say({ type: 'string', format: 'byte' }, about)
export const cidr = (about?: About<string, Text>): Schema<string> => say({ type: 'string', format: 'cidr' }, about)
/** One of these words. `enum` is a word of TypeScript. */
export const oneOf = <const V extends string | number>(values: readonly V[], about?: About<NoInfer<V>, Text>): Schema<V> =>
  say({ type: typeof values[0] === 'number' ? 'integer' : 'string', enum: [...values] }, about)

export const intOrString = (about?: About<number | string, 'pattern'>): Schema<number | string> =>
  say({ anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }, about)
const suffixed = '(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))'
/** A quantity of Kubernetes: `100m`, `1.5Gi`, `2`. */
export const quantity = (about?: string): Schema<number | string> =>
  say(intOrString({ pattern: `^(\\+|-)?${suffixed}(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?${suffixed}))?$` }).json, about)

/** A list that server-side apply takes as a whole, since it says nothing else. */
export const list = <T>(items: Schema<T>, about?: About<T[], Items>): Schema<T[]> => say({ type: 'array', items: items.json }, about)
/** A list of different values, each with an owner of its own. */
export const set = <T extends string | number>(items: Schema<T>, about?: About<T[], Items>): Schema<T[]> =>
  say({ ...list(items).json, 'x-kubernetes-list-type': 'set' }, about)
/** A list of objects told apart by these of their fields. */
export const listMap = <T extends object>(keys: readonly (keyof T & string)[], items: Schema<T>, about?: About<T[], Items>): Schema<T[]> =>
  say({ ...list(items).json, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] }, about)
/** Any names, all with values of one kind. */
export const map = <T>(values: Schema<T>, about?: About<{ [name: string]: T }>): Schema<{ [name: string]: T }> =>
  say({ type: 'object', additionalProperties: values.json }, about)

export function obj<const F extends Fields>(fields: F, about?: About<Shape<F>, 'minProperties' | 'maxProperties'>): Schema<Shape<F>> {
  const names = Object.keys(fields)
  const required = names.filter(name => isRequired(fields[name]))
  const properties = Object.fromEntries(Object.entries(fields).map(([name, { json }]) => [name, json]))
  return say({ type: 'object', ...(names.length > 0 && { properties }), ...(required.length > 0 && { required }) }, about)
}

const isRequired = (schema: Schema | undefined): boolean => schema !== undefined && 'required' in schema

/** Null is a value of its own. */
export const nullable = <T>({ json }: Schema<T>): Schema<T | null> => ({ json: { ...json, nullable: true } })
/** The field must be there. */
export const req = <T>(schema: Schema<T>): RequiredSchema<T> => ({ json: schema.json, required: true })
/** The list or object belongs to one owner as a whole. */
export const atomic = <T>({ json }: Schema<T>): Schema<T> => ({
  json: { ...json, [json.type === 'array' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type']: 'atomic' },
})
/** The same schema with a description, default, bounds or rules of its own. */
export const also = <T>({ json }: Schema<T>, about: About<T, Text | Range | Items>): Schema<T> => say(json, about)
export const rule = (expression: string, message?: string, more?: Omit<Rule, 'rule' | 'message'>): Rule => ({
  rule: expression,
  ...(message !== undefined && { message }),
  ...more,
})

/**
 * What of a resource can be understood: values that its schema does not know are told, and taken out, so that the rest can be judged all the same. The API server refuses them
 * too, but by the CRDs of the cluster, which may be older or newer than these. Judges no value that the schema admits.
 */
import type { JsonSchema } from '../../api/schema.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import { invalid } from './invalid.ts'

export interface Understood<T> {
  /** Shares what is in order with what was given. */
  readonly known: T
  readonly problems: Problem[]
}

/** `path` is where the value stands. What is null is as good as absent. */
export function understood<T extends object>(given: T, schema: JsonSchema, path: string): Understood<T> {
  const problems: Problem[] = []
  const known = (knownOf(given, schema, { path, problems }) ?? {}) as T
  return { known, problems }
}

/** The resource as far as its spec can be understood, and what is wrong with the rest, told of the resource. */
export function understoodSpec<R extends KubeObject & { spec?: object }>(resource: R, schema: JsonSchema): Understood<R> {
  if (resource.spec === undefined) return { known: resource, problems: [] }
  const { known, problems } = understood(resource.spec, schema, 'spec')
  const { apiVersion, kind, metadata } = resource
  const object = { apiVersion, kind, name: metadata.name }
  return { known: { ...resource, spec: known }, problems: problems.map(problem => ({ object, ...problem })) }
}

/** Problems but for those of what stands in where something is not understood: that has been told. */
export const besides = (problems: readonly Problem[], unclear: readonly Problem[]): Problem[] =>
  problems.filter(({ path = '' }) => !unclear.some(one => one.path !== undefined && (path === one.path || isBelow(path, one.path))))

const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}.`) || path.startsWith(`${above}[`)

interface Place {
  readonly path: string
  readonly problems: Problem[]
}

/** Undefined when nothing of it is. */
function knownOf(value: unknown, schema: JsonSchema, place: Place): unknown {
  if (value === undefined || value === null) return undefined
  const complaint = complaintAbout(value, schema)
  if (complaint) {
    const [message, remedy] = complaint
    place.problems.push(invalid(place.path, message, remedy))
    return undefined
  }
  if (Array.isArray(value)) return knownItems(value, schema, place)
  return typeof value === 'object' ? knownFields(value as Fields, schema, place) : value
}

/** What is no item leaves something in its place, if there is anything that says nothing, so that the others keep theirs. */
const knownItems = (list: readonly unknown[], { items = {} }: JsonSchema, { path, problems }: Place): unknown[] =>
  list
    .map((item, index) => {
      const at = `${path}[${index}]`
      if (item === null || item === undefined) problems.push(invalid(at, 'there is nothing', 'Write something there, or leave it out'))
      return knownOf(item, items, { path: at, problems }) ?? nothingOf(items)
    })
    .filter(item => item !== undefined)

interface Fields {
  readonly [name: string]: unknown
}

/** Fields that the schema does not name say nothing here, as to every program that is older than they are. */
function knownFields(fields: Fields, { properties, additionalProperties, required = [] }: JsonSchema, { path, problems }: Place): Fields {
  if (!properties && !additionalProperties) return fields
  const own = new Map(Object.entries(properties ?? {}))
  const entries = Object.entries(fields).flatMap(([name, value]) => {
    const schema = own.get(name) ?? additionalProperties
    if (!schema) return []
    const known = knownOf(value, schema, { path: own.has(name) ? `${path}.${name}` : `${path}[${name}]`, problems })
    return known === undefined ? [] : [[name, known] as const]
  })
  const known = Object.fromEntries(entries)
  const lacking = required.filter(name => known[name] === undefined)
  for (const name of lacking.filter(each => fields[each] === undefined || fields[each] === null)) {
    problems.push(invalid(`${path}.${name}`, 'it is not there, and must be', `Add it, or leave ${lastOf(path)} out`))
  }
  return { ...known, ...Object.fromEntries(lacking.flatMap(name => standIn(name, properties?.[name] ?? {}))) }
}

/** The part of a path that people look for. */
const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

function standIn(name: string, schema: JsonSchema): [string, unknown][] {
  const stand = nothingOf(schema)
  return stand === undefined ? [] : [[name, stand]]
}

/** Stands in for what must be there; of words and numbers there is none. */
function nothingOf({ type, enum: words, properties = {}, required = [] }: JsonSchema): unknown {
  if (type === 'object') return Object.fromEntries(required.flatMap(name => standIn(name, properties[name] ?? {})))
  if (type === 'array') return []
  return type === 'string' && !words ? '' : undefined
}

type Complaint = readonly [message: string, remedy: string]

/** What is wrong with the value itself; what is in it is looked at later. */
function complaintAbout(value: unknown, schema: JsonSchema): Complaint | undefined {
  if (schema['x-kubernetes-int-or-string']) return aboutNumberOrText(value, schema)
  if (schema.enum) return aboutWord(value, schema.enum)
  if (schema.type !== undefined && !fits(value, schema.type)) return aboutType(value, schema.type)
  if (typeof value === 'number') return aboutNumber(value, schema)
  if (typeof value === 'string') return aboutText(value, schema)
  return Array.isArray(value) ? aboutList(value, schema) : undefined
}

const names = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const

/** Who writes `bgp: yes` or `iptables` means one of the words. */
function aboutWord(value: unknown, words: readonly (string | number)[]): Complaint | undefined {
  if (words.some(word => word === value)) return undefined
  const offered = words.filter(word => word !== '')
  const meant = typeof value === 'string' ? offered.find(word => String(word).toLowerCase() === value.toLowerCase()) : undefined
  const choice = offered.length === 1 ? offered[0] : `one of ${offered.join(', ')}`
  return [
    typeof value === 'string' ? `${shown(value)} is not known` : `it is ${nameOf(value)}, and must be a word`,
    `Write ${meant ?? choice}`,
  ]
}

function aboutType(value: unknown, type: keyof typeof names): Complaint {
  const isQuoted = typeof value === 'string' && ['integer', 'number', 'boolean'].includes(type) && /^(-?\d+|true|false)$/.test(value)
  return [`it is ${nameOf(value)}, and must be ${names[type]}`, isQuoted ? `Write ${value} without quotes` : `Write ${names[type]}`]
}

function fits(value: unknown, type: keyof typeof names): boolean {
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  return type === 'object' ? typeof value === 'object' && !Array.isArray(value) : typeof value === type
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : shown(value)
}

/** A value as it is told: the beginning of a long text, and what cannot be seen as an escape. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

function aboutNumberOrText(value: unknown, { pattern }: JsonSchema): Complaint | undefined {
  if (typeof value !== 'string' && !Number.isInteger(value))
    return [`it is ${nameOf(value)}, and must be a whole number or a text`, 'Write one of them']
  return pattern !== undefined && !new RegExp(pattern).test(String(value))
    ? [`${shown(value)} is no quantity`, 'Write a number with a suffix of Kubernetes, such as 100m or 64Mi']
    : undefined
}

function aboutNumber(value: number, { minimum, maximum, format }: JsonSchema): Complaint | undefined {
  const least = minimum ?? (format === 'int32' ? -(2 ** 31) : Number.NEGATIVE_INFINITY)
  const most = maximum ?? (format === 'int32' ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY)
  if (value < least) return [`it is ${value}`, `Write ${least} or more`]
  return value > most ? [`it is ${value}`, `Write at most ${most}`] : undefined
}

function aboutText(value: string, { pattern, format }: JsonSchema): Complaint | undefined {
  if (pattern !== undefined && !new RegExp(pattern).test(value))
    return [`${shown(value)} has another form than it must`, `Write what matches ${pattern}`]
  return format === 'byte' && !base64.test(value) ? ['it is no base64', 'Write it in base64, without line breaks'] : undefined
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const aboutList = ({ length }: readonly unknown[], { maxItems }: JsonSchema): Complaint | undefined =>
  maxItems !== undefined && length > maxItems ? [`it has ${length} items`, `Leave at most ${maxItems}`] : undefined

/** Judges a custom resource by its schema, in the API server's words. Knows nothing of CEL, and changes nothing. */
import { isMap } from '../../kube/objects.ts'
import { equal, oldItem } from './equal.ts'
import { type FieldError, invalid, notSupported, required, tooLong, tooMany, typeInvalid } from './field-errors.ts'
import { hasFormat } from './formats.ts'
import { below, type Node, typeOf } from './structure.ts'

/** A value and where it stands. Only the server's own words count paths from the `status` of a status update. */
export interface Place {
  value: unknown
  /** The value that this one continues: errors of a value that did not change are forgiven. Undefined when there is none. */
  old?: unknown
  path: string
}

/** What was found while judging, and what the paths are relative to. */
interface Verdict {
  base: string
  errors: FieldError[]
  /** How many checks went well: of several alternatives that fail, the one that fitted best is told. */
  fits: number
}

/**
 * Everything wrong with a value, by kube-openapi's rules: types, formats, enums, patterns, limits, required fields, alternatives.
 * `base` is put before the fields' names, not into the messages.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation (and #validation-ratcheting)
 */
export function validate(node: Node, place: Place, base = ''): FieldError[] {
  const verdict: Verdict = { base, errors: [], fits: 0 }
  judge(node, place, verdict)
  return verdict.errors
}

function judge(node: Node, place: Place, verdict: Verdict): void {
  const before = verdict.errors.length
  judgeType(node, place, verdict)
  if (place.value !== null) {
    judgeAlternatives(node, place, verdict)
    judgeValue(node, place, verdict)
  }
  judgeEnum(node, place, verdict)
  if (Array.isArray(place.value)) judgeItems(node, place.value, { place, verdict })
  if (isMap(place.value)) judgeProperties(node, place.value, { place, verdict })
  if (verdict.errors.length === before) verdict.fits++
  else if (place.old !== undefined && equal(place.value, place.old)) verdict.errors.length = before
}

const at = ({ base }: Verdict, path: string): string => (base && path ? `${base}.${path}` : base || path).replace(/^\./, '')
/** An error whose words begin with the path, as most do. */
const wrong = (verdict: Verdict, { path, value }: { path: string; value: unknown }, words: string) =>
  verdict.errors.push(invalid(at(verdict, path), value, `${path} in body ${words}`))
/** An error of a whole, which names no field. */
const wrongWhole = (verdict: Verdict, words: string) => verdict.errors.push(invalid(verdict.base, '', words))

function judgeType(node: Node, { value, path }: Place, verdict: Verdict): void {
  const { types } = node
  const format = stringFormat(node)
  const is = typeOf(value)
  const fits = types.includes(is) || (is === 'integer' && types.includes('number'))
  if (fits || (types.length === 0 && !format) || (value === null && (node.nullable || types.length === 0))) return
  const textual = typeof value === 'string' || Array.isArray(value)
  if (format && textual) return
  const asked = format && value !== null ? format : types.join(',')
  const found = format && value !== null ? numberFormat(is) : is
  verdict.errors.push(typeInvalid(at(verdict, path), found, `${path} in body must be of type ${asked}: ${JSON.stringify(found)}`))
}

/** Formats of numbers are not checked at all. */
const stringFormat = ({ schema: { format, type } }: Node) => (format && type !== 'integer' && type !== 'number' ? format : undefined)
const numberFormat = (type: string) => ({ integer: 'int64', number: 'float64' })[type] ?? ''

function judgeAlternatives(node: Node, place: Place, verdict: Verdict): void {
  judgeAnyOf(node, place, verdict)
  judgeOneOf(node, place, verdict)
  const all = node.also('allOf').map(each => trial(each, place, verdict))
  const failed = all.filter(({ errors }) => errors.length > 0)
  for (const { errors } of failed) verdict.errors.push(...errors)
  if (failed.length > 0) {
    wrongWhole(verdict, `${quoted(place)} must validate all the schemas (allOf)${failed.length === all.length ? '. None validated' : ''}`)
  }
  if (node.not && trial(node.not, place, verdict).errors.length === 0)
    wrongWhole(verdict, `${quoted(place)} must not validate the schema (not)`)
}

function judgeAnyOf(node: Node, place: Place, verdict: Verdict): void {
  const any = node.also('anyOf')
  if (any.length === 0) return
  const tried: Verdict[] = []
  for (const each of any) {
    const one = trial(each, place, verdict)
    if (one.errors.length === 0) return
    tried.push(one)
  }
  wrongWhole(verdict, `${quoted(place)} must validate at least one schema (anyOf)`)
  verdict.errors.push(...best(tried).errors)
}

function judgeOneOf(node: Node, place: Place, verdict: Verdict): void {
  const one = node.also('oneOf')
  if (one.length === 0) return
  const tried = one.map(each => trial(each, place, verdict))
  const valid = tried.filter(({ errors }) => errors.length === 0).length
  if (valid === 1) return
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  wrongWhole(verdict, `${quoted(place)} must validate one and only one schema (oneOf). ${found}`)
  if (valid === 0) verdict.errors.push(...best(tried).errors)
}

const quoted = ({ path }: Place) => JSON.stringify(path)
const best = (tried: Verdict[]) => tried.reduce((a, b) => (b.fits > a.fits ? b : a))

/** What a schema that is only tried has to say. Nothing is forgiven inside of it. */
function trial(node: Node, { value, path }: Place, { base }: Verdict): Verdict {
  const verdict: Verdict = { base, errors: [], fits: 0 }
  judge(node, { value, path }, verdict)
  return verdict
}

function judgeValue(node: Node, place: Place, verdict: Verdict): void {
  if (typeof place.value === 'string') judgeString(node, place as Place & { value: string }, verdict)
  if (typeof place.value === 'number') judgeNumber(node, place as Place & { value: number }, verdict)
}

function judgeString(node: Node, place: Place & { value: string }, verdict: Verdict): void {
  const { value, path } = place
  const { maxLength, minLength, pattern } = node.schema
  const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length
  if (maxLength !== undefined && length > maxLength) verdict.errors.push(tooLong(at(verdict, path), maxLength))
  else if (minLength !== undefined && length < minLength) wrong(verdict, place, `should be at least ${minLength} chars long`)
  else if (pattern && !node.pattern!.test(value)) wrong(verdict, place, `should match '${pattern}'`)
  const format = stringFormat(node)
  if (format && !hasFormat(format, value)) {
    verdict.errors.push(typeInvalid(at(verdict, path), value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`))
  }
}

function judgeNumber(node: Node, place: Place & { value: number }, verdict: Verdict): void {
  const { value } = place
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = node.schema
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) wrong(verdict, place, `should be a multiple of ${multipleOf}`)
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    wrong(verdict, place, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    wrong(verdict, place, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
  }
}

function judgeEnum({ schema }: Node, { value, path }: Place, verdict: Verdict): void {
  if (!schema.enum || (value !== null && schema.enum.some(each => equal(each, value)))) return
  verdict.errors.push(notSupported(at(verdict, path), value, schema.enum))
}

interface Parts {
  place: Place
  verdict: Verdict
}

function judgeItems(node: Node, list: unknown[], { place: { path, old }, verdict }: Parts): void {
  const { maxItems, minItems, uniqueItems } = node.schema
  if (node.items) {
    for (const [index, value] of list.entries()) {
      judge(node.items, { value, path: `${path}[${index}]`, old: oldItem(node, value, old) }, verdict)
    }
  }
  if (minItems !== undefined && list.length < minItems) {
    wrong(verdict, { path, value: list.length }, `should have at least ${minItems} items`)
  }
  if (maxItems !== undefined && list.length > maxItems) verdict.errors.push(tooMany(at(verdict, path), list.length, maxItems))
  if (uniqueItems && list.some((item, index) => list.findIndex(each => equal(each, item)) < index)) {
    wrong(verdict, { path, value: '' }, "shouldn't contain duplicates")
  }
}

function judgeProperties(node: Node, map: Record<string, unknown>, { place: { path, old }, verdict }: Parts): void {
  const { minProperties, maxProperties, required: names = [] } = node.schema
  const size = Object.keys(map).length
  if (minProperties !== undefined && size < minProperties) {
    wrong(verdict, { path, value: size }, `should have at least ${minProperties} properties`)
  }
  if (maxProperties !== undefined && size > maxProperties) verdict.errors.push(tooMany(at(verdict, path), size, maxProperties))
  for (const [name, value] of Object.entries(map)) {
    const child = node.child(name)
    if (!child) continue
    // A map's values are told apart from fields only by the place where the path begins.
    const at = node.property(name) ? below(path, name) : `${path}.${name}`
    judge(child, { value, path: at, old: oldProperty(old, name, path) }, verdict)
  }
  for (const name of names) if (!Object.hasOwn(map, name)) verdict.errors.push(required(at(verdict, `${path}.${name}`), ''))
}

/** The type of an object is never forgiven: both versions are seen in the one that was asked for. */
function oldProperty(old: unknown, name: string, path: string): unknown {
  if (!isMap(old) || (path === '' && (name === 'kind' || name === 'apiVersion'))) return undefined
  return Object.hasOwn(old, name) ? old[name] : undefined
}

/** Judges a custom resource by the CEL rules in its schema. Changes nothing. */
import { isMap } from '../../kube/objects.ts'
import { CelError, compile, optional, type Program } from '../cel/environment.ts'
import { toCel } from '../cel/values.ts'
import { equal, oldItem } from './equal.ts'
import { duplicate, type FieldError, forbidden, invalid, required, textOf } from './field-errors.ts'
import { below, type Node, type ValidationRule } from './structure.ts'

interface Place {
  value: unknown
  old?: unknown
  path: string
  /** Whether this is a resource itself, whose rules see no more than its name of its metadata. */
  root?: boolean
  /** Whether the error of a value that did not change is only warned of. */
  ratchets: boolean
}

/** What the rules found: errors, and errors of values that did not change, of which the server only warns. */
export interface Findings {
  errors: FieldError[]
  warnings: string[]
}

/**
 * Every rule of the schema that does not hold. Rules that use `oldSelf` are asked only where there is an old value, or where they say it is optional.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules (and #transition-rules)
 */
export function checkRules(node: Node, value: unknown, old: unknown): Findings {
  const findings: Findings = { errors: [], warnings: [] }
  visit(node, { value, old, path: '', root: true, ratchets: old !== undefined }, findings)
  return findings
}

function visit(node: Node, place: Place, findings: Findings): void {
  const { value } = place
  if (value === null || value === undefined) return
  const rules = node.schema['x-kubernetes-validations']
  if (rules?.length) checkPlace(node, place, { rules, findings })
  for (const also of node.also('allOf')) if (hasRules(also)) visit(also, { ...place, ratchets: false }, findings)
  if (Array.isArray(value)) visitItems(node, value, { place, findings })
  else if (isMap(value)) visitProperties(node, value, { place, findings })
}

const hasRules = ({ schema }: Node) => JSON.stringify(schema).includes('"x-kubernetes-validations"')

function visitItems(node: Node, list: unknown[], { place, findings }: { place: Place; findings: Findings }): void {
  const { items } = node
  if (!items) return
  for (const [index, value] of list.entries()) {
    const old = oldItem(node, value, place.old)
    visit(items, { value, old, path: `${place.path}[${index}]`, ratchets: place.ratchets && old !== undefined }, findings)
  }
}

function visitProperties(node: Node, map: Record<string, unknown>, { place, findings }: { place: Place; findings: Findings }): void {
  for (const [name, value] of Object.entries(map)) {
    const property = node.property(name)
    const child = property ?? node.additional
    if (!child) continue
    const old = isMap(place.old) && Object.hasOwn(place.old, name) ? place.old[name] : undefined
    const path = property ? below(place.path, name) : `${place.path}[${name}]`
    visit(child, { value, old, path, root: child.embedded, ratchets: place.ratchets }, findings)
  }
}

function checkPlace(node: Node, place: Place, { rules, findings }: { rules: ValidationRule[]; findings: Findings }): void {
  const values = { self: seen(node, place.value, place), old: place.old === undefined ? undefined : seen(node, place.old, place) }
  for (const rule of rules) {
    const uses = /\boldSelf\b/.test(rule.rule)
    if (uses && place.old === undefined && !rule.optionalOldSelf) continue
    const error = failure(rule, { node, place, values })
    if (!error) continue
    // Unchanged values are forgiven, unless the rule is about the change.
    if (!uses && place.ratchets && equal(place.value, place.old)) findings.warnings.push(textOf(error))
    else findings.errors.push(error)
  }
}

/** The value as CEL sees it. Of a resource's metadata only the name is seen. */
function seen(node: Node, value: unknown, { root }: Place): unknown {
  if (!root || !isMap(value) || !isMap(value.metadata)) return toCel(value, node)
  const { name, generateName } = value.metadata
  const metadata = { ...(name !== undefined && { name }), ...(generateName !== undefined && { generateName }) }
  const self = toCel({ ...value, metadata: {} }, node) as Record<string, unknown>
  self.metadata = metadata
  return self
}

interface Asked {
  node: Node
  place: Place
  values: { self: unknown; old: unknown }
}

function failure(rule: ValidationRule, { node, place, values }: Asked): FieldError | undefined {
  const asked = rule.message?.trim() || rule.rule.trim()
  const given = { self: values.self, oldSelf: rule.optionalOldSelf ? optional(values.old) : values.old }
  try {
    if (program(rule.rule)(given) === true) return undefined
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    const words = error.compiling
      ? `rule compile error: compilation failed: ${error.message}`
      : error.message.startsWith('no such overload')
        ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${asked}`
        : `${error.message} evaluating rule: ${asked}`
    return invalid(place.path, node.schema.type ?? '', words)
  }
  const path = rule.fieldPath ? `${place.path}${normalised(rule.fieldPath)}`.replace(/^\./, '') : place.path
  const value = ['object', 'array'].includes(node.schema.type ?? '') ? undefined : place.value
  return ofReason(rule, { path, value, detail: message(rule, given) })
}

const program = (rule: string): Program => compile(rule, ['self', 'oldSelf'])

function message(rule: ValidationRule, values: Record<string, unknown>): string {
  const said = rule.messageExpression && evaluatedMessage(rule.messageExpression, values)
  return said || rule.message?.trim() || `failed rule: ${rule.rule.trim()}`
}

/** Undefined when it cannot be evaluated, is no text, empty, or longer than a line: then the rule's plain message is told. */
function evaluatedMessage(expression: string, values: Record<string, unknown>): string | undefined {
  try {
    const text = program(expression)(values)
    return typeof text === 'string' && text.trim().length <= 5120 && !text.trim().includes('\n') ? text.trim() : undefined
  } catch (error) {
    if (error instanceof CelError) return undefined
    throw error
  }
}

function ofReason({ reason }: ValidationRule, { path, value, detail }: { path: string; value: unknown; detail: string }): FieldError {
  if (reason === 'FieldValueForbidden') return forbidden(path, detail)
  if (reason === 'FieldValueRequired') return required(path, detail)
  if (reason === 'FieldValueDuplicate') return duplicate(path, value)
  return invalid(path, value, detail)
}

/** `.spec['a b'].c` as paths are shown: `.spec.a b.c`. */
const normalised = (path: string) => path.replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_, name: string) => `.${name.replace(/\\(.)/g, '$1')}`)

/** The complaints about a schema's rules that no value is needed for: those that do not compile. */
export function compileErrors(rule: ValidationRule, path: string): FieldError[] {
  const check = (field: 'rule' | 'messageExpression') => {
    const expression = rule[field]
    if (!expression) return field === 'rule' ? [required(`${path}.rule`, 'rule is not specified')] : []
    try {
      program(expression)
      return []
    } catch (error) {
      return [invalid(`${path}.${field}`, expression, `compilation failed: ${(error as Error).message}`)]
    }
  }
  return [...check('rule'), ...check('messageExpression')]
}

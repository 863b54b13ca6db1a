/** Small judgments that rules of many kinds are made of. Each gives the complaints about one field. */
import type { LabelSelector } from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { checkLabels } from '../metadata.ts'
import { labelKey, labelValue, type NameRule, portName, portNumber } from '../names.ts'

export const oneOf = (value: unknown, allowed: string[], path: string): FieldError[] =>
  allowed.includes(value as string) ? [] : [notSupported(path, value ?? '', allowed)]

/** Like `oneOf`, but an empty value is missing rather than wrong. */
export const oneOfRequired = (value: string | undefined, allowed: string[], path: string): FieldError[] =>
  value ? oneOf(value, allowed, path) : [required(path)]

export const notNegative = (value: number | undefined, path: string): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []

export const named = (value: string | undefined, rule: NameRule, path: string): FieldError[] =>
  value ? rule(value).map(words => invalid(path, value, words)) : [required(path)]

/** A name that need not be there. */
export const perhapsNamed = (value: string | undefined, rule: NameRule, path: string): FieldError[] =>
  value ? named(value, rule, path) : []

export const present = (value: unknown, path: string, detail = ''): FieldError[] =>
  value === undefined || value === '' || value === null ? [required(path, detail)] : []

export const port = (value: number | undefined, path: string): FieldError[] =>
  portNumber(value ?? 0).map(words => invalid(path, value ?? 0, words))

export const portOrName = (value: number | string | undefined, path: string): FieldError[] =>
  typeof value === 'string' ? portName(value).map(words => invalid(path, value, words)) : port(value, path)

export const unchanged = (value: unknown, old: unknown, path: string): FieldError[] =>
  equal(value, old) ? [] : [invalid(path, value ?? null, 'field is immutable')]

/** Places of values that are there for the second time. */
export const repeated = <T>(list: readonly T[]): number[] =>
  list.flatMap((value, index) => (value !== undefined && value !== '' && list.indexOf(value) < index ? [index] : []))

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function selector(value: LabelSelector | undefined, path: string): FieldError[] {
  const expressions = (value?.matchExpressions ?? []).flatMap((expression, index) =>
    requirement(expression, `${path}.matchExpressions[${index}]`),
  )
  return [...checkLabels(value?.matchLabels, `${path}.matchLabels`), ...expressions]
}

function requirement({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }, path: string): FieldError[] {
  const listed = operator === 'In' || operator === 'NotIn'
  const bare = operator === 'Exists' || operator === 'DoesNotExist'
  return [
    ...(listed && values.length === 0 ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")] : []),
    ...(bare && values.length > 0
      ? [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
      : []),
    ...(listed || bare ? [] : [invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')]),
    ...labelKey(key ?? '').map(words => invalid(`${path}.key`, key ?? '', words)),
    ...values.flatMap((value, index) => labelValue(value).map(words => invalid(`${path}.values[${index}]`, value, words))),
  ]
}

/** Whether labels are selected. A selector that says nothing selects all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Record<string, string>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const has = Object.hasOwn(labels, key)
      if (operator === 'Exists') return has
      if (operator === 'DoesNotExist') return !has
      const among = has && values.includes(labels[key]!)
      return operator === 'In' ? among : !among
    })
  )
}

export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

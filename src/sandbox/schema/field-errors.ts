/** What is wrong with a field, in the API server's words, and the refusal made of several of them. Never judges a value itself. */
import { groupOf } from '../../kube/objects.ts'
import type { Status } from '../../kube/transport.ts'

export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'

export interface FieldError {
  type: FieldErrorType
  /** `spec.ports[0].name`; empty for the whole object. */
  field: string
  /** The bad value; undefined when it is not shown. */
  value?: unknown
  detail?: string
}

const title: Record<FieldErrorType, string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
}
const valueless: FieldErrorType[] = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueTooLong']

export const required = (field: string, detail = ''): FieldError => ({ type: 'FieldValueRequired', field, detail })
export const invalid = (field: string, value: unknown, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, value, detail })
export const forbidden = (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail })
export const duplicate = (field: string, value: unknown): FieldError => ({ type: 'FieldValueDuplicate', field, value })
export const notFound = (field: string, value: unknown): FieldError => ({ type: 'FieldValueNotFound', field, value })
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueTypeInvalid',
  field,
  value,
  detail,
})
export const notSupported = (field: string, value: unknown, supported: unknown[]): FieldError => {
  const quoted = supported.map(each => JSON.stringify(typeof each === 'string' ? each : JSON.stringify(each)))
  return { type: 'FieldValueNotSupported', field, value, detail: `supported values: ${quoted.join(', ')}` }
}
export const tooLong = (field: string, max: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  detail: `may not be more than ${max} byte${max === 1 ? '' : 's'}`,
})
export const tooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  value: actual,
  detail: `must have at most ${max} item${max === 1 ? '' : 's'}`,
})

/** `Invalid value: "x": must be y`: an error without its field. */
export function bodyOf({ type, value, detail }: FieldError): string {
  const shown = value === undefined || valueless.includes(type) ? '' : `: ${shownValue(value)}`
  return `${title[type]}${shown}${detail ? `: ${detail}` : ''}`
}

/** `spec.x: Invalid value: "x": must be y`. */
export const textOf = (error: FieldError): string => `${error.field || '<nil>'}: ${bodyOf(error)}`

/** The body of a 422 answer. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function invalidStatus(
  errors: FieldError[],
  { apiVersion, kind, name }: { apiVersion: string; kind: string; name: string },
): Status {
  const group = groupOf(apiVersion)
  const texts = [...new Set(errors.map(textOf))]
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${group ? `${kind}.${group}` : kind} ${JSON.stringify(name)} is invalid: ${list}`,
    reason: 'Invalid',
    details: {
      ...(name && { name }),
      ...(group && { group }),
      kind,
      causes: errors.map(error => ({ reason: error.type, message: bodyOf(error), field: error.field || '<nil>' })),
    },
    code: 422,
  }
}

/** The body of a 400 answer. */
export const badRequest = (message: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason: 'BadRequest',
  code: 400,
})

/** A map in its own order stands for one of the server's structs, which keep theirs. */
function shownValue(value: unknown): string {
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value))
  return typeof value === 'object' ? goJson(value) : JSON.stringify(value)
}

/** As Go writes JSON: keys in order of the alphabet, `<`, `>` and `&` escaped. */
function goJson(value: unknown): string {
  const sorted = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(sorted)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(
      Object.entries(each)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    )
  }
  return JSON.stringify(sorted(value)).replace(/[<>&]/g, char => `\\u00${char.charCodeAt(0).toString(16)}`)
}

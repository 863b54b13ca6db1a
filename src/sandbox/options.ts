/** Judges the query parameters of requests, in the API server's words. Never looks at objects. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import type { Call } from './call.ts'
import { badRequest, invalid } from './refusals.ts'
import type { FieldError } from './schema/index.ts'

const text = (value: string | undefined) => value ?? ''
const forbidden = (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail })
const unsupported = (field: string, value: unknown, supported: string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  value,
  detail: `supported values: ${supported.map(each => JSON.stringify(each)).join(', ')}`,
})

function refuse(kind: string, errors: (FieldError | undefined | false)[]): void {
  const found = errors.filter(error => error !== undefined && error !== false)
  if (found.length > 0) throw invalid(found, { apiVersion: 'meta.k8s.io/v1', kind, name: '' })
}

/** Of creations, updates and patches. Throws Refusal. */
export function checkWriteOptions(call: Call): void {
  const { verb, query, contentType } = call
  const apply = isApply(contentType)
  refuse(verb === 'create' ? 'CreateOptions' : verb === 'update' ? 'UpdateOptions' : 'PatchOptions', [
    verb === 'patch' && !apply && query.force !== undefined && forbidden('force', 'may not be specified for non-apply patch'),
    verb === 'patch' &&
      apply &&
      !query.fieldManager && { type: 'FieldValueRequired', field: 'fieldManager', detail: 'is required for apply patch' },
    (query.fieldManager?.length ?? 0) > 128 && {
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      detail: 'may not be more than 128 bytes',
    },
    checkDryRun(query.dryRun),
    query.fieldValidation !== undefined &&
      !['', 'Ignore', 'Warn', 'Strict'].includes(query.fieldValidation) &&
      unsupported('fieldValidation', query.fieldValidation, ['Ignore', 'Warn', 'Strict']),
  ])
}

const checkDryRun = (dryRun: string | undefined) => dryRun !== undefined && dryRun !== 'All' && unsupported('dryRun', [dryRun], ['All'])

export const isApply = (contentType: string): boolean => contentType.startsWith('application/apply-patch+')

export interface DeleteOptions {
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  preconditions?: { uid?: string; resourceVersion?: string }
  gracePeriodSeconds?: number
  dryRun: boolean
}

const policies = ['Foreground', 'Background', 'Orphan']

/** Of deletions: in the body, or else in the query. Throws Refusal. */
export function deleteOptions(call: Call): DeleteOptions {
  const all = deleteParameters(call)
  const dryRun = (all.dryRun ?? []) as string[]
  const orphan = all.orphanDependents === undefined ? undefined : String(all.orphanDependents) === 'true'
  const policy = all.propagationPolicy as DeleteOptions['propagationPolicy']
  refuse('DeleteOptions', [
    policy !== undefined && !policies.includes(policy) && unsupported('propagationPolicy', policy, [...policies, 'nil']),
    policy !== undefined && orphan !== undefined && twoPolicies(policy),
    dryRun.length > 0 && checkDryRun(dryRun.join(',')),
  ])
  const chosen = policy ?? (orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background')
  return {
    ...(chosen && { propagationPolicy: chosen }),
    ...(all.preconditions !== undefined && { preconditions: all.preconditions as NonNullable<DeleteOptions['preconditions']> }),
    ...(all.gracePeriodSeconds !== undefined && { gracePeriodSeconds: Number(all.gracePeriodSeconds) }),
    dryRun: dryRun.length > 0,
  }
}

function deleteParameters({ body, query }: Call): Record<string, unknown> {
  const sent = (typeof body === 'string' ? parse(body) : body) as Record<string, unknown> | undefined | null
  if (sent && Object.keys(sent).length > 0) return sent
  return { ...query, ...(query.dryRun !== undefined && { dryRun: [query.dryRun] }) }
}

const twoPolicies = (value: string): FieldError => ({
  type: 'FieldValueInvalid',
  field: 'propagationPolicy',
  value,
  detail: 'orphanDependents and deletionPropagation cannot be both set',
})

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('the body of the request is no JSON')
  }
}

export interface ListOptions {
  limit: number
  continueToken: string
  resourceVersion: string
  match: '' | 'Exact' | 'NotOlderThan'
  initialEvents: boolean | undefined
  bookmarks: boolean
  timeoutSeconds: number | undefined
}

/** Of lists and watches. Throws Refusal. */
export function listOptions({ query, verb }: Call): ListOptions {
  const options: ListOptions = {
    limit: integer(query.limit),
    continueToken: text(query.continue),
    resourceVersion: text(query.resourceVersion),
    match: text(query.resourceVersionMatch) as ListOptions['match'],
    initialEvents: query.sendInitialEvents === undefined ? undefined : isTrue(query.sendInitialEvents),
    bookmarks: isTrue(query.allowWatchBookmarks),
    timeoutSeconds: query.timeoutSeconds === undefined ? undefined : integer(query.timeoutSeconds),
  }
  refuse('ListOptions', verb === 'watch' ? watchErrors(options) : listErrors(options))
  return options
}

export const isTrue = (value: string | undefined): boolean => value === 'true' || value === '1'

function integer(value: string | undefined): number {
  if (value === undefined || value === '') return 0
  if (!/^-?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  return Number(value)
}

const match = (detail: string) => forbidden('resourceVersionMatch', detail)

function listErrors({ match: how, resourceVersion, continueToken, initialEvents }: ListOptions): (FieldError | false)[] {
  if (initialEvents !== undefined) return [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
  if (how === '') return []
  return [
    resourceVersion === '' && match('resourceVersionMatch is forbidden unless resourceVersion is provided'),
    continueToken !== '' && match('resourceVersionMatch is forbidden when continue is provided'),
    how !== 'Exact' && how !== 'NotOlderThan' && unsupported('resourceVersionMatch', how, ['Exact', 'NotOlderThan', '']),
    how === 'Exact' && resourceVersion === '0' && match('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
  ]
}

function watchErrors({ match: how, initialEvents }: ListOptions): (FieldError | false)[] {
  if (initialEvents === undefined)
    return [how !== '' && match('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')]
  return [how !== 'NotOlderThan' && match('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')]
}

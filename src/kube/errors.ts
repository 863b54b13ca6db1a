/** What an API server's refusals mean. Never decides what to do about one: that is the caller's affair. */
import { describe, type ObjectRef } from './objects.ts'
import type { Response, Status } from './transport.ts'

interface Circumstances {
  verb: string
  ref?: ObjectRef
  /** Milliseconds after which the server asks to be tried again. */
  retryAfter?: number
}

/** The object has changed since it was read. */
export class Stale extends Error {}

/** The server answered, and the answer was no. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly reason: string
  readonly body: Status
  readonly verb: string
  readonly ref: ObjectRef | undefined
  /** Milliseconds after which the server asks to be tried again. */
  readonly retryAfter: number | undefined

  constructor(status: number, body: Status, { verb, ref, retryAfter }: Circumstances) {
    super(`${verb}${ref ? ` ${describe(ref)}` : ''}: ${body.message ?? body.reason ?? 'no reason given'} (${status})`)
    this.status = status
    this.body = body
    this.reason = body.reason ?? ''
    this.verb = verb
    this.ref = ref
    this.retryAfter = retryAfter
  }

  /** The fields the server found fault with: `spec.selector: Invalid value: …: field is immutable`. Empty for most refusals. */
  get causes(): { field: string; message: string }[] {
    return (this.body.details?.causes ?? []).map(({ field = '', message = '' }) => ({ field, message }))
  }
}

/** No answer came: connection refused or reset, name not resolved, time ran out. The request may or may not have taken effect. */
export class Unreachable extends Error {
  override name = 'Unreachable'
  /** Such as ECONNREFUSED; undefined when nothing more is known. */
  readonly code: string | undefined
  constructor(message: string, options: { cause?: unknown; code?: string } = {}) {
    super(message, { cause: options.cause })
    this.code = options.code
  }
}

/** The error that a response other than 2xx amounts to. Bodies that are no Status (a proxy's page) become one. */
export function apiError(
  { status, headers, body }: Pick<Response, 'status' | 'headers' | 'body'>,
  what: Omit<Circumstances, 'retryAfter'>,
): ApiError {
  const said = isStatus(body) ? body : statusOf(status, body)
  return new ApiError(status, said, { ...what, retryAfter: retryAfter(headers, said) })
}

const isStatus = (body: unknown): body is Status => typeof body === 'object' && body !== null && (body as Status).kind === 'Status'

function statusOf(code: number, body: unknown): Status {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: text.slice(0, 500).trim() }
}

/** Retry-After in whole seconds, from the header or, where a proxy drops it, from the body; the date form is not used by Kubernetes. */
function retryAfter(headers: Record<string, string>, { details }: Status): number | undefined {
  const seconds = Number(headers['retry-after'] ?? details?.retryAfterSeconds ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

const is =
  (test: (error: ApiError) => boolean) =>
  (error: unknown): error is ApiError =>
    error instanceof ApiError && test(error)

export const isNotFound = is(({ status }) => status === 404)
export const isAlreadyExists = is(({ status, reason }) => status === 409 && reason === 'AlreadyExists')
export const isConflict = is(({ status, reason }) => status === 409 && reason !== 'AlreadyExists')
/** The resourceVersion asked for is too old: list anew. */
export const isGone = is(({ status }) => status === 410)
export const isForbidden = is(({ status }) => status === 403)
/** Rights are missing, or who asks is not known: asking again soon would not help. */
export const lacksRights = is(({ status }) => status === 401 || status === 403)
export const isTooMany = is(({ status }) => status === 429)
export const isInvalid = is(({ status }) => status === 422)
export const isUnreachable = (error: unknown): error is Unreachable => error instanceof Unreachable

/** What the server says, with status 500, of an applied object whose form is wrong (unknown field, a list-map key twice, a null item). */
const malformedApply = ['failed to create typed patch object', 'failed to create typed live object', 'failed to convert new object']

/** Whether the very same request can only fail again: only another object, or other permissions (403), can help. */
export const isPermanent = is(
  ({ status, body: { message = '' } }) =>
    status === 400 ||
    status === 403 ||
    status === 405 ||
    status === 413 ||
    status === 415 ||
    status === 422 ||
    (status === 500 && malformedApply.some(text => message.includes(text))),
)

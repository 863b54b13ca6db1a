/** What the API server answers when it does not do what was asked: bodies, codes and words of kube-apiserver. Never decides when. */
import type { KubeObject } from '../kube/objects.ts'
import type { Status } from '../kube/transport.ts'
import { badRequest as badRequestStatus, type FieldError, invalidStatus } from './schema/field-errors.ts'

/** Ends a request with this answer. A body that is text is no Status: what the server says of paths it does not know at all. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: number
  readonly body: Status | string
  /** Seconds after which the client is asked to come back. */
  readonly retryAfter: number | undefined

  constructor(code: number, body: Status | string, retryAfter?: number) {
    super(typeof body === 'string' ? body : (body.message ?? String(code)))
    this.code = code
    this.body = body
    this.retryAfter = retryAfter
  }
}

/** What a refusal is about: plural name or kind, as the server happens to name it in that refusal. */
export interface About {
  group?: string
  resource: string
  name?: string
}

type Details = NonNullable<Status['details']>

export function refusal(code: number, { reason, message, details }: { reason?: string; message: string; details?: Details }): Refusal {
  const body: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason && { reason }),
    ...(details && { details }),
    code,
  }
  return new Refusal(code, body, details?.retryAfterSeconds)
}

const detailsOf = ({ group, resource, name }: About): Details => ({ ...(name && { name }), ...(group && { group }), kind: resource })
/** `deployments.apps "x"`. */
const text = ({ group, resource, name }: About) => `${group ? `${resource}.${group}` : resource} "${name ?? ''}"`

export const unknownPath = () => new Refusal(404, '404 page not found\n')
export const unknownResource = () =>
  refusal(404, { reason: 'NotFound', message: 'the server could not find the requested resource', details: {} })
export const notFound = (about: About) =>
  refusal(404, { reason: 'NotFound', message: `${text(about)} not found`, details: detailsOf(about) })
export const alreadyExists = (about: About, { metadata }: KubeObject) => {
  const going = metadata.deletionTimestamp ? 'object is being deleted: ' : ''
  return refusal(409, { reason: 'AlreadyExists', message: `${going}${text(about)} already exists`, details: detailsOf(about) })
}
export const badRequest = (message: string) => new Refusal(400, badRequestStatus(message))
export const internal = (message: string) => refusal(500, { message })
export const conflict = (about: About, why: string) =>
  refusal(409, { reason: 'Conflict', message: `Operation cannot be fulfilled on ${text(about)}: ${why}`, details: detailsOf(about) })
export const modified = (about: About) =>
  conflict(about, 'the object has been modified; please apply your changes to the latest version and try again')
export const invalid = (errors: FieldError[], about: { apiVersion: string; kind: string; name: string }) =>
  new Refusal(422, invalidStatus(errors, about))
export const methodNotAllowed = () =>
  refusal(405, { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource', details: {} })
export const expired = (message: string) => refusal(410, { reason: 'Expired', message })

export function forbidden(about: About, why: string, causes?: Details['causes']): Refusal {
  const subject = about.name ? text(about) : about.group ? `${about.resource}.${about.group}` : about.resource
  return refusal(403, {
    reason: 'Forbidden',
    message: `${subject} is forbidden: ${why}`,
    details: { ...detailsOf(about), ...(causes && { causes }) },
  })
}

export const unsupportedMedia = (accepted: readonly string[]) =>
  refusal(415, {
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  })

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#unavailable-resource-versions */
export const tooLargeVersion = (asked: number, current: number) =>
  refusal(504, {
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  })

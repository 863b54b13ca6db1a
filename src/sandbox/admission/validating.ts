/** ValidatingAdmissionPolicies: whether a write may be. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
import { aboutResource } from '../call.ts'
import { CelError } from '../cel/environment.ts'
import { type Refusal, refusal } from '../refusals.ts'
import type { Review, Server } from '../server.ts'
import { addVariables, conditionsHold, evaluate, evaluated, Failure, type Values, valuesOf } from './expressions.ts'
import { nameOf } from './matching.ts'
import { type Bound, boundPolicies, type Policy } from './policies.ts'

interface Validating extends Policy {
  readonly spec: Policy['spec'] & { validations?: Validation[] }
}

interface Validation {
  expression: string
  message?: string
  messageExpression?: string
  reason?: string
}

/** Why a write may not be. */
interface Denial {
  message: string
  reason: string
}

const codes: Record<string, number> = { Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413, Unauthorized: 401 }

/** Throws Refusal for the first denial; warns of those that are only to be warned of. */
export function validatePolicies(server: Server, review: Review): void {
  for (const bound of boundPolicies<Validating>(server, review, 'ValidatingAdmissionPolicy')) {
    for (const denial of denials(server, review, bound)) act(denial, bound, review)
  }
}

function act({ message, reason }: Denial, { policy, binding }: Bound<Validating>, review: Review): void {
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`
  const actions = binding.spec.validationActions ?? []
  if (actions.includes('Warn')) review.call.warnings.push(`Validation failed for ${names}: ${message}`)
  if (!actions.includes('Deny')) return
  throw denied(review, { message: `${names} denied request: ${message}`, reason })
}

/** `configmaps "x" is forbidden: …`, whatever the reason. */
export function denied(review: Review, { message, reason }: Denial): Refusal {
  const about = { ...aboutResource(review.call), name: nameOf(review) }
  const { group, resource, name } = about
  const subject = `${group ? `${resource}.${group}` : resource} ${JSON.stringify(name)}`
  return refusal(codes[reason] ?? 422, {
    reason,
    message: `${subject} is forbidden: ${message}`,
    details: { name, ...(group && { group }), kind: resource, causes: [{ message }] },
  })
}

function denials(server: Server, review: Review, { policy, params, missing }: Bound<Validating>): Denial[] {
  if (missing) return [{ message: missing, reason: 'Invalid' }]
  const { spec } = policy
  const values = valuesOf(server, review, params)
  try {
    if (!conditionsHold(spec.matchConditions, values)) return []
  } catch (error) {
    return failed(error, spec)
  }
  addVariables(values, spec.variables ?? [])
  return (spec.validations ?? []).flatMap(validation => {
    try {
      if (evaluated(validation.expression, values) === true) return []
      return [{ message: messageOf(validation, values), reason: validation.reason ?? 'Invalid' }]
    } catch (error) {
      return failed(error, spec)
    }
  })
}

/** What cannot be judged is denied, unless the policy says it does not matter. */
function failed(error: unknown, { failurePolicy }: Policy['spec']): Denial[] {
  if (!(error instanceof Failure)) throw error
  return failurePolicy === 'Ignore' ? [] : [{ message: error.message, reason: 'Invalid' }]
}

function messageOf({ expression, message, messageExpression }: Validation, values: Values): string {
  if (messageExpression) {
    try {
      const text = evaluate(messageExpression, values)
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim()
    } catch (error) {
      if (!(error instanceof CelError)) throw error
    }
  }
  return message || `failed expression: ${expression.trim()}`
}

/** CEL as admission policies and match conditions use it: what they see of a request, and what their conditions say. */

import { isDryRun } from '../call.ts'
import { CelError, compile } from '../cel/environment.ts'
import { toCel } from '../cel/values.ts'
import type { Item } from '../objects.ts'
import type { Review, Server } from '../server.ts'
import { nameOf, namespaceOf } from './matching.ts'

/** What expressions can name. */
export type Values = Record<string, unknown>

const names = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer', 'variables']

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression */
export function valuesOf(server: Server, review: Review, params?: Item): Values {
  const { object, old } = review
  return {
    object: toCel(object ?? null),
    oldObject: toCel(old ?? null),
    request: toCel(requestOf(review)),
    params: toCel(params ?? null),
    namespaceObject: toCel(namespaceOf(server, review) ?? null),
    authorizer: null,
    variables: {},
  }
}

/** The part of an AdmissionReview that says what is asked. */
export function requestOf(review: Review): Record<string, unknown> {
  const { call, operation } = review
  const { group, version, plural, kind } = call.served
  const asked = { kind: { group, version, kind }, resource: { group, version, resource: plural } }
  return {
    ...asked,
    requestKind: asked.kind,
    requestResource: asked.resource,
    ...(call.subresource !== undefined && { subResource: call.subresource, requestSubResource: call.subresource }),
    name: nameOf(review),
    namespace: call.namespace ?? '',
    operation,
    userInfo: { username: call.user.name, groups: call.user.groups, ...(call.user.uid !== undefined && { uid: call.user.uid }) },
    dryRun: isDryRun(call),
    options: {},
  }
}

/** Adds variables that are worked out when an expression first asks for them. Changes the values. */
export function addVariables(values: Values, variables: { name: string; expression: string }[]): void {
  const all = values.variables as object
  for (const { name, expression } of variables) {
    let known: { value: unknown } | undefined
    const get = () => {
      known ??= { value: evaluate(expression, values) }
      return known.value
    }
    Object.defineProperty(all, name, { enumerable: true, get })
  }
}

/** Throws CelError. */
export const evaluate = (expression: string, values: Values): unknown => compile(expression, names)(values)

/** An expression that could not be evaluated, in the words of the server. */
export class Failure extends Error {
  override name = 'Failure'
}

/** Like `evaluate`; throws Failure. */
export function evaluated(expression: string, values: Values): unknown {
  try {
    return evaluate(expression, values)
  } catch (error) {
    if (error instanceof CelError) throw new Failure(`expression '${expression}' resulted in error: ${error.message}`)
    throw error
  }
}

/** Whether all conditions hold. One that does not outweighs one that fails. Throws Failure. */
export function conditionsHold(conditions: { expression: string }[] | undefined, values: Values): boolean {
  let failure: unknown
  for (const { expression } of conditions ?? []) {
    try {
      if (evaluated(expression, values) !== true) return false
    } catch (error) {
      failure ??= error
    }
  }
  if (failure) throw failure
  return true
}

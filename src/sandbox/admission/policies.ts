/** Which admission policies have a say in a write, by which binding, with which parameters. Judges nothing. */
import type { MatchResources, ParamKind, ParamRef } from '../../kube/kinds.ts'
import type { Item } from '../objects.ts'
import { selects } from '../schema/builtin/checks.ts'
import { storageKey } from '../served.ts'
import type { Review, Server } from '../server.ts'
import { type Match, matches } from './matching.ts'

export interface Policy extends Item {
  readonly spec: PolicySpec
}

export interface PolicySpec {
  failurePolicy?: string
  paramKind?: ParamKind
  matchConstraints?: MatchResources
  matchConditions?: { name: string; expression: string }[]
  variables?: { name: string; expression: string }[]
  reinvocationPolicy?: string
}

interface Binding extends Item {
  readonly spec: { policyName?: string; paramRef?: ParamRef; matchResources?: MatchResources; validationActions?: string[] }
}

/** A policy that is bound to a write, once for each set of parameters. */
export interface Bound<P extends Policy> {
  policy: P
  binding: Binding
  params: Item | undefined
  /** Why there are no parameters where there have to be some. */
  missing?: string
}

/** `kind`: ValidatingAdmissionPolicy or MutatingAdmissionPolicy. In order of their names. */
export function boundPolicies<P extends Policy>(server: Server, review: Review, kind: string): Bound<P>[] {
  const policies = all<P>(server, `${kind.toLowerCase().replace(/y$/, 'ies')}.admissionregistration.k8s.io`)
  if (policies.length === 0) return []
  const bindings = all<Binding>(server, `${kind.toLowerCase()}bindings.admissionregistration.k8s.io`)
  return policies.flatMap(policy => {
    if (!matches(server, review, matchOf(policy.spec.matchConstraints))) return []
    const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
    return own
      .filter(({ spec }) => matches(server, review, matchOf(spec.matchResources)))
      .flatMap(binding => parameters(server, review, { policy, binding }).map(found => ({ policy, binding, ...found })))
  })
}

const all = <T extends Item>(server: Server, kind: string): T[] =>
  [...server.store.collection(kind).objects.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)) as T[]

/** A binding without rules adds none. */
function matchOf(match: MatchResources | undefined): Match {
  const { resourceRules, excludeResourceRules, namespaceSelector, objectSelector, matchPolicy } = match ?? {}
  return {
    ...(resourceRules?.length && { rules: resourceRules }),
    ...(excludeResourceRules && { excluded: excludeResourceRules }),
    namespaceSelector,
    objectSelector,
    matchPolicy,
  }
}

interface Pair {
  policy: Policy
  binding: Binding
}

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources */
function parameters(server: Server, review: Review, { policy, binding }: Pair): { params: Item | undefined; missing?: string }[] {
  const { paramKind } = policy.spec
  const { paramRef } = binding.spec
  if (!paramKind || !paramRef) return [{ params: undefined }]
  const served = server.catalogue.ofKind(paramKind.apiVersion ?? '', paramKind.kind ?? '')
  if (!served)
    return [
      {
        params: undefined,
        missing: `failed to configure binding: failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
      },
    ]
  const namespace = served.namespaced ? (paramRef.namespace ?? review.call.namespace) : undefined
  const found = [...server.store.collection(storageKey(served)).objects.values()].filter(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      (paramRef.name === undefined || metadata.name === paramRef.name) &&
      (!paramRef.selector || selects(paramRef.selector, metadata.labels ?? {})),
  )
  if (found.length > 0) return found.map(params => ({ params }))
  if (paramRef.parameterNotFoundAction === 'Allow') return []
  return [
    { params: undefined, missing: 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction' },
  ]
}

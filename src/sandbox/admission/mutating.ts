/** MutatingAdmissionPolicies: what is changed of an object before it is judged. https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
import { applyJsonPatch, type JsonPatch, PatchError } from '../../kube/jsonpatch.ts'
import { merged } from '../apply/merge.ts'
import { deducedShape } from '../apply/shape.ts'
import { shapeOf } from '../apply/shapes.ts'
import { fromCel } from '../cel/values.ts'
import type { Item } from '../objects.ts'
import type { Review, Server } from '../server.ts'
import { addVariables, conditionsHold, evaluated, Failure, valuesOf } from './expressions.ts'
import { type Bound, boundPolicies, type Policy } from './policies.ts'
import { denied } from './validating.ts'

interface Mutating extends Policy {
  readonly spec: Policy['spec'] & { mutations?: Mutation[] }
}

interface Mutation {
  patchType: string
  jsonPatch?: { expression: string }
  applyConfiguration?: { expression: string }
}

/** The object as the policies leave it; the one given when there is nothing to change. Throws Refusal. */
export function mutateByPolicies(server: Server, review: Review): Item | undefined {
  const bound = boundPolicies<Mutating>(server, review, 'MutatingAdmissionPolicy')
  let { object } = review
  const seen = new Map<Bound<Mutating>, Item | undefined>()
  for (const each of bound) {
    object = mutated(server, { ...review, object }, each)
    seen.set(each, object)
  }
  // Those that want it are asked again of what others changed after them.
  for (const each of bound) {
    if (each.policy.spec.reinvocationPolicy === 'IfNeeded' && seen.get(each) !== object)
      object = mutated(server, { ...review, object }, each)
  }
  return object
}

function mutated(server: Server, review: Review, bound: Bound<Mutating>): Item | undefined {
  const { policy, binding, params, missing } = bound
  try {
    if (missing) throw new Failure(missing)
    return withMutations(server, review, { spec: policy.spec, params })
  } catch (error) {
    if (!(error instanceof Failure || error instanceof PatchError)) throw error
    if (policy.spec.failurePolicy === 'Ignore' && !missing) return review.object
    const names = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`
    throw denied(review, { message: `${names} denied request: ${error.message}`, reason: 'Invalid' })
  }
}

function withMutations(
  server: Server,
  review: Review,
  { spec, params }: { spec: Mutating['spec']; params: Item | undefined },
): Item | undefined {
  let { object } = review
  if (!object || !conditionsHold(spec.matchConditions, valuesOf(server, review, params))) return object
  for (const mutation of spec.mutations ?? []) {
    // Each mutation sees what the one before left.
    const values = valuesOf(server, { ...review, object }, params)
    addVariables(values, spec.variables ?? [])
    object = changed(object, mutation, expression => fromCel(evaluated(expression, values)))
  }
  return object

  function changed(before: Item, { patchType, jsonPatch, applyConfiguration }: Mutation, value: (expression: string) => unknown): Item {
    if (patchType === 'JSONPatch') {
      const patch = value(jsonPatch?.expression ?? '[]') as JsonPatch
      return patch.length === 0 ? before : (applyJsonPatch(before, patch) as Item)
    }
    const { schema } = review.call.served
    return merged(schema ? shapeOf(schema) : deducedShape, before, value(applyConfiguration?.expression ?? '{}')) as Item
  }
}

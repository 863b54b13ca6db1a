/** Fields that the server lets nobody change: which objects are deleted and made anew for them, and what to say of the others. Pure. */
import { equal, leftovers, type Ownership } from './compare.ts'
import { ApiError, isInvalid } from './errors.ts'
import { groupKindOf, type KubeObject, type ObjectRef } from './objects.ts'
import type { SchemaNode } from './schema.ts'

type Content = KubeObject & { [field: string]: unknown }

/** Objects that nothing is lost with. A workload is never among them: its pods would go too. */
const replaceable: Record<string, readonly (readonly string[])[]> = {
  'rbac.authorization.k8s.io/RoleBinding': [['roleRef']],
  'rbac.authorization.k8s.io/ClusterRoleBinding': [['roleRef']],
  '/Secret': [['type']],
  // One with an address never becomes one without.
  '/Service': [['spec', 'clusterIP']],
  'batch/Job': [
    ['spec', 'template'],
    ['spec', 'selector'],
    ['spec', 'completionMode'],
  ],
}

/** Whether the wanted content can be had only by deleting the object first. */
export function mustBeReplaced(wanted: KubeObject, live: KubeObject, how: Ownership): boolean {
  const fields = replaceable[groupKindOf(wanted)] ?? []
  const differs = fields.some(path => {
    const [mine, theirs, type] = path.reduce<[unknown, unknown, SchemaNode | undefined]>(
      ([a, b, node], name) => [(a as Content | undefined)?.[name], (b as Content | undefined)?.[name], node?.fields?.[name]],
      [wanted, live, how.schema],
    )
    return mine !== undefined && theirs !== undefined && !contains(theirs, mine, type)
  })
  return differs || (fields.length > 0 && leavesOut(fields, [...leftovers(wanted, live, how)]))
}

/** Something of ours is to go that lies within one of these. */
const leavesOut = (fields: readonly (readonly string[])[], left: readonly (readonly string[])[]): boolean =>
  left.some(steps => fields.some(path => path.every((name, index) => steps[index] === `f:${name}`)))

/** Whether the live value has all that is wanted; the server adds to a Job's template. */
function contains(live: unknown, wanted: unknown, schema: SchemaNode | undefined): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted) || schema?.atomic) return equal(wanted, live, schema)
  return Object.entries(wanted).every(([name, value]) => contains((live as Content)[name], value, schema?.fields?.[name] ?? schema?.values))
}

/** A refusal to change such a field, with what to do about it; every other error as it is. */
export function clearer(error: unknown, ref: ObjectRef): unknown {
  if (!isInvalid(error) || !/immutable|may not be changed|Forbidden: updates to/i.test(error.message)) return error
  const fields = error.causes.map(({ field }) => field).filter(Boolean)
  const where = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`
  const message = `${fields.join(', ') || 'a field'} cannot be changed on an existing ${ref.kind}. Delete it, and it is made anew: kubectl delete ${ref.kind.toLowerCase()}${where} ${ref.name}. The server said: ${error.body.message ?? ''}`
  return new ApiError(error.status, { ...error.body, message }, { verb: error.verb, ref: error.ref ?? ref })
}

/**
 * What Goldmane, Whisker, Guardian and the API server have in common: a resource of its own asks for each, and none can do without an Installation, its namespace and an
 * authority for certificates. Looks at that, says what is missing, and finishes what was made; what is made, each says for itself.
 */

import type { WorkloadOverlay } from '../../api/overrides.ts'
import type { JsonSchema } from '../../api/schema.ts'
import { requesterBindings } from '../certificates/csr.ts'
import type { Calico } from '../installation/calico.ts'
import type { ImageName } from '../installation/images.ts'
import { workloadOverride } from '../installation/overrides/workload.ts'
import { besides, understoodSpec } from '../installation/understood.ts'
import { withoutPullSecrets } from '../installation/waiting.ts'
import { ClusterRoleBinding, ConfigMap, Namespace, Secret } from '../kube/kinds.ts'
import { type Kind, type KubeObject, type ObjectRef, ownerOf, refOf } from '../kube/objects.ts'
import type { Outcome, Reader, Removal, Wanted } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { finish } from '../render/finish.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { type Decision, readAsked, readStanding } from './asked.ts'
import type { Issued, Keyed } from './component-keys.ts'
import { ifOurs } from './if-ours.ts'
import { keptPolicies } from './policies.ts'
import { afterStored, secretsOf } from './stored.ts'
import type { Surroundings } from './surroundings.ts'

/** A resource that asks for a component. */
export interface Asking extends KubeObject {
  spec?: object
}

export interface Operand<R extends Asking, I extends Issued> extends Keyed<I> {
  resource: R
  /** What of it is not understood. */
  unclear: readonly Problem[]
  /** Another that asks for the same. */
  rival?: R
  decision: Decision
  /** The namespace of all pods is there, and stays. */
  settled: boolean
}

/** Kinds of what `outcomeOf` adds. */
export const operandKinds: readonly Kind[] = [ConfigMap, Secret, ClusterRoleBinding]

/** A kind that says what its spec may be. */
interface Described {
  readonly definition: { readonly spec: { readonly json: JsonSchema } }
}

interface OperandWanted<R extends Asking, I extends Issued> {
  kind: Kind<R> & Described
  name: string
  otherwise?: string
  keys(calico: Calico): Promise<Keyed<I>>
}

/** Undefined when nobody asks, or there is no Installation. What is being deleted takes along what it owns, and gets nothing anew. */
export async function readOperand<R extends Asking, I extends Issued>(
  cluster: Reader,
  { environment }: Surroundings,
  { kind, name, otherwise, keys }: OperandWanted<R, I>,
): Promise<Operand<R, I> | undefined> {
  const [first, second, asked] = await Promise.all([
    cluster.get(kind, name),
    otherwise === undefined ? undefined : cluster.get(kind, otherwise),
    readAsked(cluster),
  ])
  const asking = first ?? second
  if (!asking || asking.metadata.deletionTimestamp || !asked) return undefined
  const { known: resource, problems: unclear } = understoodSpec(asking, kind.definition.spec.json)
  const [decision, namespace] = await Promise.all([readStanding(cluster, environment, asked), cluster.get(Namespace, calicoSystem)])
  return {
    ...(decision.calico && (await keys(decision.calico))),
    ...{ resource, unclear, decision },
    ...(first && second && { rival: second }),
    settled: namespace !== undefined && namespace.metadata.deletionTimestamp === undefined,
  }
}

export interface Needs<R extends Asking> {
  images: readonly ImageName[]
  /** Fields of the resource's spec that override a workload. */
  overrides: readonly (keyof NonNullable<R['spec']> & string)[]
  /** What else is wrong with the resource. */
  wrong?: readonly Problem[]
  /** What else is not there. */
  missing?: readonly Problem[]
}

/** The Calico that it goes with, and its keys. Throws with everything that is wrong or missing: Invalid if the user has to change something, else Waiting. */
export function ready<R extends Asking, I extends Issued>(
  { resource, unclear, rival, decision, settled, issued, waiting }: Operand<R, I>,
  { images, overrides, wrong = [], missing = [] }: Needs<R>,
): I & { calico: Calico } {
  const { calico, asked, facts } = decision
  const invalid = [
    ...unclear,
    ...(rival ? [twice(resource, rival)] : []),
    ...besides([...overrides.flatMap(field => overrideFaults(resource, field)), ...wrong], unclear),
    ...(issued?.keys.problems ?? []),
  ]
  if (!calico) throw invalid.length > 0 ? new Invalid([...invalid, undecided]) : new Waiting([undecided])
  const absent = [
    ...(settled ? [] : [unsettled]),
    ...withoutPullSecrets(asked, facts),
    ...calico.lacks(['keyCertProvisioner', ...images]),
    ...(waiting?.problems ?? []),
    ...missing,
  ]
  const again = issued?.keys.again
  if (invalid.length > 0) throw new Invalid([...invalid, ...absent], { again })
  if (!issued || absent.length > 0) throw new Waiting(absent, { again })
  return { calico, ...issued }
}

export function overrideFaults<R extends Asking>(resource: R, field: keyof NonNullable<R['spec']> & string): Problem[] {
  const overlay = (resource.spec as { [field: string]: unknown } | undefined)?.[field] as WorkloadOverlay | undefined
  const faults = overlay ? workloadOverride(overlay, `spec.${field}`) : []
  return faults.map(fault => ({ reason: 'ResourceValidationError', object: refOf(resource), ...fault }))
}

export const twice = (resource: Asking, { metadata: { name } }: Asking): Problem => ({
  reason: 'ResourceReadError',
  message: `Duplicate configuration detected: there is another one, named ${name}`,
  object: refOf(resource),
  remedy: 'Delete one of them',
})

const installation: ObjectRef = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }

export const undecided: Problem = {
  reason: 'ResourceNotReady',
  message: 'Waiting for Installation Variant to be set',
  object: installation,
  remedy: 'See TigeraStatus calico for what is wrong with it',
}

const unsettled: Problem = {
  reason: 'ResourceUpdateError',
  message: `Error creating / updating resource: namespaces "${calicoSystem}" not found`,
  object: { apiVersion: 'v1', kind: 'Namespace', name: calicoSystem },
  remedy: 'See TigeraStatus calico for what it waits for',
}

export interface Made {
  objects: readonly (KubeObject | Wanted)[]
  /** What must not be there, whoever made it. */
  remove?: readonly (ObjectRef | Removal)[]
  /** What older operators made; as `ifOurs` takes it away. */
  retired?: readonly ObjectRef[]
  /** Service accounts whose pods request their certificates, where any of them do. */
  requesters?: readonly string[]
}

/** What was made, with its keys and what goes with them, finished as that of the resource. */
export function outcomeOf<R extends Asking>(
  calico: Calico,
  { resource, issued: { keys, trust } }: { resource: R; issued: Issued },
  { objects, remove = [], retired = [], requesters = [] }: Made,
): Outcome {
  const requested = Object.values(keys.pairs).some(pair => pair?.initContainer)
  const all: (KubeObject | Wanted)[] = [
    ...(trust ? [trust.object] : []),
    ...secretsOf(keys),
    ...(requested ? requesterBindings(calicoSystem, requesters).objects : []),
    ...afterStored(keys, objects),
  ]
  return {
    objects: finish(calico, all, { owner: ownerOf(resource), spec: resource.spec ?? {} }),
    remove: [...keys.remove, ...remove, ...ifOurs(retired)],
    disown: keys.disown,
    keeps: keptPolicies(calico),
    warnings: keys.warnings,
    ...(keys.again !== undefined && { again: keys.again }),
  }
}

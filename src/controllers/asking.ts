/** A resource that asks for a component, whichever it is: what it says, as far as it is understood, and the Calico it goes with. What is made for it, others say. */
import type { WorkloadOverlay } from '../../api/overrides.ts'
import type { JsonSchema } from '../../api/schema.ts'
import type { Calico } from '../installation/calico.ts'
import type { ImageName } from '../installation/images.ts'
import { workloadOverride } from '../installation/overrides/workload.ts'
import { besides, understoodSpec } from '../installation/understood.ts'
import { withoutPullSecrets } from '../installation/waiting.ts'
import { type Kind, type KubeObject, refOf } from '../kube/objects.ts'
import type { Outcome, Reader } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { type Decision, withoutInstallation } from './asked.ts'

export interface Asking extends KubeObject {
  spec?: object
}

/** Whom a controller serves, and a kind that says what its spec may be. */
export interface AskingWanted<R extends Asking> {
  kind: Kind<R> & { readonly definition: { readonly spec: { readonly json: JsonSchema } } }
  name: string
  otherwise?: string
}

export interface Heard<R extends Asking> {
  resource: R
  /** What of it is not understood. */
  unclear: readonly Problem[]
  /** Another that asks for the same. */
  rival?: R
}

/** Undefined when nobody asks. What is being deleted takes along what it owns, and gets nothing anew. */
export async function readAsking<R extends Asking>(
  cluster: Reader,
  { kind, name, otherwise }: AskingWanted<R>,
): Promise<Heard<R> | undefined> {
  const [first, second] = await Promise.all([cluster.get(kind, name), otherwise === undefined ? undefined : cluster.get(kind, otherwise)])
  const asking = first ?? second
  if (!asking || asking.metadata.deletionTimestamp) return undefined
  const { known: resource, problems: unclear } = understoodSpec(asking, kind.definition.spec.json)
  return { resource, unclear, ...(first && second && { rival: second }) }
}

/** Of those that only wait where there is no Calico that they would belong to: nothing is wrong with what is asked for. */
export const alone = ({ kind }: Kind): Outcome => ({ awaited: [`${kind} waits for an Installation named default`] })

export interface Needs<R extends Asking> {
  images: readonly ImageName[]
  /** Fields of the resource's spec that override a workload. */
  overrides: readonly (keyof NonNullable<R['spec']> & string)[]
  /** What else is wrong with the resource. */
  wrong?: readonly Problem[]
  /** What else is not there. */
  missing?: readonly Problem[]
}

/** The Calico that it goes with. Throws with everything that is wrong or missing; that is looked at again after so many milliseconds, where they are given. */
export function calicoFor<R extends Asking>(heard: HeardWithDecision<R>, needs: Needs<R>, again?: number): Calico {
  const found = calicoOrHindrance(heard, needs, again)
  if (found instanceof Error) throw found
  return found
}

type HeardWithDecision<R extends Asking> = Heard<R> & { decision: Decision }

/** The same for those who can do something all the same: Invalid if the user has to change something, else Waiting. */
export function calicoOrHindrance<R extends Asking>(
  { resource, unclear, rival, decision }: HeardWithDecision<R>,
  { images, overrides, wrong = [], missing = [] }: Needs<R>,
  again?: number,
): Calico | Invalid | Waiting {
  const { calico, asked, facts } = decision
  const invalid = [
    ...unclear,
    ...(rival ? [twice(resource, rival)] : []),
    ...besides([...overrides.flatMap(field => overrideFaults(resource, field)), ...wrong], unclear),
  ]
  if (!calico) return invalid.length > 0 ? new Invalid([...invalid, undecided]) : new Waiting([undecided])
  const absent = [...withoutPullSecrets(asked, facts), ...calico.lacks(images), ...missing]
  if (invalid.length > 0) return new Invalid([...invalid, ...absent], { again })
  return absent.length > 0 ? new Waiting(absent, { again }) : calico
}

function overrideFaults<R extends Asking>(resource: R, field: keyof NonNullable<R['spec']> & string): Problem[] {
  const overlay = (resource.spec as { [field: string]: unknown } | undefined)?.[field] as WorkloadOverlay | undefined
  const faults = overlay ? workloadOverride(overlay, `spec.${field}`) : []
  return faults.map(fault => ({ reason: 'ResourceValidationError', object: refOf(resource), ...fault }))
}

const twice = (resource: Asking, { metadata: { name } }: Asking): Problem => ({
  reason: 'ResourceReadError',
  message: `Duplicate configuration detected: there is another one, named ${name}`,
  object: refOf(resource),
  remedy: 'Delete one of them',
})

export const undecided: Problem = {
  ...withoutInstallation,
  reason: 'ResourceNotReady',
  message: 'Waiting for Installation Variant to be set',
  remedy: 'See TigeraStatus calico for what is wrong with it',
}

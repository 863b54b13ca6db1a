/**
 * What Goldmane, Whisker, Guardian and the API server have in common: a resource of its own asks for each, and none can do without an Installation, its namespace and an
 * authority for certificates. Looks at that, says what is missing, and finishes what was made; what is made, each says for itself.
 */
import { requesterBindings } from '../certificates/csr.ts'
import type { WantedPair } from '../certificates/read.ts'
import type { Calico } from '../installation/calico.ts'
import { ClusterRoleBinding, ConfigMap, Namespace, Secret } from '../kube/kinds.ts'
import { type Kind, type KubeObject, type ObjectRef, ownerOf } from '../kube/objects.ts'
import type { Outcome, Reader, Removal, Wanted } from '../reconcile/controller.ts'
import { type Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { finish } from '../render/finish.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { type Decision, readAsked, readStanding } from './asked.ts'
import { type Asking, type AskingWanted, calicoOrHindrance, type Heard, type Needs, readAsking } from './asking.ts'
import { type Issued, type IssuedWithTrust, type Keyed, readComponentKeys, readPairs, type TrustWanted } from './component-keys.ts'
import { ifOurs } from './if-ours.ts'
import { keptPolicies } from './policies.ts'
import { afterStored, secretsOf } from './stored.ts'
import type { Surroundings } from './surroundings.ts'

export interface Operand<R extends Asking, I extends Issued> extends Heard<R>, Keyed<I> {
  decision: Decision
  /** The namespace of all pods is there, and stays. */
  settled: boolean
}

/** Kinds of what `outcomeOf` adds. */
export const operandKinds: readonly Kind[] = [ConfigMap, Secret, ClusterRoleBinding]

interface OperandWanted<R extends Asking, Pair extends string> extends AskingWanted<R> {
  pairs(calico: Calico): readonly WantedPair<Pair>[]
}

/** Undefined when nobody asks; `alone` when somebody does, and there is no Calico that it would belong to. Without `trust` its pods trust nobody in particular. */
export async function readOperand<R extends Asking, Pair extends string>(
  cluster: Reader,
  surroundings: Surroundings,
  wanted: OperandWanted<R, Pair> & { trust: TrustWanted },
): Promise<Operand<R, IssuedWithTrust<Pair>> | 'alone' | undefined>
export async function readOperand<R extends Asking, Pair extends string>(
  cluster: Reader,
  surroundings: Surroundings,
  wanted: OperandWanted<R, Pair>,
): Promise<Operand<R, Issued<Pair>> | 'alone' | undefined>
export async function readOperand<R extends Asking, Pair extends string>(
  cluster: Reader,
  surroundings: Surroundings,
  { pairs, trust, ...asking }: OperandWanted<R, Pair> & { trust?: TrustWanted },
): Promise<Operand<R, Issued<Pair>> | 'alone' | undefined> {
  const [heard, asked] = await Promise.all([readAsking(cluster, asking), readAsked(cluster)])
  if (!heard) return undefined
  if (!asked) return 'alone'
  const [decision, namespace] = await Promise.all([
    readStanding(cluster, surroundings.environment, asked),
    cluster.get(Namespace, calicoSystem),
  ])
  const { calico } = decision
  const keys = calico && { calico, pairs: pairs(calico) }
  return {
    ...heard,
    ...(keys &&
      (trust ? await readComponentKeys(cluster, surroundings, { ...keys, trust }) : await readPairs(cluster, surroundings, keys))),
    decision,
    settled: namespace !== undefined && namespace.metadata.deletionTimestamp === undefined,
  }
}

/** The Calico that it goes with, and its keys. Throws with everything that is wrong or missing, as `calicoFor` does. */
export function ready<R extends Asking, I extends Issued>(operand: Operand<R, I>, needs: Needs<R>): Ready<I> {
  const found = readyOrHindrance(operand, needs)
  if (found instanceof Error) throw found
  return found
}

type Ready<I extends Issued> = I & { calico: Calico }

/** The same for those who can do something all the same. */
export function readyOrHindrance<R extends Asking, I extends Issued>(
  { settled, issued, waiting, ...heard }: Operand<R, I>,
  { images, wrong = [], missing = [], ...needs }: Needs<R>,
): Ready<I> | Invalid | Waiting {
  const calico = calicoOrHindrance(
    heard,
    {
      ...needs,
      images: ['keyCertProvisioner', ...images],
      wrong: [...wrong, ...(issued?.keys.problems ?? [])],
      missing: [...(settled ? [] : [unsettled]), ...(waiting?.problems ?? []), ...missing],
    },
    issued?.keys.again,
  )
  if (calico instanceof Error) return calico
  // Who has no keys waits for the authority, and has been told.
  return issued ? { calico, ...issued } : new Waiting(waiting?.problems ?? [])
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

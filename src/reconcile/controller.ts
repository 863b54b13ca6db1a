/** What a controller is: it reads, then says what it wants. It never writes, waits, reads a clock or opens a socket. */
import type { Kind, KubeObject, ObjectRef } from '../kube/objects.ts'
import type { Problem } from './problems.ts'

/** Sees the cluster, and remembers what was looked at: what a controller read is what wakes it again. */
export interface Reader {
  /** One object, or undefined when there is none or its kind is not served. Waits until the kind is synced. */
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined>
  /** All objects of a kind, ordered by namespace and name; of one namespace when given. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<T[]>
  /** Whether the API server serves the kind now. */
  serves(kind: Kind): Promise<boolean>
  /** A value computed from all objects of a kind. Wakes only when the value, compared as JSON, changes. */
  derive<T extends KubeObject, V>(name: string, kind: Kind<T>, project: (objects: T[]) => V): Promise<V>
}

/** Something wanted. A bare object is wanted whole: fields of ours not in it are taken away. */
export interface Wanted<T extends KubeObject = KubeObject> {
  object: T
  /** Not written before all of these hold. */
  after?: Condition[]
  /** `claim`: of these fields only those nobody else has set (the object may be somebody else's, and is never removed by us). */
  mode?: 'whole' | 'claim' | 'create-only'
}

/** Something that must hold first: an object exists, is rolled out (DaemonSet, Deployment), established (CRD), or gone with its pods. */
export interface Condition {
  ref: ObjectRef
  is: 'present' | 'available' | 'established' | 'gone'
}

/** All that a controller has to say about the cluster as it read it. */
export interface Outcome {
  /** Complete and finished objects; order among kinds is the loop's affair. */
  objects?: (KubeObject | Wanted)[]
  /** Objects that must not be there, whoever made them (what older versions left behind). */
  remove?: ObjectRef[]
  /** Problems found, all of them; the rest goes on. */
  problems?: Problem[]
  /** Texts appended to the Available message, as for certificates about to expire. */
  warnings?: string[]
  /** Fields of the status of the resource this controller serves, beside its conditions. */
  status?: { [field: string]: unknown }
  /** Look again after so many milliseconds, for what no event tells (an expiry date). */
  again?: number
}

export interface Controller<Facts = unknown> {
  /** The name of its TigeraStatus, and in logs and metrics. */
  readonly name: string
  /** The kind it serves, and the object's name: owner of what it makes, carrier of its status. */
  readonly serves?: { kind: Kind; name: string }
  /** Whether it reports a TigeraStatus. */
  readonly reports: boolean
  /** Only reads. Undefined when there is nothing to serve: what it owned goes, its TigeraStatus too. */
  read(cluster: Reader): Promise<Facts | undefined>
  /** A pure function of what was read. May throw Invalid or Waiting, which stop the whole. */
  desired(facts: Facts): Outcome
}

export const defineController = <Facts>(controller: Controller<Facts>): Controller<Facts> => controller

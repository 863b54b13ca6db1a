/** What a controller is: it reads, then says what it wants. It never writes, waits, reads a clock or opens a socket. */
import type { Kind, KubeObject, ObjectRef } from '../kube/objects.ts'
import type { Releasing } from '../kube/release.ts'
import type { Problem } from './problems.ts'

/** Sees the cluster, and remembers what was looked at: what a controller read is what wakes it again. */
export interface Reader {
  /** One object, or undefined when there is none or its kind is not served. Waits until the kind is synced. */
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined>
  /** All objects of a kind, ordered by namespace and name; of one namespace when given. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<T[]>
  /** Whether the API server serves the kind now. */
  serves(kind: Kind): Promise<boolean>
  /** A value computed from all objects of a kind. Wakes only when the value, compared as JSON, changes. The same name is always given with the same projection: controllers share what came of it, and none changes it. */
  derive<T extends KubeObject, V>(name: string, kind: Kind<T>, project: (objects: T[]) => V): Promise<V>
}

/** Something wanted. A bare object is wanted whole: fields of ours that are not in it are taken away. */
export interface Wanted<T extends KubeObject = KubeObject> {
  object: T
  /** The object is somebody else's as well: only the fields in here are ours. */
  part?: boolean
  /** More fields of the same object, each of which counts only where nobody else has set it. */
  defaults?: { [field: string]: unknown }
  /** Not written before all of these hold. */
  after?: Condition[]
  /** Left alone once it is there, whatever it then says. */
  createOnly?: boolean
  /** The resourceVersion of the object that was read, '' where there was none: what has come since is not written over before it was read too. */
  over?: string
  /** Left alone where it is there and neither we nor an operator before us wrote it. */
  yields?: boolean
  /** Good to have, and no fault where it is refused: that is told as a warning. */
  optional?: boolean
  /** Its kind has no path of its own for status, so what the object says there is wanted like the rest. */
  statusInside?: boolean
  /** Of an object that is there, only the status is wanted, through this path. */
  subresource?: 'status' | 'approval'
}

/** Something to take away, once these hold. Workloads go with their pods: they are gone only when the last of these is. */
export interface Removal {
  ref: ObjectRef
  after?: Condition[]
  /** Only if we, or an operator before us, wrote it: what somebody else made stays, and is told with these words where there are any. */
  ours?: string
}

/** Finalizers and fields to be taken off an object, whoever put them there, once these conditions hold. */
export interface Release extends Releasing {
  ref: ObjectRef
  after?: Condition[]
}

/**
 * Something that must hold first: an object exists, has a pod that answers (Deployment), is rolled out (DaemonSet, Deployment), established (CRD), gone with its pods,
 * or, if it is wanted in the same Outcome, is as wanted.
 */
export interface Condition {
  ref: ObjectRef
  is: 'present' | 'answering' | 'available' | 'established' | 'gone' | 'written'
}

/** All that a controller has to say about the cluster as it read it. */
export interface Outcome {
  /** Complete and finished objects; order among kinds is the loop's affair. */
  objects?: (KubeObject | Wanted)[]
  /** Objects that must not be there, whoever made them (what older versions left behind, what goes first when all goes). */
  remove?: (ObjectRef | Removal)[]
  /** What was ours once and is somebody else's by now: it stays when we go, and nothing of it is ours any more. */
  disown?: readonly ObjectRef[]
  /** What stays although nobody wants it: whether it is wanted cannot be told now, or somebody else takes it away. */
  keeps?: { kinds?: readonly Kind[]; objects?: readonly ObjectRef[] }
  /** What is to be taken off objects, one after the other, once nothing else is left to do. */
  release?: Release | readonly Release[]
  /** Problems found, all of them; the rest goes on. */
  problems?: Problem[]
  /** What is waited for though nothing is wrong, in sentences. */
  awaited?: string[]
  /** All is to go, and what is waited for is only that it may: until then what is there does its work. */
  leaving?: boolean
  /** Texts appended to the Available message, as for certificates about to expire. */
  warnings?: string[]
  /** Fields of the status of the resource this controller serves, beside its conditions; undefined ones are taken away. */
  status?: { [field: string]: unknown }
  /** More of them, which become true only when everything is available. */
  achieved?: { [field: string]: unknown }
  /** Conditions of that resource beside those that are mirrored, for what has to be remembered; they stay when they are no longer named. */
  notes?: readonly Note[]
  /** Look again after so many milliseconds, for what no event tells (an expiry date). */
  again?: number
}

/** A condition whose time is when it was first written so. */
export interface Note {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
  /** Something waits for it, so it is written at once. */
  soon?: boolean
}

export interface Controller<Facts = unknown> {
  /** What it is called in logs and metrics. */
  readonly name: string
  /** The kind it serves, and the object's name, or another where there is none of that: owner of what it makes, carrier of its status. */
  readonly serves?: { kind: Kind; name: string; otherwise?: string }
  /** The TigeraStatus that shows its problems and its workloads; several controllers may share one, which exists while the one of its name has something to serve. */
  readonly reports?: string
  /** Whether the resource it serves carries these conditions too, and what the Outcome says of its status. */
  readonly mirrors?: boolean
  /** The namespaces in which it makes objects, where that is not Calico's own. */
  readonly places?: readonly string[]
  /** Kinds of which it may have made objects that it no longer wants; these, and those of which it wants any, are looked through for what to take away. */
  readonly makes?: readonly Kind[]
  /** Only reads. Undefined when there is nothing to serve: what it owned goes, its TigeraStatus too. */
  read(cluster: Reader): Promise<Facts | undefined>
  /** A pure function of what was read. May throw Invalid or Waiting, which stop the whole. */
  desired(facts: Facts): Outcome
}

export const defineController = <Facts>(controller: Controller<Facts>): Controller<Facts> => controller

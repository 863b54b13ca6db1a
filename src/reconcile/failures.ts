/** What could not be done to which object: when it is tried again, and how it is told so that somebody can act. Never tells a secret. */
import type { Clock, Random } from '../kube/clock.ts'
import { Contested, Unsettled } from '../kube/contest.ts'
import { ApiError, isForbidden, isInvalid, isPermanent, isUnreachable } from '../kube/errors.ts'
import { describe, type Kind, type KubeObject, keyOf, type ObjectRef, resourceOf } from '../kube/objects.ts'
import { delayAfter } from './backoff.ts'
import type { Problem, Reason } from './problems.ts'

/** What was tried. */
export interface Attempt {
  ref: ObjectRef
  /** Equal for equal wishes: something else is tried at once. */
  content: () => string
  doing: 'write' | 'remove' | 'release' | 'disown'
  /** As it is wanted, or as it is there: what of it is secret is not told. */
  object?: KubeObject
  /** It is a part of somebody else's object. */
  part?: boolean
  /** It is no fault where it cannot be had. */
  optional?: boolean
}

/** Something that is left alone for now, and why. */
export interface Rest {
  problem: Problem
  /** The object was as wanted when it was last looked at; only nobody sees when it changes. */
  made: boolean
  /** Milliseconds until it is tried again. */
  retryIn: number
}

interface Failure {
  attempts: number
  /** When it failed, and how long it is left alone from then, in milliseconds. */
  at: number
  rest: number
  content: string
  problem: Problem
  made: boolean
}

/** An answer that can only be the same again is asked for as if it had failed so often already. */
const permanent = 4
/** A server out of reach is well again any moment, and nothing is asked of it while its watches are down. */
const mostWhenUnreachable = 3
/** However long a server asks to be left alone, and however a clock is set. */
const longestRest = 600_000

export class Failures {
  readonly #clock: Clock
  readonly #random: Random
  readonly #failures = new Map<string, Failure>()

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  /** Undefined when it may be tried now. */
  resting({ ref, content }: Pick<Attempt, 'ref' | 'content'>): Rest | undefined {
    const failure = this.#failures.get(keyOf(ref))
    if (!failure || failure.content !== content()) return undefined
    const elapsed = this.#clock.now() - failure.at
    // A clock that was set back must not keep anything waiting.
    if (elapsed < 0 || elapsed >= failure.rest) return undefined
    return { problem: failure.problem, made: failure.made, retryIn: failure.rest - elapsed }
  }

  failed(attempt: Attempt, error: unknown): Rest {
    return this.#remember(attempt, error, { problem: problemOf(attempt, error), made: false })
  }

  /** It went well, but the kind may not be watched: it is looked at again as seldom as what fails. */
  blind(attempt: Attempt, error: Error | undefined, kind: Kind): Rest {
    const message = `was written, but cannot be kept so: ${error?.message}`
    const remedy = `Grant the operator's service account get, list and watch of ${resourceOf(kind)}`
    const problem: Problem = { reason: 'ResourceReadError', message, object: attempt.ref, remedy }
    return this.#remember(attempt, error, { problem, made: true })
  }

  done(ref: ObjectRef): void {
    this.#failures.delete(keyOf(ref))
  }

  /** Forgets all others: nobody wants anything of them any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key)
  }

  #remember({ ref, content }: Attempt, error: unknown, what: Pick<Failure, 'problem' | 'made'>): Rest {
    const attempts = (this.#failures.get(keyOf(ref))?.attempts ?? 0) + 1
    const asked = error instanceof ApiError || error instanceof Contested ? (error.retryAfter ?? 0) : 0
    const rest = Math.min(Math.max(delayAfter(countOf(error, attempts), this.#random), asked), longestRest)
    this.#failures.set(keyOf(ref), { attempts, at: this.#clock.now(), rest, content: content(), ...what })
    return { ...what, retryIn: rest }
  }
}

/** Of the server's answer when it has no answer of a webhook. One that is just starting is asked again soon, but only once. */
const webhookFailed = /failed calling webhook/

function countOf(error: unknown, attempts: number): number {
  if (isPermanent(error)) return attempts + permanent
  if (error instanceof ApiError && webhookFailed.test(error.message) && attempts > 1) return attempts + permanent - 1
  return isUnreachable(error) ? Math.min(attempts, mostWhenUnreachable) : attempts
}

const verbs = { write: 'cannot write', remove: 'cannot remove', release: 'cannot take off what is not wanted', disown: 'cannot give up' }

/** Path and remedy as far as the refusal tells them. */
export function problemOf({ ref, doing, object, part }: Pick<Attempt, 'ref' | 'doing' | 'object' | 'part'>, error: unknown): Problem {
  const reason: Reason = part ? 'ResourcePatchError' : 'ResourceUpdateError'
  const text = textOf(error, ref)
  const path = pathOf(error)
  const remedy = remedyFor(error, text)
  return {
    reason,
    message: withoutSecrets(`${verbs[doing]}: ${text}`, object),
    object: ref,
    ...(path && { path }),
    ...(remedy && { remedy }),
  }
}

/** Without the object that it is about, for that is said anyway. */
function textOf(error: unknown, ref: ObjectRef): string {
  const text = error instanceof Error ? error.message : String(error)
  const [verb = '', ...rest] = text.split(` ${describe(ref)}: `)
  return rest.length > 0 && /^\w+$/.test(verb) ? rest.join(` ${describe(ref)}: `) : text
}

function pathOf(error: unknown): string | undefined {
  if (error instanceof Contested || error instanceof Unsettled) return error.path
  return error instanceof ApiError ? error.causes[0]?.field : undefined
}

function remedyFor(error: unknown, text: string): string | undefined {
  if (error instanceof Contested)
    return 'Let only one of both write the field: find out what the other one is, and tell it to leave the object alone'
  if (error instanceof Unsettled) return 'See whether an admission webhook or policy changes the object, and let it leave this field alone'
  if (/\bwebhook\b/.test(text)) return `Look at the webhook named above: it must answer, and let the operator's objects through`
  if (isForbidden(error) && /cannot \w+ resource/.test(text))
    return `Grant the operator's service account the right named above (its ClusterRole lacks it)`
  if (isInvalid(error))
    return 'If the field comes from an override that you wrote, change it there; if somebody else has set it, see managedFields of the object for who'
  return undefined
}

/** Texts of a server or a webhook may repeat what they were sent, whole or in pieces. */
function withoutSecrets(text: string, object: KubeObject | undefined): string {
  if (object?.kind !== 'Secret') return text
  const { data = {}, stringData = {} } = object as { data?: Record<string, string>; stringData?: Record<string, string> }
  const encoded = Object.values(data)
  const values = [...encoded, ...encoded.map(each => Buffer.from(each, 'base64').toString()), ...Object.values(stringData)]
  const lines = values.flatMap(value => value.split('\n')).filter(line => line.length >= shortestSecret)
  return lines.reduce((left, line) => left.replaceAll(line, '…'), text)
}

/** Shorter ones are in words by chance. */
const shortestSecret = 8

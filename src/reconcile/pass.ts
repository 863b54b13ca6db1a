/** One pass over an Outcome, as it goes: what could not be made, what waits for what, and when to look again. Only collects. */
import { describe, type Kind, keyOf, type ObjectRef, resourceOf } from '../kube/objects.ts'
import type { Condition } from './controller.ts'
import type { Rest } from './failures.ts'
import { type Problem, sentence } from './problems.ts'

/** What one pass over an Outcome came to. */
export interface Enacted {
  problems: Problem[]
  /** What is otherwise than wanted and may be so, in sentences. */
  lacking?: string[]
  /** What waits for a condition, in words: `DaemonSet calico-system/calico-node waits for CustomResourceDefinition … to be established`. */
  waiting: string[]
  /** Something is held up by a server that gives no answer: that mostly passes by itself. */
  unanswered: boolean
  /** When the next failed object is due again, in milliseconds from now. */
  retryIn?: number
}

export interface Waiter {
  ref: ObjectRef
  /** In words: an object, or the removal of one. */
  who: string
}

export class Pass {
  readonly problems: Problem[] = []
  readonly #lacking: string[] = []
  /** Objects that could not be made as they are wanted. */
  readonly #broken = new Set<string>()
  /** Who waits, by what for. */
  readonly #waiting = new Map<string, string[]>()
  #unanswered = false
  #retryIn: number | undefined

  get clean(): boolean {
    return this.problems.length === 0 && this.#waiting.size === 0
  }

  isBroken(ref: ObjectRef): boolean {
    return this.#broken.has(keyOf(ref))
  }

  /** Left alone for now. */
  rests({ ref, optional }: { ref: ObjectRef; optional?: boolean }, { problem, made, retryIn }: Rest): void {
    if (!made) this.#broken.add(keyOf(ref))
    if (optional) this.#lacking.push(sentence(problem))
    else this.problems.push(problem)
    this.#retryIn = Math.min(this.#retryIn ?? retryIn, retryIn)
  }

  /** Nothing is the worse for it, but somebody may want to know. */
  tells(problem: Problem): void {
    this.#lacking.push(sentence(problem))
  }

  waits(waiter: Waiter, { ref, is }: Condition): void {
    this.#waitsFor(waiter, `${describe(ref)} to be ${is}`)
  }

  /** It is not what was read any more; that it has changed wakes who wants it. */
  outdated(waiter: Waiter): void {
    this.#waitsFor(waiter, 'what has changed meanwhile to be read')
  }

  waitsForService(waiter: Waiter, kind: Kind): void {
    this.#waitsFor(waiter, `the API server to serve ${resourceOf(kind)}`)
  }

  waitsForSight(waiter: Waiter, { kind, error }: { kind: Kind; error: Error | undefined }): void {
    this.#unanswered = true
    this.#waitsFor(waiter, `${resourceOf(kind)} to be readable (${error?.message ?? 'no answer yet'})`)
  }

  #waitsFor({ ref, who }: Waiter, what: string): void {
    this.#broken.add(keyOf(ref))
    this.#waiting.set(what, [...(this.#waiting.get(what) ?? []), who])
  }

  get enacted(): Enacted {
    return {
      // Which of several answers came first says nothing, and a text that changes is written anew.
      problems: this.problems.toSorted(byObject),
      ...(this.#lacking.length > 0 && { lacking: this.#lacking }),
      waiting: [...this.#waiting].map(([what, who]) => `${together(who)} for ${what}`),
      unanswered: this.#unanswered,
      ...(this.#retryIn !== undefined && { retryIn: this.#retryIn }),
    }
  }
}

function byObject({ object: a }: Problem, { object: b }: Problem): number {
  const [one, other] = [a ? keyOf(a) : '', b ? keyOf(b) : '']
  return one < other ? -1 : Number(one > other)
}

/** Many that wait for one thing are one line. */
const together = ([first, ...others]: string[]): string =>
  others.length === 0 ? `${first} waits` : `${first} and ${others.length} more wait`

/** Makes an Outcome true: writes what differs in dependency order, takes away what has to go, and collects what went wrong. The only place that asks for writes. */
import type { Applier } from '../kube/apply.ts'
import type { Cache } from '../kube/cache.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { ApiError, isPermanent } from '../kube/errors.ts'
import { describe, type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import { delayAfter } from './backoff.ts'
import type { Condition, Outcome, Removal, Wanted } from './controller.ts'
import { holds } from './holds.ts'
import { Limiter } from './limiter.ts'
import { inSteps, writeStep } from './order.ts'
import { Invalid, type Problem, type Reason } from './problems.ts'
import type { Scopes } from './scopes.ts'

/** What one pass over an Outcome came to. */
export interface Enacted {
  problems: Problem[]
  /** Objects that wait for a condition, in words: `DaemonSet calico-system/calico-node waits for CustomResourceDefinition …`. */
  waiting: string[]
  /** When the next failed object is due again, in milliseconds from now. */
  retryIn?: number
}

/** Writing an object failed: how often, until when it is left alone, and with what content. */
interface Failure {
  attempts: number
  due: number
  wanted: string
  problem: Problem
}

interface Tools {
  applier: Applier
  cache: Cache
  clock: Clock
  random: Random
  scopes: Scopes
}

const writesAtOnce = 8

export class Enactor {
  readonly #tools: Tools
  readonly #limiter = new Limiter(writesAtOnce)
  readonly #failures = new Map<string, Failure>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  async enact({ objects = [], remove = [], release }: Outcome): Promise<Enacted> {
    const pass: Enacted = { problems: [], waiting: [] }
    const wanted = merged(objects.map(asWanted))
    const broken = new Set<string>()
    await Promise.all([...wanted.map(({ object }) => this.live(refOf(object))), ...remove.map(item => this.live(asRemoval(item).ref))])
    for (const step of inSteps(wanted, ({ object }) => writeStep(object))) {
      await Promise.all(step.map(item => this.#limiter.run(() => this.#write(item, pass, broken))))
    }
    for (const step of inSteps(remove.map(asRemoval), ({ ref }) => -writeStep(ref))) {
      await Promise.all(step.map(item => this.#limiter.run(() => this.#remove(item, pass))))
    }
    if (release && pass.problems.length === 0 && pass.waiting.length === 0) await this.#release(release, pass)
    return pass
  }

  async #release({ ref, finalizers, after = [] }: NonNullable<Outcome['release']>, pass: Enacted): Promise<void> {
    const unmet = await this.#firstUnmet(after, new Set())
    if (unmet) return void pass.waiting.push(`${describe(ref)} waits for ${describe(unmet.ref)} to be ${unmet.is}`)
    if (this.#restsAfterFailure(ref, 'release', pass)) return
    try {
      await this.#tools.applier.release(ref, finalizers)
    } catch (error) {
      this.#failed(ref, { error, content: 'release', pass, reason: 'ResourceUpdateError', doing: 'take the finalizer off' })
    }
  }

  async #write({ object, after = [], ...options }: Wanted, pass: Enacted, broken: Set<string>): Promise<void> {
    const ref = refOf(object)
    const unmet = await this.#firstUnmet([...needs(object), ...after], broken)
    if (unmet) {
      broken.add(keyOf(ref))
      return void pass.waiting.push(`${describe(ref)} waits for ${describe(unmet.ref)} to be ${unmet.is}`)
    }
    const content = JSON.stringify([object, options])
    if (this.#restsAfterFailure(ref, content, pass)) return void broken.add(keyOf(ref))
    try {
      await this.#tools.applier.apply(object, options)
      this.#failures.delete(keyOf(ref))
    } catch (error) {
      broken.add(keyOf(ref))
      this.#failed(ref, { error, content, pass, reason: 'ResourceUpdateError', doing: 'write' })
    }
  }

  async #remove({ ref, after = [] }: Removal, pass: Enacted): Promise<void> {
    const unmet = await this.#firstUnmet(after, new Set())
    if (unmet) return void pass.waiting.push(`removal of ${describe(ref)} waits for ${describe(unmet.ref)} to be ${unmet.is}`)
    if (this.#restsAfterFailure(ref, 'remove', pass)) return
    try {
      await this.#tools.applier.remove(ref, {})
      this.#failures.delete(keyOf(ref))
    } catch (error) {
      this.#failed(ref, { error, content: 'remove', pass, reason: 'ResourceUpdateError', doing: 'remove' })
    }
  }

  /** `broken` are the objects that this pass could not make as they are wanted. */
  async #firstUnmet(conditions: Condition[], broken: ReadonlySet<string>): Promise<Condition | undefined> {
    for (const condition of conditions) {
      if (condition.is === 'written' ? broken.has(keyOf(condition.ref)) : !holds(condition, await this.live(condition.ref)))
        return condition
    }
    return undefined
  }

  /** The object as the cache has it; opens the watch of its kind when none is open yet. */
  async live(ref: ObjectRef): Promise<KubeObject | undefined> {
    const kind = this.#tools.applier.kindOf(ref)
    const view = this.#tools.cache.view(kind, this.#tools.scopes.of(kind, ref.namespace, ref.name))
    await view.settled()
    return view.get(ref.name, ref.namespace)
  }

  #restsAfterFailure(ref: ObjectRef, content: string, pass: Enacted): boolean {
    const failure = this.#failures.get(keyOf(ref))
    if (!failure || failure.wanted !== content) return false
    const rest = failure.due - this.#tools.clock.now()
    if (rest <= 0) return false
    pass.problems.push(failure.problem)
    pass.retryIn = Math.min(pass.retryIn ?? rest, rest)
    return true
  }

  #failed(
    ref: ObjectRef,
    { error, content, pass, reason, doing }: { error: unknown; content: string; pass: Enacted; reason: Reason; doing: string },
  ): void {
    const { clock, random } = this.#tools
    const attempts = (this.#failures.get(keyOf(ref))?.attempts ?? 0) + 1
    const rest = Math.max(
      delayAfter(isPermanent(error) ? attempts + 4 : attempts, random),
      error instanceof ApiError ? (error.retryAfter ?? 0) : 0,
    )
    const problem = problemOf(error, { ref, reason, doing })
    this.#failures.set(keyOf(ref), { attempts, due: clock.now() + rest, wanted: content, problem })
    pass.problems.push(problem)
    pass.retryIn = Math.min(pass.retryIn ?? rest, rest)
  }
}

const asWanted = (item: KubeObject | Wanted): Wanted => ('object' in item ? (item as Wanted) : { object: item as KubeObject })
const asRemoval = (item: ObjectRef | Removal): Removal => ('ref' in item ? item : { ref: item })

/** Two parts of one controller may not want one object: the second would take away what the first gave. */
function merged(items: Wanted[]): Wanted[] {
  const seen = new Map<string, Wanted>()
  for (const item of items) {
    const key = keyOf(refOf(item.object))
    if (seen.has(key)) {
      const message = 'is wanted twice in one rendering'
      throw new Invalid([
        {
          reason: 'ResourceRenderingError',
          message,
          object: refOf(item.object),
          remedy: 'This is a fault of the operator: please report it',
        },
      ])
    }
    seen.set(key, item)
  }
  return items
}

/** What every object needs: the namespace it is in, where that is ours to make. */
const needs = ({ metadata: { namespace } }: KubeObject): Condition[] =>
  namespace === undefined ? [] : [{ ref: { apiVersion: 'v1', kind: 'Namespace', name: namespace }, is: 'written' }]

function problemOf(error: unknown, { ref, reason, doing }: { ref: ObjectRef; reason: Reason; doing: string }): Problem {
  const message = `cannot ${doing}: ${error instanceof Error ? error.message : String(error)}`
  const forbidden = error instanceof ApiError && error.status === 403
  return forbidden
    ? { reason, message, object: ref, remedy: `Grant the operator's service account the right named above (its ClusterRole lacks it)` }
    : { reason, message, object: ref }
}

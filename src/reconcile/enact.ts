/** Makes an Outcome true: writes what differs in dependency order, takes away what has to go, and collects what went wrong. The only place that asks for writes. */
import type { Applier } from '../kube/apply.ts'
import { type Cache, isRefused, type View } from '../kube/cache.ts'
import type { Clock, Random } from '../kube/clock.ts'
import { describe, type KubeObject, keyOf, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Condition, Outcome, Release, Removal, Wanted } from './controller.ts'
import { type Attempt, Failures } from './failures.ts'
import { holds } from './holds.ts'
import type { Limiter } from './limiter.ts'
import { inBatches, inSteps, writeStep } from './order.ts'
import { type Enacted, Pass, type Waiter } from './pass.ts'
import type { Authorship, Leftover } from './prune.ts'
import type { Scopes } from './scopes.ts'
import type { Sight } from './sight.ts'
import { refsIn, wishesOf } from './wishes.ts'

export interface EnactorTools {
  applier: Applier
  cache: Cache
  clock: Clock
  random: Random
  scopes: Scopes
  sight: Sight
  /** Whether we, or a predecessor, wrote an object. */
  ours: Authorship
  /** Shared by all, so that a server is not asked for everything at once. */
  limiter: Limiter
}

/** One for each controller; remembers what failed. */
export class Enactor {
  readonly #tools: EnactorTools
  readonly #failures: Failures
  #stopped = false

  constructor(tools: EnactorTools) {
    this.#tools = tools
    this.#failures = new Failures(tools)
  }

  /** Nothing more is written; what is being written is finished by the server. */
  stop(): void {
    this.#stopped = true
  }

  /** `leftovers` is asked once everything is as wanted: what it gives goes too. Throws Invalid when the Outcome contradicts itself. */
  async enact(outcome: Outcome, leftovers: () => Promise<Leftover[]> = async () => []): Promise<Enacted> {
    const wishes = wishesOf(outcome)
    const pass = new Pass()
    await this.#tools.sight.settle(refsIn(wishes).map(ref => this.#view(ref)))
    for (const batch of inBatches(wishes.wanted)) await this.#each(batch, item => this.#write(item, pass))
    await this.#each(wishes.disowned, ref => this.#disown(ref, pass))
    for (const step of inSteps(wishes.removals, ({ ref }) => -writeStep(ref))) await this.#each(step, item => this.#remove(item, pass))
    const left = pass.clean && !this.#stopped ? await leftovers() : []
    for (const step of inSteps(left, ({ ref }) => -writeStep(ref))) await this.#each(step, item => this.#remove(item, pass))
    for (const each of wishes.releases) if (pass.clean && !this.#stopped) await this.#release(each, pass)
    this.#failures.keepOnly(new Set([...refsIn(wishes), ...left.map(({ ref }) => ref)].map(keyOf)))
    return pass.enacted
  }

  #each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<unknown> {
    return Promise.all(items.map(item => this.#tools.limiter.run(async () => (this.#stopped ? undefined : work(item)))))
  }

  async #write({ object, after = [], yields, optional, ...options }: Wanted, pass: Pass): Promise<void> {
    const ref = refOf(object)
    const content = () => JSON.stringify([object, options])
    if (!this.#allMet(after, { ref, who: describe(ref) }, pass) || !this.#mayLook({ ref, who: describe(ref) }, pass)) return
    const live = yields ? this.#live(ref) : undefined
    if (live && !this.#tools.ours(live)) return
    const attempt: Attempt = { ref, doing: 'write', content, object, part: options.part, optional }
    await this.#try(attempt, pass, async () => {
      const { outdated } = await this.#tools.applier.apply(object, options)
      if (outdated) pass.outdated({ ref, who: describe(ref) })
    })
  }

  async #remove({ ref, uid, after = [], ours }: Removal & { uid?: string }, pass: Pass): Promise<void> {
    const waiter = { ref, who: `the removal of ${describe(ref)}` }
    if (this.#view(ref).state === 'absent' || !this.#mayLook(waiter, pass)) return
    const live = this.#live(ref)
    // What is not there waits for nothing.
    if (!live || !this.#allMet(after, waiter, pass)) return
    if (ours === undefined || this.#tools.ours(live))
      return this.#try({ ref, doing: 'remove', content: () => uid ?? '', object: live }, pass, () =>
        this.#tools.applier.remove(ref, { uid }),
      )
    if (ours !== '') pass.tells({ reason: 'ResourceValidationError', message: ours, object: ref, remedy: 'Delete it, if nothing needs it' })
  }

  async #disown(ref: ObjectRef, pass: Pass): Promise<void> {
    if (!this.#mayLook({ ref, who: describe(ref) }, pass)) return
    const live = this.#live(ref)
    if (!live) return
    await this.#try({ ref, doing: 'disown', content: () => '', object: live }, pass, () => this.#tools.applier.release(ref, 'all of ours'))
  }

  async #release({ ref, after = [], ...what }: Release, pass: Pass): Promise<void> {
    const { finalizers = [] } = this.#live(ref)?.metadata ?? {}
    // Nor does what has nothing of it.
    if (!what.fields && !what.finalizers?.some(finalizer => finalizers.includes(finalizer))) return
    const waiter = { ref, who: describe(ref) }
    if (!this.#allMet(after, waiter, pass) || !this.#mayLook(waiter, pass)) return
    await this.#try({ ref, doing: 'release', content: () => JSON.stringify(what), part: what.fields !== undefined }, pass, () =>
      this.#tools.applier.release(ref, what),
    )
  }

  async #try(attempt: Attempt, pass: Pass, work: () => Promise<unknown>): Promise<void> {
    const { ref } = attempt
    const view = this.#view(ref)
    const rest = this.#failures.resting(attempt)
    if (rest && (!rest.made || isRefused(view))) return pass.rests(attempt, rest)
    try {
      await work()
      if (isRefused(view)) pass.rests(attempt, this.#failures.blind(attempt, view.error, view.kind))
      else this.#failures.done(ref)
    } catch (error) {
      pass.rests(attempt, this.#failures.failed(attempt, error))
    }
  }

  /** Whether enough is known to compare. What may be written but not watched is compared by asking, and so not often. */
  #mayLook(waiter: Waiter, pass: Pass): boolean {
    const view = this.#view(waiter.ref)
    if (view.state === 'synced' || isRefused(view)) return true
    if (view.state === 'absent') pass.waitsForService(waiter, view.kind)
    else pass.waitsForSight(waiter, view)
    return false
  }

  /** What does not hold is what is waited for. */
  #allMet(conditions: readonly Condition[], waiter: Waiter, pass: Pass): boolean {
    const unmet = conditions.find(condition => !this.#isMet(condition, pass))
    if (!unmet) return true
    const view = this.#view(unmet.ref)
    if (isKnown(view) || isRefused(view) || pass.isBroken(unmet.ref)) pass.waits(waiter, unmet)
    else pass.waitsForSight(waiter, view)
    return false
  }

  #isMet(condition: Condition, pass: Pass): boolean {
    const { ref, is } = condition
    if (pass.isBroken(ref)) return false
    const live = this.#live(ref)
    // Something that is about to vanish is not what was wanted.
    if (is === 'written') return live?.metadata.deletionTimestamp === undefined
    const view = this.#view(ref)
    return isKnown(view) ? holds(condition, live) : is === 'present' && isRefused(view)
  }

  #live(ref: ObjectRef): KubeObject | undefined {
    return this.#view(ref).get(ref.name, ref.namespace)
  }

  /** Opens the watch of the kind when none is open yet. */
  #view(ref: ObjectRef): View {
    const { applier, cache, scopes } = this.#tools
    const kind = applier.kindOf(ref)
    return cache.view(kind, scopes.of(kind, ref.namespace, ref.name))
  }
}

/** What it knows is so, and nothing else is there. */
const isKnown = ({ state }: View): boolean => state === 'synced' || state === 'absent'

/**
 * Makes one object what is wanted of it: compares with what the cache knows, writes what differs by server-side apply, and puts the answer into
 * the cache. Never writes what would have no effect.
 */
import { createHash } from 'node:crypto'
import { aligned } from './align.ts'
import type { Cache } from './cache.ts'
import { canonical } from './canonical.ts'
import { withClaims } from './claims.ts'
import type { Client } from './client.ts'
import type { Clock } from './clock.ts'
import { needsWrite, type Ownership } from './compare.ts'
import { Contest, effectOf, Unsettled } from './contest.ts'
import { isAlreadyExists, isConflict, isInvalid, isNotFound, Stale } from './errors.ts'
import { Fulfilled } from './fulfilled.ts'
import { clearer, mustBeReplaced } from './immutable.ts'
import { describe, type Kind, type KubeObject, keyOf, type ObjectRef, refOf } from './objects.ts'
import { contester, othersOf } from './others.ts'
import { type Releasing, releasing } from './release.ts'
import type { SchemaNode } from './schema.ts'
import { switched } from './switched.ts'
import { fold } from './takeover.ts'
import type { Applied, ApplyOptions, Change, Prepared, Wish } from './wish.ts'

export interface ApplierOptions {
  client: Client
  cache: Cache
  schemas: (apiVersion: string, kind: string) => SchemaNode | undefined | Promise<SchemaNode | undefined>
  /** Our field manager. */
  manager: string
  /** Managers whose updates count as ours. */
  predecessors: readonly string[]
  clock: Clock
  report?: (news: ApplyNews) => void
}

/** What is worth telling, though nothing is wrong. */
export interface ApplyNews {
  /** `taken`: fields that others had set otherwise. `left alone`: the object says that it is not to be written. `replaced`: deleted and made anew. */
  what: 'taken' | 'left alone' | 'replaced'
  ref: ObjectRef
  message: string
}

/** An object that carries this, with "true", is not written (the reference has it for support cases). */
const ignoreAnnotation = 'unsupported.operator.tigera.io/ignore'
const attempts = 3
/** These stay visible until their pods are gone. */
const withPods = new Set(['DaemonSet', 'Deployment', 'StatefulSet', 'Job'])

/** All methods throw what the client throws; `apply` also Malformed, Unsettled and Contested. */
export class Applier {
  readonly #options: ApplierOptions
  readonly #contest: Contest
  /** The write of each object that is under way, others waiting behind it. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** Objects of which it was told that they are not written: once, not whenever they are looked at. */
  readonly #leftAlone = new Set<string>()
  readonly #fulfilled = new Fulfilled()

  constructor(options: ApplierOptions) {
    this.#options = options
    this.#contest = new Contest(options.clock)
  }

  /**
   * A `metadata.uid` in the object means that very one: when it is gone nothing is made in its place.
   * The object is made canonical first, and lists whose order means nothing take the order they have in the cluster.
   */
  apply(object: KubeObject, options: ApplyOptions = {}): Promise<Applied> {
    const { manager, predecessors, schemas } = this.#options
    const { defaults, part = defaults !== undefined, subresource, statusInside } = options
    return this.#inTurn(refOf(object), async () => {
      const schema = await schemas(object.apiVersion, object.kind) // of a large kind it may still be on its way
      const how: Ownership = { schema, manager, predecessors, whole: !part, subresource, statusInside }
      return this.#apply({ ref: refOf(object), object, options, how })
    })
  }

  /** False when there was nothing to delete. With a uid only that very object. */
  remove(ref: ObjectRef, { uid }: { uid?: string } = {}): Promise<boolean> {
    return this.#inTurn(ref, async () => {
      const live = await this.#live(ref)
      if (!live || live.metadata.deletionTimestamp || (uid !== undefined && live.metadata.uid !== uid) || this.#isLeftAlone(ref, live))
        return false
      this.#contest.forget(ref)
      return this.#delete(ref, live)
    })
  }

  /** Takes these finalizers and fields off, whoever put them there, or gives up all that is ours; what else is there stays. Nothing when there is none of it. */
  release(ref: ObjectRef, what: Releasing | 'all of ours'): Promise<boolean> {
    return this.#inTurn(ref, async () => {
      const live = await this.#live(ref)
      const patch = live && releasing(live, what, [this.#options.manager, ...this.#options.predecessors])
      if (patch) this.#options.cache.observed(await this.#options.client.mergePatch(ref, patch))
      return patch !== undefined
    })
  }

  kindOf(ref: { apiVersion: string; kind: string }): Kind {
    return this.#options.client.kindOf(ref)
  }

  async #inTurn<T>(ref: ObjectRef, work: () => Promise<T>): Promise<T> {
    const key = keyOf(ref)
    const before = this.#turns.get(key) ?? Promise.resolve()
    const turn = before.catch(() => {}).then(work)
    this.#turns.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key)
    }
  }

  async #apply(wish: Wish): Promise<Applied> {
    let live = await this.#live(wish.ref)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(wish, live)
      } catch (error) {
        // The cache was behind: what was read is not what is there.
        const stale = isConflict(error) || isAlreadyExists(error) || error instanceof Stale
        if (!stale || attempt === attempts) throw error instanceof Stale ? error.cause : error
        live = await this.#fresh(wish.ref)
      }
    }
  }

  async #attempt(wish: Wish, live: KubeObject | undefined): Promise<Applied> {
    const { ref, object, options, how } = wish
    const expected = object.metadata.uid
    if (live && (options.createOnly || this.#isLeftAlone(ref, live))) return { wrote: false, object: live }
    if (expected !== undefined && live?.metadata.uid !== expected) return { wrote: false, object: live ?? object }
    if (live && this.#fulfilled.has(live, wish)) return { wrote: false, object: live }
    const wanted = this.#wanted(wish, live)
    const difference = needsWrite(wanted, live, how)
    if (!difference) return this.#fulfils(live!, wish)
    if (isOutdated(options, live)) return { wrote: false, object: live ?? object, outdated: true }
    const attempt = { ref, wish: textOf(wish) }
    this.#contest.admit(attempt, live, { difference, manager: live && contester(live, difference, how) })
    if (live) this.#tellOfOthers(wanted, live, wish)
    const answer = await this.#write(wish, { wanted, live, difference }).catch(error => Promise.reject(clearer(error, ref)))
    this.#options.cache.observed(answer)
    const left = options.createOnly ? undefined : needsWrite(wanted, answer, how)
    this.#contest.written(attempt, answer, left)
    if (left) throw new Unsettled(ref, left)
    this.#fulfilled.written(answer, wish)
    return { wrote: effectOf(live, answer, options), object: answer, difference }
  }

  #fulfils(live: KubeObject, wish: Wish): Applied {
    this.#fulfilled.add(live, wish)
    return { wrote: false, object: live }
  }

  #wanted({ object, options: { defaults, subresource, statusInside }, how }: Wish, live: KubeObject | undefined): KubeObject {
    const managers = [how.manager, ...how.predecessors]
    const all = defaults ? withClaims(object, defaults, { live, schema: how.schema, managers }) : object
    const extent = subresource ? 'status' : statusInside ? 'both' : 'object'
    return aligned(canonical(all, how.schema, extent), live, how.schema)
  }

  async #write(wish: Wish, { wanted, live: known, difference }: Change): Promise<KubeObject> {
    const { how, options } = wish
    if (!known && (options.createOnly || options.over === '')) return this.#options.client.create(wanted)
    const live = known && (await this.#withRecord(wish, known))
    const answer = await this.#writeOnce(wish, { wanted, live, difference })
    // An apply that empties a struct leaves it out, and only the next one puts the empty struct in.
    const left = needsWrite(wanted, answer, how)
    return left ? this.#writeOnce(wish, { wanted, live: answer, difference: left }) : answer
  }

  async #writeOnce(wish: Wish, change: Change): Promise<KubeObject> {
    const { wanted, live } = change
    const { current, done = false } = live && !wish.options.subresource ? await this.#prepare(wish, { ...change, live }) : { current: live }
    return current && done ? current : this.#send(wish, wanted, current)
  }

  /** Of an object that others have made the cache keeps no record of who has set what, which tells what in it has to go. */
  async #withRecord({ ref, how, options }: Wish, live: KubeObject): Promise<KubeObject> {
    const suffices = !how.whole || options.subresource || options.over !== undefined || live.metadata.managedFields
    return suffices ? live : ((await this.#fresh(ref)) ?? live)
  }

  /** What must happen to a live object before it can be applied to: what then is there, and whether that is all. */
  async #prepare({ ref, how }: Wish, { wanted, live, difference }: Change & { live: KubeObject }): Promise<Prepared> {
    const { client, cache } = this.#options
    if (how.whole && mustBeReplaced(wanted, live, how)) {
      this.#tell('replaced', ref, `${difference.path} cannot be changed: deleted, to be made anew`)
      await this.#delete(ref, live)
      if (cache.find(ref).object) throw new Error(`${describe(ref)} is being deleted, and made anew when it is gone`)
      return {}
    }
    const before = switched(wanted, live)
    if (before) return { current: this.#observed(await client.mergePatch(ref, before)) }
    const folded = fold(wanted, live, { ...how, contentDiffers: difference.why !== 'not wanted' })
    if (!folded) return { current: live }
    const answer = await client
      .jsonPatch(ref, folded.patch)
      .catch(error => Promise.reject(isInvalid(error) ? new Stale('', { cause: error }) : error))
    return { current: this.#observed(answer), done: folded.complete }
  }

  #observed(answer: KubeObject): KubeObject {
    this.#options.cache.observed(answer)
    return answer
  }

  #send({ how, options: { subresource, over } }: Wish, wanted: KubeObject, live: KubeObject | undefined): Promise<KubeObject> {
    // With the uid an apply only changes what is there, and does not make an object of the part that we know; with the version it changes nothing else.
    const exactly = {
      ...(live && !how.whole && !subresource && { uid: live.metadata.uid }),
      ...(live && over !== undefined && { resourceVersion: live.metadata.resourceVersion }),
    }
    const body = { ...wanted, metadata: { ...wanted.metadata, ...exactly } }
    return this.#options.client.apply(body, { force: true, subresource })
  }

  async #delete(ref: ObjectRef, live: KubeObject): Promise<boolean> {
    const { client, cache } = this.#options
    const { uid } = live.metadata
    try {
      const answer = await client.delete(ref, { uid, propagationPolicy: withPods.has(ref.kind) ? 'Foreground' : 'Background' })
      if ('metadata' in answer && answer.kind === ref.kind) cache.observed(answer)
      else if (uid !== undefined) cache.deleted(ref, uid)
      return true
    } catch (error) {
      if (!isNotFound(error)) throw error
      if (uid !== undefined) cache.deleted(ref, uid)
      return false
    }
  }

  /** From the cache, when a view in step would know it. */
  async #live(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { known, object } = this.#options.cache.find(ref)
    return known ? object : this.#fresh(ref)
  }

  async #fresh(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { client } = this.#options
    try {
      return this.#observed(await client.get(client.kindOf(ref), ref.name, ref.namespace))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  #isLeftAlone(ref: ObjectRef, live: KubeObject): boolean {
    const alone = live.metadata.annotations?.[ignoreAnnotation] === 'true'
    const key = keyOf(ref)
    if (!alone) this.#leftAlone.delete(key)
    else if (!this.#leftAlone.has(key)) {
      this.#leftAlone.add(key)
      this.#tell('left alone', ref, `its annotation ${ignoreAnnotation} says so`)
    }
    return alone
  }

  #tellOfOthers(wanted: KubeObject, live: KubeObject, { ref, how }: Wish): void {
    for (const { manager, paths } of othersOf(wanted, live, how))
      this.#tell('taken', ref, `${paths.join(', ')}: set otherwise by field manager ${manager}`)
  }

  #tell(what: ApplyNews['what'], ref: ObjectRef, message: string): void {
    this.#options.report?.({ what, ref, message: `${describe(ref)}: ${message}` })
  }
}

const isOutdated = ({ over }: ApplyOptions, live: KubeObject | undefined): boolean =>
  over !== undefined && (live?.metadata.resourceVersion ?? '') !== over

/** Equal for equal wishes; short, because the last one of each object is remembered. */
const textOf = ({ object, options }: Wish): string =>
  createHash('sha256')
    .update(JSON.stringify([object, options]))
    .digest('base64')

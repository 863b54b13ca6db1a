/** An Applier that tells of every write, and what came of it. Changes nothing about what is written. */
import { Applier, type ApplierOptions } from './apply.ts'
import { isHeldBack } from './contest.ts'
import { type KubeObject, type ObjectRef, refOf } from './objects.ts'
import type { Applied, ApplyOptions } from './wish.ts'

/** `none`: a write that changed nothing. `owner`: nothing but the record of who set what has changed. `failed`: refused, or not answered. */
export type Effect = 'created' | 'changed' | 'owner' | 'none' | 'deleted' | 'released' | 'failed'

export interface Write {
  ref: ObjectRef
  effect: Effect
  /** Of what was changed, the first field that differed: `spec.template.spec.containers[name=calico-node].image`. */
  path?: string
  subresource?: string
  /** By its first owner, for whom the object was made. */
  owner?: ObjectRef
}

export class TellingApplier extends Applier {
  readonly #wrote: (write: Write) => void
  readonly #live: (ref: ObjectRef) => KubeObject | undefined

  constructor({ wrote, ...options }: ApplierOptions & { wrote: (write: Write) => void }) {
    super(options)
    this.#wrote = wrote
    this.#live = ref => options.cache.find(ref).object
  }

  override async apply(object: KubeObject, options: ApplyOptions = {}): Promise<Applied> {
    const { subresource } = options
    const about = { ref: refOf(object), ...ownerOf(object), ...(subresource && { subresource }) }
    const applied = await this.#tried(about, super.apply(object, options))
    const { wrote, difference } = applied
    if (difference) this.#wrote({ ...about, effect: wrote || 'none', ...(difference.path && { path: difference.path }) })
    return applied
  }

  override async remove(ref: ObjectRef, options: { uid?: string } = {}): Promise<boolean> {
    const about = { ref, ...ownerOf(this.#live(ref)) }
    const removed = await this.#tried(about, super.remove(ref, options))
    if (removed) this.#wrote({ ...about, effect: 'deleted' })
    return removed
  }

  override async release(...args: Parameters<Applier['release']>): Promise<boolean> {
    const [ref] = args
    const released = await this.#tried({ ref }, super.release(...args))
    if (released) this.#wrote({ ref, effect: 'released' })
    return released
  }

  async #tried<T>(about: Omit<Write, 'effect'>, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!isHeldBack(error)) this.#wrote({ ...about, effect: 'failed' })
      throw error
    }
  }
}

function ownerOf(object: KubeObject | undefined): { owner?: ObjectRef } {
  const [owner] = object?.metadata.ownerReferences ?? []
  return owner ? { owner: { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name } } : {}
}

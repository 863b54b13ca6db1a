/** Remembers what was written, to notice a write that does not settle and a field that somebody else keeps changing back. Never writes. */
import type { Clock } from './clock.ts'
import type { Difference } from './compare.ts'
import { describe, type KubeObject, keyOf, type ObjectRef } from './objects.ts'
import type { Applied, ApplyOptions } from './wish.ts'

/** The server stores something else than what was applied: applying it again could only go on for ever. */
export class Unsettled extends Error {
  override name = 'Unsettled'
  readonly ref: ObjectRef
  readonly path: string
  /** It was found out before, and not written this time. */
  readonly heldBack: boolean
  constructor(ref: ObjectRef, { path, why }: Difference, { heldBack = false }: { heldBack?: boolean } = {}) {
    super(`${describe(ref)} ${path}: the server does not keep what is applied (${why}); not written again before it changes`)
    this.ref = ref
    this.path = path
    this.heldBack = heldBack
  }
}

/** Somebody else keeps changing a field that is ours. */
export class Contested extends Error {
  override name = 'Contested'
  readonly ref: ObjectRef
  readonly path: string
  /** The other field manager, when the server's record shows it. */
  readonly manager: string | undefined
  /** Milliseconds until it is put right once more. */
  readonly retryAfter: number
  constructor(ref: ObjectRef, { path, manager, times, retryAfter }: { path: string; manager?: string; times: number; retryAfter: number }) {
    const other = manager === undefined ? 'somebody else' : `field manager ${manager}`
    super(`${describe(ref)} ${path}: ${other} has changed it back ${times} times within ${minutes} minutes; left as it is for now`)
    this.ref = ref
    this.path = path
    this.manager = manager
    this.retryAfter = retryAfter
  }
}

/** Nothing was sent, for it could only have done harm. */
export const isHeldBack = (error: unknown): boolean => error instanceof Contested || (error instanceof Unsettled && error.heldBack)

const minutes = 10
const windowMs = minutes * 60_000
/** How often within the window the same content is put back, and how often an object is written at all. */
const most = { restores: 5, writes: 100 }

/** An object, and what is wanted of it. */
export interface Attempt {
  ref: ObjectRef
  /** Equal for equal wishes. */
  wish: string
}

interface Memory {
  /** Of the last write. */
  wish: string
  restores: number[]
  writes: number[]
  unsettled?: { difference: Difference; live: string }
}

export class Contest {
  readonly #clock: Clock
  readonly #memories = new Map<string, Memory>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Before a write. Throws Unsettled or Contested when it should not happen. */
  admit(
    { ref, wish }: Attempt,
    live: KubeObject | undefined,
    { difference, manager }: { difference: Difference; manager: string | undefined },
  ): void {
    const memory = this.#memories.get(keyOf(ref))
    if (!memory) return
    const again = memory.wish === wish
    if (again && live && memory.unsettled?.live === contentOf(live))
      throw new Unsettled(ref, memory.unsettled.difference, { heldBack: true })
    const restores = again ? this.#recent(memory.restores) : []
    const writes = this.#recent(memory.writes)
    const times = restores.length >= most.restores ? restores : writes.length >= most.writes ? writes : undefined
    const [first] = times ?? []
    if (!times || first === undefined) return
    throw new Contested(ref, { path: difference.path, manager, times: times.length, retryAfter: first + windowMs - this.#clock.now() })
  }

  /** After a write: what the server answered, and what would have to be written still. */
  written({ ref, wish }: Attempt, answer: KubeObject, left: Difference | undefined): void {
    const memory = this.#memories.get(keyOf(ref))
    const now = this.#clock.now()
    this.#memories.set(keyOf(ref), {
      wish,
      restores: memory?.wish === wish ? [...this.#recent(memory.restores), now] : [],
      writes: [...this.#recent(memory?.writes ?? []), now],
      ...(left && { unsettled: { difference: left, live: contentOf(answer) } }),
    })
  }

  forget(ref: ObjectRef): void {
    this.#memories.delete(keyOf(ref))
  }

  #recent(times: readonly number[]): number[] {
    return times.filter(time => time > this.#clock.now() - windowMs)
  }
}

/** What a write came to. */
export function effectOf(
  live: KubeObject | undefined,
  answer: KubeObject,
  { subresource, statusInside }: Pick<ApplyOptions, 'subresource' | 'statusInside'>,
): Applied['wrote'] {
  if (!live) return 'created'
  if (live.metadata.resourceVersion === answer.metadata.resourceVersion) return false
  return subresource || statusInside || contentOf(live) !== contentOf(answer) ? 'changed' : 'owner'
}

/** What must change before it is worth trying again: all but status, and what each write changes by itself. */
function contentOf(object: KubeObject): string {
  const { metadata, status: _, ...content } = object as KubeObject & { status?: unknown }
  const { managedFields: __, resourceVersion: ___, generation: ____, ...lasting } = metadata
  return JSON.stringify({ ...content, metadata: lasting })
}

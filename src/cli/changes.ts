/** Gathers what is written for a resource, so that a hundred objects that follow from one change are one piece of news. Writes nothing. */
import type { Clock } from '../kube/clock.ts'
import { describe, keyOf, type ObjectRef } from '../kube/objects.ts'
import type { Effect, Write } from '../kube/telling.ts'
import { listed } from '../reconcile/problems.ts'

export interface ChangesOptions {
  clock: Clock
  /** Called with a resource and what was done for it, in one line. */
  tell(owner: ObjectRef, message: string): void
}

/** Milliseconds: so long is gathered, and so long there is no more news of the same resource. */
const gathering = 5_000
const quiet = 60_000

const verbs: Partial<Record<Effect, string>> = { created: 'made', changed: 'changed', deleted: 'removed' }

interface Gathered {
  owner: ObjectRef
  /** By the object; what was done last counts. */
  writes: Map<string, Write>
  cancel?: () => void
  toldAt: number
}

export class Changes {
  readonly #options: ChangesOptions
  readonly #gathered = new Map<string, Gathered>()
  #closed = false

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  add(owner: ObjectRef, write: Write): void {
    if (this.#closed || !verbs[write.effect] || write.subresource !== undefined) return
    const { clock } = this.#options
    const key = keyOf(owner)
    const entry: Gathered = this.#gathered.get(key) ?? { owner, writes: new Map(), toldAt: Number.NEGATIVE_INFINITY }
    this.#gathered.set(key, entry)
    entry.writes.set(keyOf(write.ref), write)
    // A clock that was set back must not keep anything waiting.
    const rest = Math.min(Math.max(gathering, entry.toldAt + quiet - clock.now()), quiet)
    entry.cancel ??= clock.after(rest, () => this.#tell(entry))
  }

  /** What was gathered and not told is let go, and so is what was being written then. */
  close(): void {
    this.#closed = true
    for (const { cancel } of this.#gathered.values()) cancel?.()
    this.#gathered.clear()
  }

  #tell(entry: Gathered): void {
    this.#options.tell(entry.owner, inWords([...entry.writes.values()]))
    entry.writes.clear()
    entry.cancel = undefined
    entry.toldAt = this.#options.clock.now()
  }
}

/** `changed DaemonSet calico-system/calico-node (spec.updateStrategy), ConfigMap … and 4 more; removed Service …` */
function inWords(writes: readonly Write[]): string {
  const kinds = Map.groupBy(writes, ({ effect }) => verbs[effect] ?? effect)
  return [...kinds].map(([verb, all]) => `${verb} ${listed(all.map(named))}`).join('; ')
}

const named = ({ ref, path }: Write): string => (path === undefined ? describe(ref) : `${describe(ref)} (${path})`)

/** A cluster with an operator in it: what the runner needs of one, and when it is at rest. The sandbox and the real control plane each make one. */
import { operatorUser } from '../../hack/live-cluster.ts'
import { count, type Entry, lastChange } from '../../hack/trail.ts'
import type { User } from '../../src/cli/user.ts'
import type { KubeObject } from '../../src/kube/objects.ts'

export interface Bed {
  /** Somebody with all rights does something, and time passes until it is done. */
  does<T>(work: (user: User) => Promise<T>): Promise<T>
  /** Starts the operator, which works until `close`. */
  start(): Promise<void>
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>
  /** Milliseconds since 1970, by the cluster's clock. */
  now(): number
  /** All that was asked of the server until now. */
  trail(): Promise<Entry[]>
  /** Of the operator's process, in MiB; undefined where it has none of its own. */
  peakRss(): number | undefined
  /** What its process said; undefined where it has none. */
  log(): string | undefined
  close(): Promise<void>
}

/** Milliseconds without a change after which it is over: when all is well, and when it is not. */
const quiet = { well: 8_000, otherwise: 32_000 }
/** Longer than this nobody waits, in milliseconds. */
const longest = 180_000

export interface Rest {
  /** When it began to be waited for. */
  since: number
  /** Seconds from then until nothing changed any more; 0 when nothing did. */
  settled: number
  /** `quiet`: everything is available. `limit`: it is not, and nothing more happens. */
  ended: 'quiet' | 'limit'
}

/** Waits until no write of the operator has changed anything for 8 seconds and every TigeraStatus is good, or for 32 seconds. */
export async function rest(bed: Bed, since: number): Promise<Rest> {
  for (;;) {
    await bed.pass(1_000)
    const last = Math.max(lastChange(await bed.trail(), { user: operatorUser }) ?? since, since)
    const still = bed.now() - last
    const settled = Math.round((last - since) / 100) / 10
    if (still >= quiet.otherwise || bed.now() - since >= longest) return { since, settled, ended: 'limit' }
    if (still >= quiet.well && (await allGood(bed))) return { since, settled, ended: 'quiet' }
  }
}

export interface TigeraStatus extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}

async function allGood(bed: Bed): Promise<boolean> {
  const statuses: TigeraStatus[] = await bed.does(user => user.list('operator.tigera.io/v1', 'tigerastatuses'))
  return statuses.length > 0 && statuses.every(isGood)
}

const good = Object.entries({ Available: 'True', Progressing: 'False', Degraded: 'False' })

export const isGood = ({ status }: TigeraStatus): boolean =>
  good.every(([type, wanted]) => status?.conditions?.find(condition => condition.type === type)?.status === wanted)

/** What the operator did in the next so many seconds. */
export async function idle(bed: Bed, seconds: number): Promise<object> {
  const from = bed.now()
  await bed.pass(seconds * 1_000)
  return { seconds, ...count(await bed.trail(), { user: operatorUser, from, to: from + seconds * 1_000 }) }
}

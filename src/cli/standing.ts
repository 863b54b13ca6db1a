/** How the parts of Calico stand, by their TigeraStatuses: told when that changes. Reads the cache that the operator has anyway. */
import { TigeraStatus } from '../../api/tigerastatus.ts'
import type { Cache } from '../kube/cache.ts'
import { isTrue } from '../kube/objects.ts'

export type Standing = 'available' | 'progressing' | 'degraded' | 'unavailable'

export interface Turn {
  /** Of the TigeraStatus. */
  name: string
  standing: Standing
  /** Undefined when the status is new. */
  before: Standing | undefined
  reason: string
  message: string
}

/** The first line, and how many there are below it. */
export function inShort(message: string): string {
  const [first = '', ...more] = message.split('\n')
  return more.length > 0 ? `${first} (and ${more.length} more)` : first
}

/** Calls back at each turn, until what is returned is called. */
export function watchStanding(cache: Cache, turned: (turn: Turn) => void): () => void {
  return cache.subscribe(({ type, kind, object, previous }) => {
    if (kind.kind !== TigeraStatus.kind || kind.apiVersion !== TigeraStatus.apiVersion || !object || type === 'deleted') return
    const now = standingOf(object as TigeraStatus)
    const before = previous && standingOf(previous as TigeraStatus)
    if (now && now.standing !== before?.standing) turned({ name: object.metadata.name, before: before?.standing, ...now })
  })
}

/** The worst that it says counts: a degraded part may be available, and is degraded. Undefined when it says nothing yet. */
export function standingOf({ status }: TigeraStatus): Pick<Turn, 'standing' | 'reason' | 'message'> | undefined {
  const conditions = status?.conditions ?? []
  const found = (['Degraded', 'Available', 'Progressing'] as const).find(type => isTrue(conditions, type))
  const shown = conditions.find(({ type }) => type === (found ?? 'Available'))
  if (!shown) return undefined
  const standing = found ? (found.toLowerCase() as Standing) : 'unavailable'
  return { standing, reason: shown.reason ?? '', message: shown.message ?? '' }
}

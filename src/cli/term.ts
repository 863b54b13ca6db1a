/**
 * An operator at work, term by term: it stands by until it is the active one and holds the lease, works until it is told to end or loses either,
 * and then begins anew. Nothing but a signal, or new settings, ends it.
 */
import { hostname } from 'node:os'
import { Installation } from '../../api/installation.ts'
import type { Surroundings } from '../controllers/surroundings.ts'
import type { Cache, View } from '../kube/cache.ts'
import { type Clock, pause, type Random } from '../kube/clock.ts'
import { isForbidden } from '../kube/errors.ts'
import { ConfigMap } from '../kube/kinds.ts'
import { identityOf, Lease } from '../kube/lease.ts'
import type { Transport } from '../kube/transport.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { Chronicle } from './chronicle.ts'
import { Events } from './events.ts'
import { fault, type Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { logStanding, watchHealth } from './observe.ts'
import { type Observer, Operator } from './operator.ts'

export interface TermOptions {
  transport: Transport
  clock: Clock
  random: Random
  surroundings: Surroundings
  log: Log
  metrics: Metrics
  /** Only the holder of the lease works. */
  elect: boolean
  /** Aborted when the operator is to end. */
  stop: AbortSignal
}

/** How a term ended. `again`: another begins. */
type Ending = 'stopped' | 'again' | 'restart'

/** Settings of the process that only its start reads: when they change, whoever runs the process starts it anew (spec/installation-controller.md §1.3 step 13). */
const settingsName = 'operator-bootstrap-config'

const patience = {
  /** How long an operator that is asked to end stays to take Calico down (spec/installation-controller.md §1.4). */
  uninstallMs: 60_000,
  /** For writes under way. */
  lastWritesMs: 5_000,
  /** For giving the lease back. */
  farewellMs: 5_000,
  betweenTermsMs: 1_000,
}

/** Resolves when the operator has ended in order. */
export async function serve(options: TermOptions): Promise<void> {
  const { clock, stop, log } = options
  while (!stop.aborted) {
    const ending = await term(options)
    if (ending === 'restart') log.info(`ConfigMap ${settingsName} has changed: ending, to be started anew with it`)
    if (ending !== 'again') break
    await pause(clock, patience.betweenTermsMs, stop).catch(() => undefined)
  }
  log.info('the operator has ended')
}

async function term(options: TermOptions): Promise<Ending> {
  const { clock, random, surroundings, log, metrics, elect } = options
  const failed = (error: unknown) => log.debug(fault(error), 'an event could not be written')
  const chronicle = new Chronicle({ log, metrics, clock })
  const observers: Observer[] = [chronicle]
  const operator = new Operator({ transport: options.transport, clock, random, surroundings, observer: all(observers) })
  const { cache, client } = operator
  const events = new Events({ cache, client, clock, failed })
  observers.push(events)
  const ends = [watchHealth(cache, log), logStanding(cache, log), metrics.look(cache), () => events.close(), () => chronicle.close()]
  const lease = elect ? leaseOf(operator, options) : undefined
  try {
    if (!(await active(operator.cache, options))) return 'stopped'
    if (lease && !(await holds(lease, options))) return 'stopped'
    leads(metrics, lease, 1)
    log.info({ mode: surroundings.environment.v3 ? 'v3' : 'v1' }, 'this operator is at work')
    operator.start()
    return await working(operator, { ...options, lease })
  } finally {
    leads(metrics, lease, 0)
    for (const end of ends) end()
    operator.stop()
    await finished(operator, options)
    if (lease) await Promise.race([lease.stop(), pause(clock, patience.farewellMs)])
  }
}

function leads({ leader, master }: Metrics, lease: Lease | undefined, is: 0 | 1): void {
  leader.set(is)
  if (lease) master.set({ name: 'operator-lock' }, is)
}

/** One who tells all of them. */
const all = (observers: readonly Observer[]): Required<Observer> => ({
  applied(news) {
    for (const each of observers) each.applied?.(news)
  },
  wrote(write) {
    for (const each of observers) each.wrote?.(write)
  },
  reported(report) {
    for (const each of observers) each.reported?.(report)
  },
  fault(where, error) {
    for (const each of observers) each.fault?.(where, error)
  },
})

const leaseOf = (operator: Operator, { clock, random, surroundings, log }: TermOptions): Lease => {
  const identity = identityOf(hostname(), random)
  const { namespace } = surroundings.environment.operator
  const observed = (holder: string) => {
    if (holder !== '' && holder !== identity)
      log.info({ holder }, `standing by: Lease ${namespace}/operator-lock is held by another operator`)
  }
  return new Lease({ client: operator.client, clock, random, namespace, identity, observed })
}

/** Resolves with false when the operator is to end before it holds the lease. */
async function holds(lease: Lease, { stop, log }: TermOptions): Promise<boolean> {
  const give = () => void lease.stop()
  stop.addEventListener('abort', give, { once: true })
  try {
    await lease.acquire()
    log.info('the lease is held')
    return true
  } catch (error) {
    if (!stop.aborted) throw error
    return false
  } finally {
    stop.removeEventListener('abort', give)
  }
}

interface Work extends TermOptions {
  lease: Lease | undefined
}

/** Resolves when there is a reason to end. */
async function working({ cache }: Operator, { lease, surroundings, log, stop, clock }: Work): Promise<Ending> {
  const over = new AbortController()
  const either = AbortSignal.any([stop, over.signal])
  const { namespace } = surroundings.environment.operator
  const lost = lease?.lost.then(({ message, cause }): Ending => {
    log.error({ error: message, because: cause instanceof Error ? cause.message : undefined }, 'standing by')
    return 'again'
  })
  try {
    await Promise.race([settings(cache, namespace).settled(), once(either), ...(lost ? [lost] : [])])
    const ending = await Promise.race<Ending>([
      once(either).then(() => 'stopped'),
      ...(lost ? [lost] : []),
      holding(cache, () => !isActive(cache, namespace), either).then(() => 'again'),
      holding(
        cache,
        changes(() => settingsIn(cache, namespace)),
        either,
      ).then(() => 'restart'),
    ])
    if (stop.aborted) await uninstalled(cache, { clock, log })
    return stop.aborted ? 'stopped' : ending
  } finally {
    over.abort()
  }
}

const once = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

/** Resolves when the condition holds, asked now and at each change of the cache; never after the signal. */
function holding(cache: Cache, condition: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const ask = () => {
      if (signal.aborted || !condition()) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = cache.subscribe(ask)
    signal.addEventListener('abort', unsubscribe, { once: true })
    ask()
  })
}

/** Whether something is another than it was when it was first known. */
function changes(read: () => string | undefined): () => boolean {
  let first: string | undefined
  return () => {
    const now = read()
    first ??= now
    return now !== undefined && now !== first
  }
}

/** Who is asked to end while Calico is being deleted stays until it is gone, for nobody else would take it down. */
async function uninstalled(cache: Cache, { clock, log }: Pick<TermOptions, 'clock' | 'log'>): Promise<void> {
  const isLeaving = () => cache.view(Installation).get('default')?.metadata.deletionTimestamp !== undefined
  if (!isLeaving()) return
  log.info('Installation default is being deleted: staying until it is gone, or for a minute')
  const over = new AbortController()
  await Promise.race([
    holding(cache, () => !isLeaving(), over.signal),
    pause(clock, patience.uninstallMs, over.signal).catch(() => undefined),
  ])
  over.abort()
  log.info(isLeaving() ? 'Installation default is still there; the next operator goes on' : 'Installation default is gone')
}

/** Runs end with the write they are at. */
async function finished(operator: Operator, { clock }: TermOptions): Promise<void> {
  for (let waited = 0; !operator.resting && waited < patience.lastWritesMs; waited += 20) await pause(clock, 20)
}

const activeName = 'active-operator'

/** The namespace of the operator that the cluster names as the active one; undefined when it names none, and whoever comes may claim it (spec/installation-controller.md §9.1). */
const activeIn = (cache: Cache): string | undefined => claims(cache).get(activeName)?.data?.['active-namespace']

const claims = (cache: Cache): View<ConfigMap> => cache.view(ConfigMap, { namespace: calicoSystem })

const isActive = (cache: Cache, namespace: string): boolean => [undefined, namespace].includes(activeIn(cache))

/** Resolves when no other operator is named as the active one; with false when this one is to end before. */
async function active(cache: Cache, { surroundings, stop, log }: TermOptions): Promise<boolean> {
  const { namespace } = surroundings.environment.operator
  const over = new AbortController()
  const either = AbortSignal.any([stop, over.signal])
  await Promise.race([claims(cache).settled(), once(either)])
  // Who may not read it goes by the lease alone.
  const isKnown = () => claims(cache).state === 'synced' || isForbidden(claims(cache).error)
  if (!stop.aborted && !isKnown()) {
    log.error({ error: claims(cache).error?.message }, 'the API server cannot be reached; it is tried until it can')
    await Promise.race([holding(cache, isKnown, either), once(either)])
    if (isKnown()) log.info('the API server can be reached again')
  }
  const other = activeIn(cache)
  if (!isActive(cache, namespace)) {
    const remedy = `Change or delete ConfigMap ${calicoSystem}/${activeName} to make this one the active one`
    log.info({ active: other }, `standing by: the active operator is the one in namespace ${other}. ${remedy}`)
    await Promise.race([holding(cache, () => isActive(cache, namespace), either), once(either)])
  }
  over.abort()
  return !stop.aborted
}

const settings = (cache: Cache, namespace: string): View<ConfigMap> => cache.view(ConfigMap, { namespace })

/** Undefined while they are not known. */
function settingsIn(cache: Cache, namespace: string): string | undefined {
  const view = settings(cache, namespace)
  return view.state === 'synced' ? JSON.stringify(view.get(settingsName)?.data ?? {}) : undefined
}

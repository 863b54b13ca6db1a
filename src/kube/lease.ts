/** One process leads at a time: a Lease held and renewed, as client-go and controller-runtime do it, so that either yields to the other. Keeps no other state in the cluster. */
import type { Client } from './client.ts'
import { type Clock, pause, type Random } from './clock.ts'
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts'
import { Lease as LeaseKind } from './kinds.ts'

export interface LeaseOptions {
  client: Client
  clock: Clock
  random: Random
  namespace: string
  /** The reference's is `operator-lock`. */
  name?: string
  /** Of this process, as nobody else calls itself: see `identityOf`. */
  identity: string
  /** Milliseconds: how long a Lease counts that is not renewed, for how long renewing is tried, how long is waited between tries. */
  times?: { lasts: number; deadline: number; retry: number }
  /** Told who leads, when that changes. */
  observed?: (holder: string) => void
}

const usual = { lasts: 15_000, deadline: 10_000, retry: 2000 }

/** `hostname_uuid`, as controller-runtime has it. */
export function identityOf(hostname: string, random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hostname}_${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

export class Lease {
  readonly #options: Required<Omit<LeaseOptions, 'observed'>> & Pick<LeaseOptions, 'observed'>
  readonly #end = new AbortController()
  readonly #lost = Promise.withResolvers<Error>()
  /** As last seen, and since when by our own clock: clocks of others are not trusted. */
  #seen: { lease: LeaseKind; since: number } | undefined
  #renewing: Promise<void> | undefined
  #leads = false

  constructor(options: LeaseOptions) {
    this.#options = { name: 'operator-lock', times: usual, ...options }
  }

  /** Whether this process leads now. */
  get leads(): boolean {
    return this.#leads
  }

  /** Resolves when leadership is lost, with the reason; not when it is given up by `stop`. */
  get lost(): Promise<Error> {
    return this.#lost.promise
  }

  /** Resolves when this process leads. Errors of the server are waited out; rejects only when stopped. */
  async acquire(): Promise<void> {
    const { clock, random, times } = this.#options
    let asked = clock.now()
    while (!(await this.#tryFor(times.deadline).catch(() => false))) {
      await pause(clock, times.retry * (1 + 1.2 * random()), this.#end.signal)
      asked = clock.now()
    }
    this.#end.signal.throwIfAborted()
    this.#leads = true
    this.#renewing = this.#renew(asked)
  }

  /** Gives leadership up, so that the next one need not wait for the Lease to run out. */
  async stop(): Promise<void> {
    const led = this.#leads
    this.#leads = false
    this.#end.abort(new Error('stopped'))
    await this.#renewing
    if (led && this.#seen) await this.#put({ holderIdentity: '', leaseDurationSeconds: 1 }).catch(() => {})
  }

  /** Counted from when it was asked for: whoever waits for the Lease to run out counts from when the server had it, not from the answer. */
  async #renew(held: number): Promise<void> {
    const { clock, times } = this.#options
    let renewed = held
    let failure: unknown
    for (;;) {
      try {
        await pause(clock, times.retry, this.#end.signal)
      } catch {
        return
      }
      const asked = clock.now()
      try {
        if (await this.#tryFor(Math.max(renewed + times.deadline - asked, times.retry))) renewed = asked
      } catch (error) {
        failure = error
      }
      const mine = this.#seen?.lease.spec?.holderIdentity === this.#options.identity
      if (mine && clock.now() - renewed < times.deadline) continue
      if (this.#end.signal.aborted) return
      this.#leads = false
      const cause = mine ? failure : new Error('somebody else holds the Lease')
      this.#lost.resolve(new Error(`leadership is lost: the Lease could not be renewed within ${times.deadline / 1000} s`, { cause }))
      return
    }
  }

  /** An answer that comes later, in milliseconds, is none. */
  async #tryFor(time: number): Promise<boolean> {
    const { clock } = this.#options
    const over = new AbortController()
    const late = pause(clock, time, over.signal).then(() => Promise.reject(new Error(`no answer within ${time / 1000} s`)))
    try {
      return await Promise.race([this.#try(), late])
    } finally {
      over.abort()
    }
  }

  /** Takes or renews the Lease if nobody else holds it. */
  async #try(): Promise<boolean> {
    const { clock, identity } = this.#options
    if (this.#leads && (await this.#renewed())) return true
    const lease = await this.#get()
    if (!lease) return this.#create()
    const { holderIdentity: holder, leaseDurationSeconds = 0, acquireTime, leaseTransitions = 0 } = lease.spec ?? {}
    const over = this.#seen!.since + leaseDurationSeconds * 1000 <= clock.now()
    if (holder && holder !== identity && !over) return false
    const mine = holder === identity
    return this.#put({
      holderIdentity: identity,
      leaseDurationSeconds: this.#seconds(),
      acquireTime: mine ? acquireTime : this.#time(),
      renewTime: this.#time(),
      leaseTransitions: leaseTransitions + (mine ? 0 : 1),
    })
  }

  /** As long as it is ours nobody else writes it: what was seen last is what is there, or the write is refused. */
  async #renewed(): Promise<boolean> {
    return this.#seen?.lease.spec?.holderIdentity === this.#options.identity && this.#put({ renewTime: this.#time() })
  }

  async #get(): Promise<LeaseKind | undefined> {
    const { client, namespace, name } = this.#options
    try {
      const lease = await client.get(LeaseKind, name, namespace)
      this.#saw(lease)
      return lease
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #create(): Promise<boolean> {
    const { client, namespace, name, identity } = this.#options
    const times = { acquireTime: this.#time(), renewTime: this.#time() }
    const spec = { holderIdentity: identity, leaseDurationSeconds: this.#seconds(), leaseTransitions: 0, ...times }
    try {
      this.#saw(
        await client.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec } as LeaseKind),
      )
      return true
    } catch (error) {
      if (isAlreadyExists(error)) return false
      throw error
    }
  }

  /** False when somebody has written it since it was seen. */
  async #put(changes: NonNullable<LeaseKind['spec']>): Promise<boolean> {
    const { lease } = this.#seen!
    try {
      this.#saw(await this.#options.client.replace({ ...lease, spec: { ...lease.spec, ...changes } }))
      return true
    } catch (error) {
      if (isConflict(error)) return false
      throw error
    }
  }

  #saw(lease: LeaseKind): void {
    const before = this.#seen?.lease
    if (before?.metadata.resourceVersion === lease.metadata.resourceVersion) return
    this.#seen = { lease, since: this.#options.clock.now() }
    const holder = lease.spec?.holderIdentity ?? ''
    if (holder !== (before?.spec?.holderIdentity ?? '')) this.#options.observed?.(holder)
  }

  #seconds(): number {
    return Math.ceil(this.#options.times.lasts / 1000)
  }

  /** Leases have microseconds. */
  #time(): string {
    return new Date(this.#options.clock.now()).toISOString().replace('Z', '000Z')
  }
}

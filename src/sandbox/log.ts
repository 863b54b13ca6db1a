/** What was asked of the server and what came of it, for whoever counts. */
import type { Call, Verb } from './call.ts'

export interface LoggedRequest {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly user: string
  readonly userAgent: string
  readonly verb: Verb
  readonly group: string
  readonly version: string
  /** Plural name. */
  readonly resource: string
  readonly kind: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** The status answered. */
  readonly status: number
  /** Of writes: whether the store changed. A dry run never does. */
  readonly effect: boolean
}

const writes: readonly Verb[] = ['create', 'update', 'patch', 'delete', 'deletecollection']

export class RequestLog {
  #requests: LoggedRequest[] = []

  /** In the order in which they came. */
  get all(): readonly LoggedRequest[] {
    return this.#requests
  }

  add(call: Call, { time, status, effect }: { time: number; status: number; effect: boolean }): void {
    const { user, userAgent, verb, served, subresource, namespace, name } = call
    this.#requests.push({
      time,
      user: user.name,
      userAgent,
      verb,
      group: served.group,
      version: served.version,
      resource: served.plural,
      kind: served.kind,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      status,
      effect,
    })
  }

  clear(): void {
    this.#requests = []
  }

  /** All writes, of one user when given. */
  writes(user?: string): LoggedRequest[] {
    return this.#of(user).filter(({ verb }) => writes.includes(verb))
  }

  /** Gets and lists; watches are no reads. */
  reads(user?: string): LoggedRequest[] {
    return this.#of(user).filter(({ verb }) => verb === 'get' || verb === 'list')
  }

  withoutEffect(user?: string): LoggedRequest[] {
    return this.writes(user).filter(({ effect, status }) => !effect && status < 400)
  }

  failed(user?: string): LoggedRequest[] {
    return this.#of(user).filter(({ status }) => status >= 400)
  }

  #of(user: string | undefined): LoggedRequest[] {
    return this.#requests.filter(request => user === undefined || request.user === user)
  }
}

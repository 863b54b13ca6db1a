/** What was asked of the server and what came of it, for whoever counts. */
import type { Call, Verb } from './call.ts'
import type { Served } from './served.ts'

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

  add(request: LoggedRequest): void {
    this.#requests.push(request)
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

interface Outcome {
  time: number
  status: number
  effect: boolean
}

/** What the log keeps of a request. */
export function entryOf({ user, userAgent, verb, served, ...place }: Logged, outcome: Outcome): LoggedRequest {
  const { group, version, plural: resource, kind } = served
  const { subresource, namespace, name } = place
  return {
    ...{ user: user.name, userAgent, verb, group, version, resource, kind },
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...outcome,
  }
}

type Logged = Pick<Call, 'user' | 'userAgent' | 'verb' | 'subresource' | 'namespace' | 'name'> & {
  served: Pick<Served, 'group' | 'version' | 'plural' | 'kind'>
}

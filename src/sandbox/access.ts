/** Who may do what: everybody everything, but for what has been forbidden. No roles are read. */
import { aboutResource, type Call, type User } from './call.ts'
import { forbidden, refusal } from './refusals.ts'

/** What a rule forbids; what is left out stands for anything. */
export interface Forbidden {
  user?: string
  verb?: string
  group?: string
  resource?: string
  /** `status`; without it a rule is about the resource and all that is below it. */
  subresource?: string
  namespace?: string
  name?: string
  /** A path that is no resource. */
  path?: string
}

export interface Attempt {
  user: User
  verb: string
  group?: string | undefined
  resource?: string | undefined
  subresource?: string | undefined
  namespace?: string | undefined
  name?: string | undefined
  path?: string | undefined
}

export class Access {
  readonly #rules = new Set<Forbidden>()

  /** What is returned takes the rule back. */
  forbid(rule: Forbidden): () => void {
    this.#rules.add(rule)
    return () => this.#rules.delete(rule)
  }

  allows(attempt: Attempt): boolean {
    return ![...this.#rules].some(rule => matches(rule, attempt))
  }

  /** Throws Refusal. */
  check(call: Call): void {
    const { user, verb, served, subresource, namespace, name } = call
    if (this.#rules.size === 0) return
    if (this.allows({ user, verb, group: served.group, resource: served.plural, subresource, namespace, name })) return
    const resource = subresource ? `${served.plural}/${subresource}` : served.plural
    const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'
    const about = verb === 'list' || verb === 'watch' ? { group: served.group, resource: served.plural } : aboutResource(call)
    throw forbidden(about, `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${served.group}" ${where}`)
  }

  /** Throws Refusal. */
  checkPath(user: User, path: string): void {
    if (this.#rules.size === 0 || this.allows({ user, verb: 'get', path })) return
    throw refusal(403, { reason: 'Forbidden', message: `forbidden: User "${user.name}" cannot get path "${path}"`, details: {} })
  }
}

function matches({ user, ...rule }: Forbidden, attempt: Attempt): boolean {
  if (user !== undefined && user !== attempt.user.name) return false
  if (rule.path === undefined && attempt.path !== undefined) return false
  return (Object.keys(rule) as (keyof typeof rule)[]).every(key => rule[key] === undefined || rule[key] === attempt[key])
}

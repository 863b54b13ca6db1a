/** Whether a policy or webhook is meant for a write. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules */
import type { LabelSelector, NamedRuleWithOperations } from '../../kube/kinds.ts'
import type { Item } from '../objects.ts'
import { selects } from '../schema/builtin/checks.ts'
import type { Review, Server } from '../server.ts'

/** What policies, their bindings and webhooks have in common. */
export interface Match {
  rules?: NamedRuleWithOperations[]
  excluded?: NamedRuleWithOperations[]
  namespaceSelector?: LabelSelector | undefined
  objectSelector?: LabelSelector | undefined
  matchPolicy?: string | undefined
}

/** Without rules everything is meant, as by bindings that say nothing. */
export function matches(server: Server, review: Review, match: Match): boolean {
  const meets = (rule: NamedRuleWithOperations) => meetsRule(server, review, { rule, exact: match.matchPolicy === 'Exact' })
  if (match.rules && !match.rules.some(meets)) return false
  if (match.excluded?.some(meets)) return false
  return inNamespace(server, review, match.namespaceSelector) && isSelected(review, match.objectSelector)
}

interface Asked {
  rule: NamedRuleWithOperations
  exact: boolean
}

function meetsRule(server: Server, review: Review, { rule, exact }: Asked): boolean {
  const { served, subresource } = review.call
  const any = (list: string[] | undefined, value: string) => list?.includes('*') || list?.includes(value) || false
  // Other versions of the same resource are as good, unless it is said otherwise.
  const versions = exact ? [served.version] : server.catalogue.versions(served).map(({ version }) => version)
  const scope = rule.scope ?? '*'
  return (
    any(rule.operations, review.operation) &&
    any(rule.apiGroups, served.group) &&
    versions.some(version => any(rule.apiVersions, version)) &&
    (rule.resources ?? []).some(resource => meetsResource(resource, served.plural, subresource)) &&
    (scope === '*' || (scope === 'Namespaced') === served.namespaced) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(nameOf(review)))
  )
}

function meetsResource(wanted: string, plural: string, subresource: string | undefined): boolean {
  const [resource, below] = wanted.split('/')
  if (resource !== '*' && resource !== plural) return false
  return below === undefined ? subresource === undefined : below === '*' || below === subresource
}

export const nameOf = ({ call, object }: Review): string => call.name ?? object?.metadata.name ?? ''

/** Objects that are in no namespace are meant, but Namespaces themselves go by their own labels. */
function inNamespace(server: Server, review: Review, selector: LabelSelector | undefined): boolean {
  if (!selector) return true
  const { served } = review.call
  if (served.group === '' && served.kind === 'Namespace') return selects(selector, labelsOf(review.object ?? review.old))
  if (!served.namespaced) return true
  return selects(selector, labelsOf(namespaceOf(server, review)))
}

/** The Namespace that a write goes to. */
export const namespaceOf = (server: Server, { call, object, old }: Review): Item | undefined => {
  const namespace = call.namespace ?? (object ?? old)?.metadata.namespace
  return namespace === undefined ? undefined : server.store.collection('namespaces').get(namespace)
}

const isSelected = ({ object, old }: Review, selector: LabelSelector | undefined): boolean =>
  !selector || [object, old].some(each => each !== undefined && selects(selector, labelsOf(each)))

const labelsOf = (object: Item | undefined): Record<string, string> => object?.metadata.labels ?? {}

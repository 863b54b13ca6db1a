/** Judges roles and their bindings. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { type FieldError, invalid, notSupported, required } from '../field-errors.ts'
import { dnsSubdomain, pathSegment } from '../names.ts'
import { named, perhapsNamed, selector } from './checks.ts'

const group = 'rbac.authorization.k8s.io'

export const checkRole = ({ rules }: Role): FieldError[] => checkRules(rules, true)

export function checkClusterRole({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = aggregationRule?.clusterRoleSelectors ?? []
  return [
    ...checkRules(rules, false),
    ...(aggregationRule && selectors.length === 0
      ? [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
      : []),
    ...selectors.flatMap((each, index) => selector(each, `${path}[${index}]`)),
  ]
}

const checkRules = (rules: PolicyRule[] | null | undefined, namespaced: boolean): FieldError[] =>
  (rules ?? []).flatMap((rule, index) => checkRule(rule, namespaced, `rules[${index}]`))

function checkRule(
  { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule,
  namespaced: boolean,
  path: string,
): FieldError[] {
  const url = (words: string) => invalid(`${path}.nonResourceURLs`, nonResourceURLs, words)
  const needsVerb = verbs?.length ? [] : [required(`${path}.verbs`, 'verbs must contain at least one value')]
  if (nonResourceURLs.length === 0) {
    return [
      ...needsVerb,
      ...(apiGroups.length === 0 ? [required(`${path}.apiGroups`, 'resource rules must supply at least one api group')] : []),
      ...(resources.length === 0 ? [required(`${path}.resources`, 'resource rules must supply at least one resource')] : []),
    ]
  }
  const both = apiGroups.length + resources.length + resourceNames.length > 0
  return [
    ...needsVerb,
    ...(namespaced ? [url('namespaced rules cannot apply to non-resource URLs')] : []),
    ...(both ? [url('rules cannot apply to both regular resources and non-resource URLs')] : []),
  ]
}

export const checkRoleBinding = (binding: RoleBinding, old?: RoleBinding): FieldError[] =>
  checkBinding(binding, old, ['Role', 'ClusterRole'])
export const checkClusterRoleBinding = (binding: ClusterRoleBinding, old?: ClusterRoleBinding): FieldError[] =>
  checkBinding(binding, old, ['ClusterRole'])

type Binding = Pick<RoleBinding, 'roleRef' | 'subjects'>

/** As the server prints it, whose own type has no names for JSON. */
const asGo = ({ apiGroup, kind = '', name = '' }: Binding['roleRef']) => ({ APIGroup: apiGroup, Kind: kind, Name: name })

function checkBinding({ roleRef, subjects = [] }: Binding, old: Binding | undefined, kinds: string[]): FieldError[] {
  const namespaced = kinds.includes('Role')
  return [
    ...(roleRef.apiGroup === group ? [] : [notSupported('roleRef.apiGroup', roleRef.apiGroup, [group])]),
    ...(kinds.includes(roleRef.kind) ? [] : [notSupported('roleRef.kind', roleRef.kind ?? '', kinds)]),
    ...named(roleRef.name, pathSegment, 'roleRef.name'),
    ...subjects.flatMap((subject, index) => checkSubject(subject, namespaced, `subjects[${index}]`)),
    ...(old && !equal(roleRef, old.roleRef) ? [invalid('roleRef', asGo(roleRef), 'cannot change roleRef')] : []),
  ]
}

function checkSubject({ kind, name, namespace, apiGroup = '' }: Subject, namespaced: boolean, path: string): FieldError[] {
  const inGroup = (wanted: string) => (apiGroup === wanted ? [] : [notSupported(`${path}.apiGroup`, apiGroup, [wanted])])
  const missing = name ? [] : [required(`${path}.name`)]
  if (kind === 'ServiceAccount') {
    const nowhere = !namespaced && !namespace ? [required(`${path}.namespace`)] : []
    return [...missing, ...perhapsNamed(name, dnsSubdomain, `${path}.name`), ...inGroup(''), ...nowhere]
  }
  if (kind === 'User' || kind === 'Group') return [...missing, ...inGroup(group)]
  return [...missing, notSupported(`${path}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group'])]
}

/** Judges webhook configurations and admission policies. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../kube/kinds.ts'
import { CelError, compile } from '../../cel/environment.ts'
import { duplicate, type FieldError, invalid, notSupported, required } from '../field-errors.ts'
import { dns1035Label, dnsSubdomain, portNumber } from '../names.ts'
import { oneOf, perhapsNamed, present, repeated, selector } from './checks.ts'

const reviews = ['v1', 'v1beta1']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']

export const checkValidatingWebhooks = ({ webhooks = [] }: ValidatingWebhookConfiguration): FieldError[] => checkWebhooks(webhooks)
export const checkMutatingWebhooks = ({ webhooks = [] }: MutatingWebhookConfiguration): FieldError[] => checkWebhooks(webhooks)

function checkWebhooks(webhooks: (ValidatingWebhook | MutatingWebhook)[]): FieldError[] {
  const twice = repeated(webhooks.map(({ name }) => name))
  return webhooks.flatMap((webhook, index) => [
    ...checkWebhook(webhook, `webhooks[${index}]`),
    ...checkReviewVersions(webhook.admissionReviewVersions ?? [], `webhooks[${index}].admissionReviewVersions`),
    ...(twice.includes(index) ? [duplicate(`webhooks[${index}].name`, webhook.name)] : []),
  ])
}

function checkWebhook(webhook: ValidatingWebhook | MutatingWebhook, path: string): FieldError[] {
  const { timeoutSeconds = 10, sideEffects, clientConfig = {} } = webhook
  return [
    ...fullyQualified(webhook.name, `${path}.name`),
    ...(webhook.rules ?? []).flatMap((rule, index) => checkRule(rule, `${path}.rules[${index}]`)),
    ...oneOf(webhook.failurePolicy, ['Fail', 'Ignore'], `${path}.failurePolicy`),
    ...oneOf(webhook.matchPolicy, ['Equivalent', 'Exact'], `${path}.matchPolicy`),
    ...(sideEffects !== undefined
      ? oneOf(sideEffects, ['None', 'NoneOnDryRun'], `${path}.sideEffects`)
      : [required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun')]),
    ...(timeoutSeconds < 1 || timeoutSeconds > 30
      ? [invalid(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...selector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...selector(webhook.objectSelector, `${path}.objectSelector`),
    ...checkClient(clientConfig, `${path}.clientConfig`),
    ...checkConditions(webhook.matchConditions ?? [], `${path}.matchConditions`),
  ]
}

function fullyQualified(name: string, path: string): FieldError[] {
  if (!name) return [required(path)]
  const complaints = dnsSubdomain(name)
  if (complaints.length > 0) return [invalid(path, name, complaints.join(','))]
  return name.split('.').length < 3 ? [invalid(path, name, 'should be a domain with at least three segments separated by dots')] : []
}

function checkClient({ url, service }: ValidatingWebhook['clientConfig'], path: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')]
  if (!service) return checkUrl(url ?? '', `${path}.url`)
  return [
    // The server takes one for the other.
    ...present(service.name, `${path}.service.namespace`),
    ...present(service.namespace, `${path}.service.name`),
    ...portNumber(service.port ?? 443).map(words => invalid(`${path}.service.port`, service.port, `port is not valid: ${words}`)),
    ...checkServicePath(service.path ?? '', `${path}.service.path`),
  ]
}

function checkServicePath(value: string, path: string): FieldError[] {
  if (value === '' || value === '/') return []
  const error = (words: string) => invalid(path, value, words)
  if (value === '//') return [error('segment[0] may not be empty')]
  const segments = value.slice(1).replace(/\/$/, '').split('/')
  return [
    ...(value.startsWith('/') ? [] : [error("must start with a '/'")]),
    ...segments.flatMap((segment, index) =>
      segment === ''
        ? [error(`segment[${index}] may not be empty`)]
        : dnsSubdomain(segment).map(words => error(`segment[${index}]: ${words}`)),
    ),
  ]
}

function checkUrl(url: string, path: string): FieldError[] {
  const desired = 'desired format: https://host[/path]'
  const [, scheme = '', host = ''] = /^(?:([a-z]+):\/\/)?([^/]*)/.exec(url) ?? []
  return [
    ...(scheme === 'https' ? [] : [invalid(path, scheme, `'https' is the only allowed URL scheme; ${desired}`)]),
    ...(scheme && host ? [] : [invalid(path, '', `host must be specified; ${desired}`)]),
  ]
}

function checkReviewVersions(versions: string[], path: string): FieldError[] {
  if (versions.length === 0) return [required(path, `must specify one of ${reviews.join(', ')}`)]
  const twice = repeated(versions)
  return [
    ...versions.flatMap((version, index) =>
      twice.includes(index)
        ? [invalid(`${path}[${index}]`, version, 'duplicate version')]
        : dns1035Label(version).map(words => invalid(`${path}[${index}]`, version, words)),
    ),
    ...(versions.some(version => reviews.includes(version))
      ? []
      : [invalid(path, versions, `must include at least one of ${reviews.join(', ')}`)]),
  ]
}

function checkRule(
  { operations: on = [], apiGroups = [], apiVersions = [], resources = [], scope }: RuleWithOperations,
  path: string,
): FieldError[] {
  return [
    ...(on.length === 0 ? [required(`${path}.operations`)] : []),
    ...(on.length > 1 && on.includes('*')
      ? [invalid(`${path}.operations`, on, "if '*' is present, must not specify other operations")]
      : []),
    ...on.flatMap((each, index) => oneOf(each, operations, `${path}.operations[${index}]`)),
    ...checkMany(apiGroups, `${path}.apiGroups`, 'API groups'),
    ...checkMany(apiVersions, `${path}.apiVersions`, 'API versions'),
    ...apiVersions.flatMap((version, index) => present(version, `${path}.apiVersions[${index}]`)),
    ...checkResources(resources, `${path}.resources`),
    ...(scope ? oneOf(scope, ['*', 'Cluster', 'Namespaced'], `${path}.scope`) : []),
  ]
}

function checkResources(resources: string[], path: string): FieldError[] {
  const below = new Set<string>()
  const above = new Set<string>()
  const each = resources.flatMap((text, index) => {
    if (text === '') return [required(`${path}[${index}]`)]
    const [resource = '', ...rest] = text.split('/')
    if (rest.length === 0) return []
    const subresource = rest.join('/')
    const found = [below.has(resource) ? `${resource}/*` : '', above.has(subresource) ? `*/${subresource}` : ''].filter(Boolean)
    if (subresource === '*') below.add(resource)
    if (resource === '*') above.add(subresource)
    return found.map(other => invalid(`${path}[${index}]`, text, `if '${other}' is present, must not specify ${text}`))
  })
  const others = (words: string) => [invalid(path, resources, `if ${words}`)]
  return [
    ...(resources.length === 0 ? [required(path)] : []),
    ...each,
    ...(resources.length > 1 && resources.includes('*/*') ? others("'*/*' is present, must not specify other resources") : []),
    ...(resources.includes('*') && resources.some(text => text !== '*' && text !== '' && !text.includes('/'))
      ? others("'*' is present, must not specify other resources without subresources")
      : []),
  ]
}

const checkMany = (list: string[], path: string, what: string): FieldError[] => [
  ...(list.length === 0 ? [required(path)] : []),
  ...(list.length > 1 && list.includes('*') ? [invalid(path, list, `if '*' is present, must not specify other ${what}`)] : []),
]

/** Expressions that cannot be read. Types are not checked: the server does that only where it knows them. */
function checkExpression(expression: string | undefined, path: string, missing = ''): FieldError[] {
  if (!expression?.trim()) return [required(path, missing)]
  try {
    compile(expression, ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer', 'variables'])
    return []
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    return [invalid(path, expression, `compilation failed: ${error.message}`)]
  }
}

const checkConditions = (conditions: { name: string; expression: string }[], path: string): FieldError[] => {
  const twice = repeated(conditions.map(({ name }) => name))
  return conditions.flatMap(({ name, expression }, index) => [
    ...checkExpression(expression, `${path}[${index}].expression`),
    ...present(name, `${path}[${index}].name`),
    ...(twice.includes(index) ? [duplicate(`${path}[${index}].name`, name)] : []),
  ])
}

export function checkValidatingPolicy({ spec }: ValidatingAdmissionPolicy): FieldError[] {
  if (!spec) return [required('spec.matchConstraints')]
  const { validations = [], auditAnnotations = [], variables = [] } = spec
  const nothing = 'validations or auditAnnotations must contain at least one item'
  return [
    ...oneOf(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy'),
    ...checkParamKind(spec.paramKind),
    ...checkConstraints(spec.matchConstraints),
    ...checkConditions(spec.matchConditions ?? [], 'spec.matchConditions'),
    ...variables.flatMap(({ expression }, index) => checkExpression(expression, `spec.variables[${index}].expression`)),
    ...(validations.length + auditAnnotations.length === 0
      ? [required('spec.validations', nothing), required('spec.auditAnnotations', nothing)]
      : []),
    ...validations.flatMap(({ expression, messageExpression, reason }, index) => [
      ...checkExpression(expression, `spec.validations[${index}].expression`, 'expression is not specified'),
      ...(messageExpression ? checkExpression(messageExpression, `spec.validations[${index}].messageExpression`) : []),
      ...(reason === undefined ? [] : oneOf(reason, reasons, `spec.validations[${index}].reason`)),
    ]),
  ]
}

function checkParamKind(kind: { apiVersion?: string; kind?: string } | undefined): FieldError[] {
  return kind ? [...present(kind.apiVersion, 'spec.paramKind.apiVersion'), ...present(kind.kind, 'spec.paramKind.kind')] : []
}

function checkConstraints(match: MatchResources | undefined): FieldError[] {
  if (!match) return [required('spec.matchConstraints')]
  const rules = match.resourceRules ?? []
  return [
    ...selector(match.namespaceSelector, 'spec.matchConstraints.namespaceSelector'),
    ...selector(match.objectSelector, 'spec.matchConstraints.objectSelector'),
    ...rules.flatMap((rule, index) => checkRule(rule, `spec.matchConstraints.resourceRules[${index}]`)),
    ...(rules.length === 0 ? [required('spec.matchConstraints.resourceRules')] : []),
  ]
}

export function checkValidatingBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const actions = spec?.validationActions ?? []
  const path = 'spec.validationActions'
  const twice = repeated(actions)
  return [
    ...(spec?.policyName ? perhapsNamed(spec.policyName, dnsSubdomain, 'spec.policyName') : [required('spec.policyName')]),
    ...(spec?.matchResources?.resourceRules ?? []).flatMap((rule, index) => checkRule(rule, `spec.matchResources.resourceRules[${index}]`)),
    ...actions.flatMap((action, index) => [
      ...oneOf(action, ['Audit', 'Deny', 'Warn'], `${path}[${index}]`),
      ...(twice.includes(index) ? [duplicate(`${path}[${index}]`, action)] : []),
    ]),
    ...(actions.includes('Deny') && actions.includes('Warn')
      ? [
          invalid(
            path,
            actions,
            'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
          ),
        ]
      : []),
    ...(actions.length === 0 ? [required(path, 'at least one validation action is required')] : []),
  ]
}

export function checkMutatingPolicy({ spec }: MutatingAdmissionPolicy): FieldError[] {
  if (!spec) return [required('spec.matchConstraints')]
  const mutations = spec.mutations ?? []
  return [
    ...oneOf(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy'),
    ...checkParamKind(spec.paramKind),
    ...checkConstraints(spec.matchConstraints),
    ...checkConditions(spec.matchConditions ?? [], 'spec.matchConditions'),
    ...(spec.variables ?? []).flatMap(({ expression }, index) => checkExpression(expression, `spec.variables[${index}].expression`)),
    ...(mutations.length === 0 ? [required('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap(({ patchType, jsonPatch, applyConfiguration }, index) => {
      const path = `spec.mutations[${index}]`
      if (patchType === 'JSONPatch') return checkExpression(jsonPatch?.expression, `${path}.jsonPatch.expression`)
      if (patchType === 'ApplyConfiguration')
        return checkExpression(applyConfiguration?.expression, `${path}.applyConfiguration.expression`)
      return patchType
        ? [notSupported(`${path}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch'])]
        : [required(`${path}.patchType`)]
    }),
    ...(spec.reinvocationPolicy
      ? oneOf(spec.reinvocationPolicy, ['IfNeeded', 'Never'], 'spec.reinvocationPolicy')
      : [required('spec.reinvocationPolicy')]),
  ]
}

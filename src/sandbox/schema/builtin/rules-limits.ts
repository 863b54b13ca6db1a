/** Judges quotas, limits, events and endpoints. */
import { isIP } from 'node:net'
import type { EndpointSlice, Event, LimitRange, LimitRangeItem, ResourceQuota } from '../../../kube/kinds.ts'
import { compareQuantities } from '../../../kube/quantity.ts'
import { type FieldError, invalid, required } from '../field-errors.ts'
import { dnsSubdomain, labelKey } from '../names.ts'
import { oneOf } from './checks.ts'

/** https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
export function checkEndpointSlice({ addressType, endpoints = [] }: EndpointSlice): FieldError[] {
  return [
    ...oneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType'),
    ...(endpoints ?? []).flatMap(({ addresses = [] }, index) => {
      const path = `endpoints[${index}].addresses`
      if (!addresses?.length) return [required(path, 'must contain at least 1 address')]
      return addresses.flatMap((address, at) => checkAddress(address, addressType, `${path}[${at}]`))
    }),
  ]
}

function checkAddress(address: string, type: string, path: string): FieldError[] {
  if (type === 'FQDN') return dnsSubdomain(address).map(words => invalid(path, address, words))
  if (isIP(address) === 0) return [invalid(path, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  return isIP(address) === (type === 'IPv4' ? 4 : 6) ? [] : [invalid(path, address, `must be an ${type} address`)]
}

/** Events of namespaced objects are in the same namespace, others in `default`. */
export function checkEvent({ metadata: { namespace }, involvedObject: { namespace: of } }: Event): FieldError[] {
  const fits = of ? of === namespace : namespace === 'default' || namespace === 'kube-system'
  return fits ? [] : [invalid('involvedObject.namespace', of ?? '', 'does not match event.namespace')]
}

const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
export function checkResourceQuota({ spec = {} }: ResourceQuota): FieldError[] {
  const amounts = Object.entries((spec.hard ?? {}) as Record<string, unknown>)
  return [
    ...amounts.flatMap(([name, value]) =>
      compareQuantities(value, '0') === -1 ? [invalid(`spec.hard[${name}]`, value, 'must be greater than or equal to 0')] : [],
    ),
    ...(spec.scopeSelector?.matchExpressions ?? []).flatMap(({ scopeName = '', operator = '', values = [] }) => {
      const path = 'spec.scopeSelector.matchExpressions'
      const listed = operator === 'In' || operator === 'NotIn'
      return [
        ...(scopes.includes(scopeName) ? [] : [invalid(`${path}.scopeName`, scopeName, 'unsupported scope')]),
        ...(listed && values.length === 0
          ? [required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
          : []),
        ...(listed || operator === 'Exists' || operator === 'DoesNotExist'
          ? []
          : [invalid(`${path}.operator`, operator, 'not a valid selector operator')]),
      ]
    }),
  ]
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim']

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
export function checkLimitRange({ spec }: LimitRange): FieldError[] {
  return (spec?.limits ?? []).flatMap((item, index) => {
    const path = `spec.limits[${index}]`
    const complaints = labelKey(item.type ?? '').map(words => invalid(`${path}.type`, item.type ?? '', words))
    const odd = complaints.length === 0 && !item.type.includes('/') && !limitTypes.includes(item.type)
    return [
      ...complaints,
      ...(odd ? [invalid(`${path}.type`, item.type, 'must be a standard limit type or fully qualified')] : []),
      ...checkOrder(item, path),
    ]
  })
}

/** From the least to the greatest: min, default request, default, max. */
function checkOrder({ min = {}, max = {}, default: usual = {}, defaultRequest = {} }: LimitRangeItem, path: string): FieldError[] {
  const above = (a: unknown, b: unknown) => a !== undefined && b !== undefined && compareQuantities(a, b) === 1
  const of = (list: object, name: string) => (list as Record<string, unknown>)[name]
  return Object.keys({ ...min, ...max }).flatMap(name => {
    const [least, most, asked, given] = [of(min, name), of(max, name), of(defaultRequest, name), of(usual, name)]
    return [
      ...(above(least, most) ? [invalid(`${path}.min[${name}]`, least, `min value ${least} is greater than max value ${most}`)] : []),
      ...(above(least, asked)
        ? [invalid(`${path}.defaultRequest[${name}]`, asked, `min value ${least} is greater than default request value ${asked}`)]
        : []),
      ...(above(asked, most)
        ? [invalid(`${path}.defaultRequest[${name}]`, asked, `default request value ${asked} is greater than max value ${most}`)]
        : []),
      ...(above(least, given)
        ? [invalid(`${path}.default[${name}]`, least, `min value ${least} is greater than default value ${given}`)]
        : []),
      ...(above(given, most)
        ? [invalid(`${path}.default[${name}]`, most, `default value ${given} is greater than max value ${most}`)]
        : []),
    ]
  })
}

/** Whether what a Service says of its addresses and families fits together. Never chooses any. */
import type { Service } from '../../../kube/kinds.ts'
import { familyOf } from '../../addresses.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../field-errors.ts'

type ServiceSpec = Pick<NonNullable<Service['spec']>, 'type' | 'clusterIP' | 'clusterIPs' | 'ipFamilies' | 'ipFamilyPolicy'>

export const isHeadless = ({ clusterIPs = [] }: Pick<ServiceSpec, 'clusterIPs'>): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None'

const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

export function checkClusterIPs(spec: ServiceSpec): FieldError[] {
  return spec.type === 'ExternalName' ? checkNothingSaid(spec) : checkAddresses(spec)
}

/** A Service that is but a name has no address. */
const checkNothingSaid = (spec: ServiceSpec): FieldError[] =>
  (['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const).flatMap(field =>
    spec[field]?.length ? [forbidden(`spec.${field}`, 'may not be set for ExternalName services')] : [],
  )

function checkAddresses(spec: ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
  const addresses = clusterIPs.flatMap((_, index) => checkAddress(clusterIPs, index))
  const alone = [
    ...checkSameFirst(spec),
    ...ipFamilies.flatMap((family, index) => [
      ...(family === 'IPv4' || family === 'IPv6' ? [] : [notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6'])]),
      ...(ipFamilies.indexOf(family) < index ? [duplicate(`spec.ipFamilies[${index}]`, family)] : []),
    ]),
    ...(ipFamilyPolicy === undefined || policies.includes(ipFamilyPolicy)
      ? []
      : [notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, policies)]),
    ...addresses,
    ...(clusterIPs.length > 2 ? [invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values')] : []),
  ]
  return addresses.length > 0 ? alone : [...alone, ...checkFamilies(spec)]
}

/** The one address is the first of the list. */
function checkSameFirst({ clusterIP, clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (!clusterIP)
    return clusterIPs.length > 0 ? [invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified')] : []
  if (clusterIPs.length === 0) return [required('spec.clusterIPs')]
  return clusterIPs[0] === clusterIP ? [] : [invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')]
}

function checkAddress(clusterIPs: string[], index: number): FieldError[] {
  const address = clusterIPs[index]!
  if (index === 0 && address === 'None') {
    return clusterIPs.length > 1 ? [invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value")] : []
  }
  return familyOf(address)
    ? []
    : [invalid(`spec.clusterIPs[${index}]`, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
}

function checkFamilies(spec: ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const once = clusterIPs.length < 2 || new Set(clusterIPs.map(familyOf)).size > 1
  const others = clusterIPs.flatMap((address, index) => {
    const family = ipFamilies[index]
    if (isHeadless(spec) || (family !== 'IPv4' && family !== 'IPv6') || familyOf(address) === family) return []
    return [invalid(`spec.clusterIPs[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``)]
  })
  return [...(once ? [] : [invalid('spec.clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family')]), ...others]
}

/** Of an update: a Service keeps its first address and its first family; it gets or loses the second only if it says so. */
export function checkClusterIPsUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName' || (isHeadless(spec) && isHeadless(old))) return []
  const families = isHeadless(spec) === isHeadless(old) ? checkFamiliesUpdate(spec, old) : []
  return [...checkAddressesUpdate(spec, old), ...families]
}

function checkAddressesUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const { clusterIPs = [] } = spec
  const { clusterIPs: before = [] } = old
  const changed = (index: number) => invalid(`spec.clusterIPs[${index}]`, clusterIPs, 'may not change once set')
  if (before.length === clusterIPs.length) {
    return before.flatMap((address, index) => (address === clusterIPs[index] ? [] : [changed(index)]))
  }
  const isLost = before.length > clusterIPs.length && clusterIPs.length === 1 && spec.ipFamilyPolicy !== 'SingleStack'
  return [
    ...(clusterIPs.length === 0 ? [invalid('spec.clusterIPs[0]', clusterIPs, 'primary clusterIP can not be unset')] : []),
    ...(before.length > 0 && clusterIPs.length > 0 && before[0] !== clusterIPs[0] ? [changed(0)] : []),
    ...(isLost ? [mustBeSingle(spec, 'clusterIP')] : []),
  ]
}

const mustBeSingle = ({ ipFamilyPolicy }: ServiceSpec, what: string) =>
  invalid('spec.ipFamilyPolicy', ipFamilyPolicy ?? null, `must be set to 'SingleStack' when releasing the secondary ${what}`)

function checkFamiliesUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const { ipFamilies: before = [] } = old
  const changed = (shown: string[]) => invalid('spec.ipFamilies[0]', shown, 'may not change once set')
  if (before.length === ipFamilies.length) {
    return before.flatMap((family, index) => (family === ipFamilies[index] ? [] : [changed(ipFamilies)]))
  }
  const isLost = before.length > ipFamilies.length && ipFamilies.length === 1 && spec.ipFamilyPolicy !== 'SingleStack'
  return [
    ...(before.length > 0 && ipFamilies.length > 0 && before[0] !== ipFamilies[0] ? [changed(clusterIPs)] : []),
    ...(isLost ? [mustBeSingle(spec, 'ipFamily')] : []),
  ]
}

/** Which IP families a Service gets. https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services */
import { type Family, familyOf } from '../addresses.ts'
import { checkClusterIPs } from '../schema/builtin/cluster-ips.ts'
import type { FieldError } from '../schema/index.ts'
import { hasAddress, isHeadless, type ServiceSpec, same } from './service-spec.ts'

interface Cluster {
  /** The families of the Service network, the first being the default. */
  configured: readonly Family[]
  /** The Service as it was, of an update. */
  before: ServiceSpec | undefined
}

interface Choice {
  spec: ServiceSpec
  errors: FieldError[]
}

const wrong = (field: string, value: unknown, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, value, detail })
const policyError = ({ ipFamilyPolicy }: ServiceSpec, detail: string) => wrong('spec.ipFamilyPolicy', ipFamilyPolicy, detail)

/** The spec of a Service that has an address, with its policy and families, and what is wrong with them. */
export function chooseFamilies(said: ServiceSpec, cluster: Cluster): Choice {
  const { before, configured } = cluster
  if (before && keepsPreference(said, before)) return { spec: said, errors: [] }
  const policed = { ...said, ipFamilyPolicy: said.ipFamilyPolicy ?? before?.ipFamilyPolicy ?? (isAnywhere(said) ? dual : single) }
  const malformed = checkClusterIPs(policed)
  if (malformed.length > 0) return { spec: policed, errors: malformed }
  const fitted = before && policed.ipFamilyPolicy === single ? downgraded(policed, before) : policed
  const { spec, errors } = inferred(fitted, configured)
  const contradictory = [...checkReduced(fitted, before), ...checkSingle(fitted), ...errors]
  if (contradictory.length > 0) return { spec, errors: contradictory }
  if (isAnywhere(spec)) return { spec: { ...spec, ipFamilies: families(spec, configured[0]!, true) }, errors: [] }
  const unavailable = checkAvailable(spec, configured)
  if (unavailable.length > 0) return { spec, errors: unavailable }
  return { spec: { ...spec, ipFamilies: families(spec, configured[0]!, configured.length > 1) }, errors: [] }
}

const [single, dual, preferred] = ['SingleStack', 'RequireDualStack', 'PreferDualStack']

/** Nobody's families are asked for when a Service has no address and no pods. */
const isAnywhere = ({ clusterIP, selector = {} }: ServiceSpec) => clusterIP === 'None' && Object.keys(selector).length === 0

/** A Service that would like two families is not given another one, nor loses one, by an update that says nothing of them. */
const keepsPreference = (after: ServiceSpec, before: ServiceSpec) =>
  after.ipFamilyPolicy === preferred &&
  (before.ipFamilyPolicy ?? preferred) === preferred &&
  after.type === before.type &&
  hasAddress(after) &&
  same(after.clusterIPs, before.clusterIPs) &&
  same(after.ipFamilies, before.ipFamilies)

/** Asking for one family is enough to lose the second one. */
function downgraded(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const { clusterIPs = [], ipFamilies = [] } = after
  return {
    ...after,
    ...(same(clusterIPs, before.clusterIPs) && { clusterIPs: clusterIPs.slice(0, 1) }),
    ...(same(ipFamilies, before.ipFamilies) && { ipFamilies: ipFamilies.slice(0, 1) }),
  }
}

function checkReduced(after: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  if (!before || after.ipFamilyPolicy === single) return []
  const isFewer = (now: unknown[] = [], then: unknown[] = []) => now.length > 0 && now.length < then.length
  return [
    ...(isFewer(after.clusterIPs, before.clusterIPs)
      ? [policyError(after, "must be 'SingleStack' to release the secondary cluster IP")]
      : []),
    ...(isFewer(after.ipFamilies, before.ipFamilies)
      ? [policyError(after, "must be 'SingleStack' to release the secondary IP family")]
      : []),
  ]
}

function checkSingle(spec: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy !== single) return []
  const words = (what: string) => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  return [
    ...(spec.clusterIPs?.length === 2 ? [policyError(spec, words('cluster IPs'))] : []),
    ...(spec.ipFamilies?.length === 2 ? [policyError(spec, words('IP families'))] : []),
  ]
}

/** Addresses that are said without their families say those, too. */
function inferred(spec: ServiceSpec, configured: readonly Family[]): Choice {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const errors: FieldError[] = []
  const found = [...ipFamilies]
  for (const [index, address] of isHeadless(spec) ? [] : clusterIPs.entries()) {
    const family = familyOf(address)
    if (index < found.length || family === undefined) continue
    if (configured.includes(family)) found.push(family)
    else errors.push(wrong(`spec.clusterIPs[${index}]`, clusterIPs, `${family} is not configured on this cluster`))
  }
  return { spec: { ...spec, ipFamilies: found }, errors }
}

function checkAvailable(spec: ServiceSpec, configured: readonly Family[]): FieldError[] {
  const missing = (spec.ipFamilies ?? []).flatMap((family, index) =>
    configured.includes(family) ? [] : [wrong(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
  )
  const tooFew = spec.ipFamilyPolicy === dual && configured.length < 2
  return [...(tooFew ? [policyError(spec, 'this cluster is not configured for dual-stack services')] : []), ...missing]
}

function families({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec, first: Family, hasSecond: boolean): Family[] {
  const said = ipFamilies.length > 0 ? ipFamilies : [first]
  return ipFamilyPolicy !== single && said.length === 1 && hasSecond ? [said[0]!, other(said[0]!)] : said
}

const other = (family: Family): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4')

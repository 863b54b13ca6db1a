/** Which IP families a Service gets. https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services */
import { type Family, familyOf } from '../addresses.ts'
import type { FieldError } from '../schema/index.ts'
import type { ServiceSpec } from './services.ts'

interface Cluster {
  /** The families of the Service network, the first being the default. */
  configured: readonly Family[]
  /** What is wrong is added here. */
  errors: FieldError[]
}

const wrong = (field: string, value: unknown, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, value, detail })

/** The spec with its policy and families; unchanged when something is wrong. */
export function chooseFamilies(spec: ServiceSpec, { configured, errors }: Cluster): ServiceSpec {
  const asked = askedFamilies(spec)
  const anywhere = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  if (anywhere && asked.length === 0 && spec.ipFamilyPolicy === undefined) {
    return { ...spec, ipFamilyPolicy: 'RequireDualStack', ipFamilies: [configured[0]!, other(configured[0]!)] }
  }
  const found = anywhere ? [] : unavailable(spec, asked, configured)
  errors.push(...found)
  if (found.length > 0) return spec
  const ipFamilyPolicy =
    spec.ipFamilyPolicy ?? (asked.length > 1 || (spec.clusterIPs?.length ?? 0) > 1 ? 'RequireDualStack' : 'SingleStack')
  return { ...spec, ipFamilyPolicy, ipFamilies: families(asked, ipFamilyPolicy, configured) }
}

/** As said, or as the addresses say. */
function askedFamilies({ ipFamilies = [], clusterIPs = [] }: ServiceSpec): Family[] {
  if (ipFamilies.length > 0) return ipFamilies
  return clusterIPs.map(familyOf).filter(family => family !== undefined)
}

function families(asked: Family[], policy: string, configured: readonly Family[]): Family[] {
  const first = asked[0] ?? configured[0]!
  if (policy === 'SingleStack') return [first]
  const second = asked[1] ?? other(first)
  return policy === 'RequireDualStack' || configured.length > 1 ? [first, second] : [first]
}

const other = (family: Family): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4')

function unavailable(
  { clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: ServiceSpec,
  asked: Family[],
  configured: readonly Family[],
): FieldError[] {
  const missing = (family: Family | undefined) => family !== undefined && !configured.includes(family)
  const malformed = clusterIPs.flatMap((address, index) =>
    address === 'None' || familyOf(address)
      ? []
      : [wrong(`spec.clusterIPs[${index}]`, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')],
  )
  const addresses = clusterIPs.flatMap((address, index) =>
    missing(familyOf(address))
      ? [wrong(`spec.clusterIPs[${index}]`, clusterIPs, `${familyOf(address)} is not configured on this cluster`)]
      : [],
  )
  const said = ipFamilies.flatMap((family, index) =>
    missing(family) ? [wrong(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')] : [],
  )
  const dual = ipFamilyPolicy === 'RequireDualStack' && configured.length < 2 && asked.length < 2
  return [
    ...malformed,
    ...addresses,
    ...said,
    ...(dual ? [wrong('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services')] : []),
  ]
}

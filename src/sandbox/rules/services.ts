/** Services: their addresses and ports, taken from what is free, and kept through updates that do not say them. https://kubernetes.io/docs/concepts/services-networking/service/ */
import { isDryRun } from '../call.ts'
import { put } from '../fields.ts'
import type { Item } from '../objects.ts'
import { invalid } from '../refusals.ts'
import type { Server } from '../server.ts'
import { chooseFamilies } from './families.ts'
import { keptPorts, withNodePorts, withoutPorts } from './node-ports.ts'
import type { Preparation } from './preparation.ts'
import { checksHealth, hasAddress, isBalanced, isHeadless, isOutside, type ServiceSpec, same, specOf } from './service-spec.ts'
import { Taken } from './taken.ts'

export const service: Preparation = {
  create(object, server, call) {
    const after = normalised(specOf(object), undefined)
    return put(object, ['spec'], allocated(server, object, { after, isDryRun: isDryRun(call) }))
  },
  update(object, old, { server, call }) {
    const before = specOf(old)
    const after = normalised(kept(specOf(object), before), before)
    const updated = put(
      object,
      ['spec'],
      withoutPorts(fitting(allocated(server, object, { after, before, isDryRun: isDryRun(call) }), before), before),
    )
    return isBalanced(after) ? updated : put(updated, ['status', 'loadBalancer'], {})
  },
}

/** The one address and the list of them say the same; what a client changed counts. */
function normalised(spec: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  const { clusterIP = '', clusterIPs = [], ...rest } = spec
  if (!old) return clusterIP && clusterIPs.length === 0 ? { ...spec, clusterIPs: [clusterIP] } : spec
  if (clusterIP === (old.clusterIP ?? '')) return clusterIPs.length === 0 && old.clusterIPs ? { ...spec, clusterIPs: old.clusterIPs } : spec
  if (!same(clusterIPs, old.clusterIPs)) return spec
  return clusterIP ? { ...spec, clusterIPs: [clusterIP] } : rest
}

/** An update that does not say addresses or ports keeps them. */
function kept(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const ported = keptPorts(after, before)
  if (!hasAddress(before) || !hasAddress(after)) return ported
  const { clusterIP = '', clusterIPs = [] } = before
  return { ...ported, clusterIP: after.clusterIP || clusterIP, clusterIPs: after.clusterIPs?.length ? after.clusterIPs : clusterIPs }
}

/** What a change of type leaves without meaning goes, unless the update itself says something about it. */
function fitting(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const result: Record<string, unknown> = { ...after }
  for (const { fields, means } of meanings) {
    const isSame = fields.every(field => JSON.stringify(after[field]) === JSON.stringify(before[field]))
    if (isSame && means(before) && !means(after)) for (const field of fields) delete result[field]
  }
  return result as ServiceSpec
}

/** For which Services fields mean something. */
const meanings: { fields: (keyof ServiceSpec)[]; means: (spec: ServiceSpec) => boolean }[] = [
  { fields: ['clusterIP', 'clusterIPs'], means: hasAddress },
  { fields: ['ipFamilies'], means: hasAddress },
  { fields: ['ipFamilyPolicy'], means: hasAddress },
  { fields: ['internalTrafficPolicy'], means: hasAddress },
  { fields: ['externalTrafficPolicy'], means: isOutside },
  { fields: ['allocateLoadBalancerNodePorts'], means: isBalanced },
  { fields: ['loadBalancerClass'], means: isBalanced },
  { fields: ['healthCheckNodePort'], means: checksHealth },
]

interface Update {
  after: ServiceSpec
  before?: ServiceSpec
}

/** Throws Refusal. */
function allocated(server: Server, object: Item, { after, before, isDryRun }: Update & { isDryRun: boolean }): ServiceSpec {
  const taken = new Taken(server, { self: before && object, isDryRun })
  const addressed = withAddresses({ after, ...(before && { before }) }, taken)
  refuse(taken, object)
  const { ports, ...rest } = withNodePorts(addressed, taken, before)
  refuse(taken, object)
  return { ...rest, ...(ports && { ports }) }
}

function refuse({ errors }: Taken, { metadata }: Item): void {
  if (errors.length > 0) throw invalid(errors, { apiVersion: 'v1', kind: 'Service', name: metadata.name })
}

function withAddresses({ after, before }: Update, taken: Taken): ServiceSpec {
  if (!hasAddress(after)) return after
  const { spec, errors } = chooseFamilies(after, { configured: taken.networks.map(({ family }) => family), before })
  taken.errors.push(...errors)
  const { clusterIPs = [], ipFamilies = [] } = spec
  const had = before && hasAddress(before) ? before : undefined
  if (errors.length > 0 || isHeadless(had ?? spec) || (had && !isUpgraded(spec, had))) return spec
  const asked = ipFamilies.map((_, index) => clusterIPs[index] ?? '')
  const given = ipFamilies.map((family, index) => (had && index === 0 ? asked[0]! : taken.address(family, asked[index], asked)))
  return { ...spec, clusterIP: given[0] ?? '', clusterIPs: given }
}

/** Whether it gets a second address. */
const isUpgraded = ({ ipFamilies = [] }: ServiceSpec, before: ServiceSpec) => before.ipFamilies?.length === 1 && ipFamilies.length === 2

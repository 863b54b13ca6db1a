/** Services: their addresses and ports, taken from what is free, and kept through updates that do not say them. https://kubernetes.io/docs/concepts/services-networking/service/ */
import type { Random } from '../../kube/clock.ts'
import { contains, type Family, type Network, network, textOf } from '../addresses.ts'
import { put } from '../fields.ts'
import type { Item } from '../objects.ts'
import { invalid } from '../refusals.ts'
import type { FieldError } from '../schema/index.ts'
import type { Server } from '../server.ts'
import { chooseFamilies } from './families.ts'
import type { Preparation } from './preparation.ts'

export interface ServiceSpec {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  ipFamilies?: Family[]
  ipFamilyPolicy?: string
  ports?: Port[]
  selector?: Record<string, string>
  externalTrafficPolicy?: string
  healthCheckNodePort?: number
  allocateLoadBalancerNodePorts?: boolean
}

interface Port {
  name?: string
  protocol?: string
  port: number
  nodePort?: number
}

export const service: Preparation = {
  create: (object, server) => allocated(server, object, { after: normalised(specOf(object), undefined) }),
  update(object, old, server) {
    const before = specOf(old)
    return allocated(server, object, { after: fitting(kept(normalised(specOf(object), before), before), before), before })
  },
}

export const specOf = ({ spec }: Item): ServiceSpec => (spec ?? {}) as ServiceSpec
const hasAddress = ({ type }: ServiceSpec) => type !== 'ExternalName'
const hasNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec) =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
const checksHealth = ({ type, externalTrafficPolicy }: ServiceSpec) => type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** The one address and the list of them say the same; what a client changed counts. */
function normalised(spec: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  const { clusterIP, clusterIPs } = spec
  const same = (a: string[] | undefined, b: string[] | undefined) => JSON.stringify(a ?? []) === JSON.stringify(b ?? [])
  if (clusterIP && !clusterIPs?.length) return { ...spec, clusterIPs: [clusterIP] }
  if (!old || !same(clusterIPs, old.clusterIPs) || clusterIP === old.clusterIP) return spec
  const { clusterIPs: _, ...rest } = spec
  return clusterIP ? { ...rest, clusterIPs: [clusterIP] } : rest
}

/** What a change of type leaves without meaning goes, unless the update itself says something about it. */
function fitting(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const result: Record<string, unknown> = { ...after }
  for (const [field, means] of Object.entries(meaning)) {
    const same = after[field as keyof ServiceSpec] === before[field as keyof ServiceSpec]
    if (same && means(before) && !means(after)) delete result[field]
  }
  return result as ServiceSpec
}

const isBalanced = ({ type }: ServiceSpec) => type === 'LoadBalancer'
/** For which Services a field means something. */
const meaning: Record<string, (spec: ServiceSpec) => boolean> = {
  externalTrafficPolicy: spec => isBalanced(spec) || spec.type === 'NodePort',
  internalTrafficPolicy: hasAddress,
  allocateLoadBalancerNodePorts: isBalanced,
  loadBalancerClass: isBalanced,
}

/** An update that does not say addresses, families or ports keeps them. */
function kept(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const addressed = hasAddress(before) && hasAddress(after) ? keptAddresses(after, before) : after
  const ported =
    hasNodePorts(before) && hasNodePorts(after) ? { ...addressed, ports: keptPorts(after.ports ?? [], before.ports ?? []) } : addressed
  const checked = checksHealth(before) && checksHealth(after)
  return checked ? { ...ported, healthCheckNodePort: after.healthCheckNodePort || (before.healthCheckNodePort ?? 0) } : ported
}

function keptAddresses(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const clusterIP = after.clusterIP || (before.clusterIP ?? '')
  const same = !after.clusterIPs?.length && clusterIP === before.clusterIP
  return {
    ...after,
    clusterIP,
    clusterIPs: (same ? before.clusterIPs : after.clusterIPs) ?? [],
    ipFamilies: (after.ipFamilies?.length ? after.ipFamilies : before.ipFamilies) ?? [],
    ipFamilyPolicy: after.ipFamilyPolicy ?? before.ipFamilyPolicy ?? '',
  }
}

function keptPorts(after: Port[], before: Port[]): Port[] {
  const said = new Set(after.map(({ nodePort }) => nodePort))
  const key = ({ protocol, port }: Port) => `${protocol}/${port}`
  const known = new Map(before.map(port => [key(port), port.nodePort]))
  return after.map(port => {
    const nodePort = known.get(key(port))
    return port.nodePort || !nodePort || said.has(nodePort) ? port : { ...port, nodePort }
  })
}

function allocated(server: Server, object: Item, { after, before }: { after: ServiceSpec; before?: ServiceSpec }): Item {
  const taken = new Taken(server, object)
  const { ports, ...rest } = withNodePorts(withAddresses(after, taken, before), taken, before)
  if (taken.errors.length > 0) throw invalid(taken.errors, { apiVersion: 'v1', kind: 'Service', name: object.metadata.name })
  return put(object, ['spec'], { ...rest, ...(ports && { ports }) })
}

function withAddresses(spec: ServiceSpec, taken: Taken, before?: ServiceSpec): ServiceSpec {
  if (!hasAddress(spec)) {
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ...rest } = spec
    return rest
  }
  const chosen = chooseFamilies(spec, { configured: taken.networks.map(({ family }) => family), errors: taken.errors })
  if (taken.errors.length > 0 || chosen.clusterIP === 'None') return chosen
  const asked = chosen.clusterIPs ?? []
  const addresses = (chosen.ipFamilies ?? []).map((family, index) => taken.address(family, asked[index], before?.clusterIPs?.[index]))
  return { ...chosen, clusterIP: addresses[0] ?? '', clusterIPs: addresses }
}

function withNodePorts(spec: ServiceSpec, taken: Taken, before: ServiceSpec = {}): ServiceSpec {
  const owned = new Set([...(before.ports ?? []).map(({ nodePort }) => nodePort), before.healthCheckNodePort])
  const { healthCheckNodePort, ...rest } = spec
  const ports = spec.ports?.map((port, index) => {
    if (hasNodePorts(spec)) return { ...port, nodePort: taken.port(port.nodePort, { owned, field: `spec.ports[${index}].nodePort` }) }
    // A Service that is no longer reached through nodes gives its ports back.
    const { nodePort, ...bare } = port
    return hasNodePorts(before) && owned.has(nodePort) ? bare : port
  })
  // Where it means nothing it goes with what gave it a meaning; said anew, it is refused by who judges the Service.
  const said = healthCheckNodePort && !owned.has(healthCheckNodePort) && { healthCheckNodePort }
  const health = checksHealth(spec)
    ? { healthCheckNodePort: taken.port(healthCheckNodePort, { owned, field: 'spec.healthCheckNodePort' }) }
    : said
  return { ...rest, ...(ports && { ports }), ...(health || undefined) }
}

const [firstPort, lastPort] = [30000, 32767]

/** What other Services have, and what this one is given. */
class Taken {
  readonly networks: Network[]
  readonly errors: FieldError[] = []
  readonly #random: Random
  readonly #addresses = new Set<string>()
  readonly #ports = new Set<number>()

  constructor({ store, random, settings }: Server, { metadata }: Item) {
    this.networks = settings.serviceCIDRs.map(network)
    this.#random = random
    for (const other of store.collection('services').objects.values()) {
      if (other.metadata.namespace === metadata.namespace && other.metadata.name === metadata.name) continue
      const { clusterIPs = [], ports = [], healthCheckNodePort } = specOf(other)
      for (const address of clusterIPs) this.#addresses.add(address)
      for (const port of [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]) if (port) this.#ports.add(port)
    }
  }

  address(family: Family, asked: string | undefined, before: string | undefined): string {
    if (asked && asked === before) return asked
    const from = this.networks.find(each => each.family === family)!
    const wrong =
      asked &&
      (this.#addresses.has(asked)
        ? 'provided IP is already allocated'
        : !contains(from, asked) && 'the provided network does not match the current range')
    if (wrong)
      this.errors.push({
        type: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        value: [asked],
        detail: `failed to allocate IP ${asked}: ${wrong}`,
      })
    const address = asked || this.#free(from)
    this.#addresses.add(address)
    return address
  }

  /** By chance, from behind the part that is kept for those who choose themselves. https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/ */
  #free({ family, first, size }: Network): string {
    const limited = size > 65536n ? 65536n : size
    const reserved = Math.min(Math.max(16, Number(limited) / 16), 256)
    const range = Math.max(1, Number(limited) - reserved - 1)
    const start = Math.floor(this.#random() * range)
    for (let tries = 0; tries < range; tries++) {
      const address = textOf(family, first + BigInt(reserved + ((start + tries) % range)))
      if (!this.#addresses.has(address)) return address
    }
    throw new Error('no address is left in the Service network')
  }

  port(asked: number | undefined, { owned, field }: { owned: Set<number | undefined>; field: string }): number {
    const wrong = (detail: string) => this.errors.push({ type: 'FieldValueInvalid', field, value: asked, detail })
    if (asked && !owned.has(asked)) {
      if (asked < firstPort || asked > lastPort)
        wrong(`provided port is not in the valid range. The range of valid ports is ${firstPort}-${lastPort}`)
      else if (this.#ports.has(asked)) wrong('provided port is already allocated')
    }
    const port = asked || this.#freePort()
    this.#ports.add(port)
    return port
  }

  #freePort(): number {
    const count = lastPort - firstPort + 1
    const start = Math.floor(this.#random() * count)
    for (let tries = 0; tries < count; tries++) {
      const port = firstPort + ((start + tries) % count)
      if (!this.#ports.has(port)) return port
    }
    throw new Error('no node port is left')
  }
}

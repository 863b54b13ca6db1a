/** The ports that nodes open for a Service: given anew, kept, and given back. */
import { internal } from '../refusals.ts'
import { checksHealth, hasNodePorts, type Port, type ServiceSpec } from './service-spec.ts'
import type { Taken } from './taken.ts'

/** Whether ports are given to those that ask for none. */
const givesPorts = ({ type, allocateLoadBalancerNodePorts: asked }: ServiceSpec) =>
  type === 'NodePort' || (type === 'LoadBalancer' && asked !== false)

/** Of an update that does not say them: the ports of the same name keep theirs. */
export function keptPorts(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  if (!givesPorts(before) || !givesPorts(after)) return after
  const numbers = ({ ports = [] }: ServiceSpec) => ports.map(({ nodePort }) => nodePort)
  const used = new Set(numbers(before).filter(number => number && numbers(after).includes(number)))
  const known = new Map((before.ports ?? []).map(({ name, nodePort }) => [name, nodePort]))
  const ports = after.ports?.map(port => {
    const nodePort = known.get(port.name)
    return port.nodePort || !nodePort || used.has(nodePort) ? port : { ...port, nodePort }
  })
  return { ...after, ...(ports && { ports }) }
}

export function withNodePorts(spec: ServiceSpec, taken: Taken, before: ServiceSpec | undefined): ServiceSpec {
  const ports = before ? portsOfUpdate(spec, taken, before) : portsOfNew(spec, taken)
  return withHealthPort({ ...spec, ...(ports && { ports }) }, taken, before)
}

/** Ports of one number, for several protocols, share one. */
function portsOfNew(spec: ServiceSpec, taken: Taken): Port[] | undefined {
  if (!hasNodePorts(spec)) return spec.ports
  const given = new Map<number, number>()
  return spec.ports?.map((port, index, all) => {
    if (!port.nodePort && !givesPorts(spec)) return port
    const shared = given.get(port.port)
    const asked = shared ? port.nodePort : all.find(each => each.port === port.port && each.nodePort)?.nodePort
    if (asked && asked !== shared) claim(taken, asked, index)
    const nodePort = asked ?? shared ?? taken.port()
    if (!shared) given.set(port.port, nodePort)
    return { ...port, nodePort }
  })
}

function portsOfUpdate(spec: ServiceSpec, taken: Taken, before: ServiceSpec): Port[] | undefined {
  const owned = new Set((before.ports ?? []).map(({ nodePort }) => nodePort))
  if (!hasNodePorts(spec)) return spec.ports
  const given: string[] = []
  return spec.ports?.map((port, index) => {
    if (!port.nodePort && !givesPorts(spec)) return port
    if (port.nodePort && !owned.has(port.nodePort)) claim(taken, port.nodePort, index)
    const nodePort = port.nodePort || taken.port()
    const text = `{${port.protocol} ${nodePort}}`
    if (given.includes(text)) throw internal(`duplicate nodePort: ${text}`)
    given.push(text)
    return { ...port, nodePort }
  })
}

/** A Service that is no longer reached through nodes gives its ports back, unless the update asks for others. */
export function withoutPorts(after: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const { ports = [] } = after
  const owned = new Set((before.ports ?? []).map(({ nodePort }) => nodePort))
  if (hasNodePorts(after) || !hasNodePorts(before) || ports.some(({ nodePort }) => nodePort && !owned.has(nodePort))) return after
  return { ...after, ports: ports.map(({ nodePort: _, ...port }) => port) }
}

function claim(taken: Taken, port: number, index: number): void {
  const detail = taken.claim(port)
  if (detail) taken.errors.push({ type: 'FieldValueInvalid', field: `spec.ports[${index}].nodePort`, value: port, detail })
}

function withHealthPort(spec: ServiceSpec, taken: Taken, before: ServiceSpec = {}): ServiceSpec {
  const { healthCheckNodePort: said } = spec
  if (!checksHealth(spec)) return spec
  if (checksHealth(before)) return { ...spec, healthCheckNodePort: said || (before.healthCheckNodePort ?? 0) }
  const wrong = said ? taken.claim(said) : undefined
  if (wrong) throw internal(`failed to allocate requested HealthCheck NodePort ${said}: ${wrong}`)
  return { ...spec, healthCheckNodePort: said || taken.port() }
}

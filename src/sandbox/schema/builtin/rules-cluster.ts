/** Judges network policies, disruption budgets, API services, storage drivers, priorities and leases. */
import type {
  APIService,
  CSIDriver,
  IPBlock,
  Lease,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  PodDisruptionBudget,
  PriorityClass,
  StorageClass,
} from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { type FieldError, forbidden, invalid, required } from '../field-errors.ts'
import { isCidr } from '../formats.ts'
import { dns1035Label, dnsSubdomain, portNumber } from '../names.ts'
import { oneOf, portOrName, present, selector, unchanged } from './checks.ts'
import { amount, notAboveAll } from './rules-workload.ts'

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
export function checkNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  if (!spec) return []
  const rules = [
    ...(spec.ingress ?? []).map(({ ports, from }, index) => ({ ports, peers: from, path: `spec.ingress[${index}]`, side: 'from' })),
    ...(spec.egress ?? []).map(({ ports, to }, index) => ({ ports, peers: to, path: `spec.egress[${index}]`, side: 'to' })),
  ]
  return [
    ...selector(spec.podSelector, 'spec.podSelector'),
    ...rules.flatMap(({ ports = [], peers = [], path, side }) => [
      ...ports.flatMap((port, index) => checkPolicyPort(port, `${path}.ports[${index}]`)),
      ...peers.flatMap((peer, index) => checkPeer(peer, `${path}.${side}[${index}]`)),
    ]),
    ...(spec.policyTypes ?? []).flatMap((type, index) => oneOf(type, ['Ingress', 'Egress'], `spec.policyTypes[${index}]`)),
  ]
}

function checkPolicyPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, path: string): FieldError[] {
  const words =
    port === undefined
      ? 'may not be specified when `port` is not specified'
      : typeof port === 'string'
        ? 'may not be specified when `port` is non-numeric'
        : undefined
  const below = typeof port === 'number' && endPort !== undefined && endPort < port
  return [
    ...oneOf(protocol, ['TCP', 'UDP', 'SCTP'], `${path}.protocol`),
    ...(port === undefined ? [] : portOrName(port, `${path}.port`)),
    ...(endPort !== undefined && words ? [invalid(`${path}.endPort`, endPort, words)] : []),
    ...(below ? [invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`')] : []),
    ...(endPort !== undefined && !words ? portNumber(endPort).map(each => invalid(`${path}.endPort`, endPort, each)) : []),
  ]
}

function checkPeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: string): FieldError[] {
  const several = ipBlock && (podSelector || namespaceSelector)
  return [
    ...selector(podSelector, `${path}.podSelector`),
    ...selector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock ? checkBlock(ipBlock, `${path}.ipBlock`) : []),
    ...(podSelector || namespaceSelector || ipBlock ? [] : [required(path, 'must specify a peer')]),
    ...(several ? [forbidden(path, 'may not specify both ipBlock and another peer')] : []),
  ]
}

function checkBlock({ cidr, except = [] }: IPBlock, path: string): FieldError[] {
  const words = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
  if (!cidr) return [required(`${path}.cidr`)]
  return [
    ...(isCidr(cidr) ? [] : [invalid(`${path}.cidr`, cidr, words)]),
    ...except.flatMap((each, index) => (isCidr(each) ? [] : [invalid(`${path}.except[${index}]`, each, words)])),
  ]
}

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
export function checkDisruptionBudget({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const each = (value: number | string | undefined, path: string) =>
    value === undefined ? [] : [...amount(value, path), ...notAboveAll(value, path)]
  const both = spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
  const { unhealthyPodEvictionPolicy: eviction } = spec
  return [
    ...(both ? [invalid('spec', shownBudget(spec), 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...each(spec.minAvailable, 'spec.minAvailable'),
    ...each(spec.maxUnavailable, 'spec.maxUnavailable'),
    ...selector(spec.selector, 'spec.selector'),
    ...(eviction === undefined ? [] : oneOf(eviction, ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy')),
  ]
}

/** As Go shows the server's own struct, whose fields have no names for JSON. */
const shownBudget = ({ minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy }: NonNullable<PodDisruptionBudget['spec']>) => ({
  MinAvailable: minAvailable ?? null,
  Selector: selector ?? null,
  MaxUnavailable: maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
})

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/api-service-v1/ */
export function checkApiService({ metadata, spec }: APIService): FieldError[] {
  if (!spec) return [required('spec.version')]
  const { group = '', version = '', groupPriorityMinimum: minimum = 0, versionPriority = 0 } = spec
  const name = `${version}.${group}`
  return [
    ...(metadata.name === name
      ? []
      : [invalid('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`)]),
    ...(group === '' && version !== 'v1' ? [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')] : []),
    ...(group ? dnsSubdomain(group).map(words => invalid('spec.group', group, words)) : []),
    ...dns1035Label(version).map(words => invalid('spec.version', version, words)),
    ...(minimum <= 0 || minimum > 20000 ? [invalid('spec.groupPriorityMinimum', minimum, 'must be positive and less than 20000')] : []),
    ...(versionPriority <= 0 || versionPriority > 1000
      ? [invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000')]
      : []),
    ...checkBackend(spec),
  ]
}

function checkBackend({ service, caBundle, insecureSkipTLSVerify: insecure = false }: NonNullable<APIService['spec']>): FieldError[] {
  const bytes = `${Buffer.byteLength(caBundle ?? '', 'base64')} bytes`
  if (!service) {
    return [
      ...(caBundle ? [invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle')] : []),
      ...(insecure ? [invalid('spec.insecureSkipTLSVerify', insecure, 'local APIServices may not have insecureSkipTLSVerify')] : []),
    ]
  }
  return [
    ...present(service.namespace, 'spec.service.namespace'),
    ...present(service.name, 'spec.service.name'),
    ...portNumber(service.port ?? 443).map(words => invalid('spec.service.port', service.port, `port is not valid: ${words}`)),
    ...(insecure && caBundle ? [invalid('spec.insecureSkipTLSVerify', insecure, 'may not be true if caBundle is present')] : []),
  ]
}

export function checkCsiDriver({ spec }: CSIDriver, old?: CSIDriver): FieldError[] {
  return [
    ...oneOf(spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'], 'spec.fsGroupPolicy'),
    ...(spec.volumeLifecycleModes ?? []).flatMap(mode => oneOf(mode, ['Persistent', 'Ephemeral'], 'spec.volumeLifecycleModes')),
    ...(old ? unchanged(spec.attachRequired, old.spec.attachRequired, 'spec.attachedRequired') : []),
    ...(old ? unchanged(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, 'spec.volumeLifecycleModes') : []),
  ]
}

export function checkStorageClass(storage: StorageClass, old?: StorageClass): FieldError[] {
  const fixed = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const
  return [
    ...present(storage.provisioner, 'provisioner'),
    ...(old
      ? fixed.filter(field => !equal(storage[field], old[field])).map(field => forbidden(field, `updates to ${field} are forbidden.`))
      : []),
  ]
}

const highestPriority = 1_000_000_000
const systemPriorities: Record<string, number> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass */
export function checkPriorityClass({ metadata: { name }, value, preemptionPolicy }: PriorityClass, old?: PriorityClass): FieldError[] {
  const reserved = "priority class names with 'system-' prefix are reserved for system use only. error: "
  const system = name.startsWith('system-')
  return [
    ...(system && systemPriorities[name] !== value
      ? [forbidden('metadata.name', `${reserved}${name} is not a known system priority class`)]
      : []),
    ...(!system && value > highestPriority
      ? [forbidden('value', `maximum allowed value of a user defined priority is ${highestPriority}`)]
      : []),
    ...oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], 'preemptionPolicy'),
    ...(old && value !== old.value ? [forbidden('value', 'may not be changed in an update.')] : []),
    ...(old ? unchanged(preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy') : []),
  ]
}

export function checkLease({ spec = {} }: Lease): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec
  return [
    ...(duration !== undefined && duration <= 0 ? [invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')] : []),
    ...(transitions !== undefined && transitions < 0
      ? [invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
  ]
}

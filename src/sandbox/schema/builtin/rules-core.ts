/** Judges Services and configuration: ConfigMaps, Secrets, Nodes, Namespaces. */
import type { ConfigMap, Namespace, Node, Secret, Service, ServicePort } from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { duplicate, type FieldError, forbidden, invalid, required, tooLong } from '../field-errors.ts'
import { isCidr } from '../formats.ts'
import { checkLabels } from '../metadata.ts'
import { dnsLabel, dnsSubdomain, fileKey, labelKey, labelValue } from '../names.ts'
import { named, oneOf, oneOfRequired, port, portOrName, repeated, unchanged } from './checks.ts'
import { checkClusterIPs, checkClusterIPsUpdate, isHeadless } from './cluster-ips.ts'

const sizeLimit = 1024 * 1024

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
export function checkService({ spec }: Service, old?: Service): FieldError[] {
  if (!spec) return [required('spec.ports')]
  const ports = spec.ports ?? []
  const headless = isHeadless(spec)
  const external = spec.type === 'ExternalName'
  return [
    ...(ports.length === 0 && !headless && !external ? [required('spec.ports')] : []),
    ...(external ? named(spec.externalName?.replace(/\.$/, ''), dnsSubdomain, 'spec.externalName') : []),
    ...(headless && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')
      ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)]
      : []),
    ...ports.flatMap((each, index) => checkServicePort(each, ports, index)),
    ...checkLabels(spec.selector, 'spec.selector'),
    ...oneOfRequired(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...oneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type'),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer'
      ? [forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")]
      : []),
    ...(spec.type === 'ClusterIP' ? ports.flatMap(({ nodePort }, index) => noNodePort(nodePort, index)) : []),
    ...checkTraffic(spec),
    ...checkHealthPort(spec),
    ...checkClusterIPs(spec),
    ...(old?.spec ? [...checkClusterIPsUpdate(spec, old.spec), ...checkSameHealthPort(spec, old.spec)] : []),
  ]
}

const noNodePort = (nodePort: number | undefined, index: number): FieldError[] =>
  nodePort ? [forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")] : []

function checkServicePort(
  { name, port: number, protocol, targetPort, appProtocol }: ServicePort,
  all: ServicePort[],
  index: number,
): FieldError[] {
  const path = `spec.ports[${index}]`
  const earlier = all.slice(0, index)
  // As Go shows the server's own struct, whose fields have no names for JSON.
  const key = new Map(Object.entries({ Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 }))
  return [
    ...(all.length > 1 && !name ? [required(`${path}.name`)] : name ? named(name, dnsLabel, `${path}.name`) : []),
    ...(name && earlier.some(each => each.name === name) ? [duplicate(`${path}.name`, name)] : []),
    ...port(number, `${path}.port`),
    ...oneOfRequired(protocol, ['SCTP', 'TCP', 'UDP'], `${path}.protocol`),
    ...portOrName(targetPort, `${path}.targetPort`),
    ...(appProtocol ? labelKey(appProtocol).map(words => invalid(`${path}.appProtocol`, appProtocol, words)) : []),
    ...(earlier.some(each => each.protocol === protocol && each.port === number) ? [duplicate(path, key)] : []),
  ]
}

type ServiceSpec = NonNullable<Service['spec']>

function checkTraffic(spec: ServiceSpec): FieldError[] {
  const { type, externalTrafficPolicy, internalTrafficPolicy, loadBalancerClass, externalIPs = [] } = spec
  const outside = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0)
  return [
    ...(externalTrafficPolicy && !outside
      ? [invalid('spec.externalTrafficPolicy', externalTrafficPolicy, 'may only be set for externally-accessible services')]
      : []),
    ...(externalTrafficPolicy ? oneOf(externalTrafficPolicy, ['Cluster', 'Local'], 'spec.externalTrafficPolicy') : []),
    ...(internalTrafficPolicy !== undefined ? oneOf(internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy') : []),
    ...(loadBalancerClass !== undefined && type !== 'LoadBalancer'
      ? [forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")]
      : []),
  ]
}

function checkHealthPort({ type, externalTrafficPolicy, healthCheckNodePort }: ServiceSpec): FieldError[] {
  if (!healthCheckNodePort || (type === 'LoadBalancer' && externalTrafficPolicy === 'Local')) return []
  const words = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return [invalid('spec.healthCheckNodePort', healthCheckNodePort, words)]
}

function checkSameHealthPort(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const isChecked = ({ type, externalTrafficPolicy }: ServiceSpec) => type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
  const isSame = spec.healthCheckNodePort === old.healthCheckNodePort
  return isSame || !isChecked(spec) || !isChecked(old) ? [] : [forbidden('spec.healthCheckNodePort', 'field is immutable')]
}

/** https://kubernetes.io/docs/concepts/configuration/configmap/ */
export function checkConfigMap({ data = {}, binaryData = {}, immutable }: ConfigMap, old?: ConfigMap): FieldError[] {
  const size = total(Object.values(data).map(text => Buffer.byteLength(text))) + total(Object.values(binaryData).map(bytesIn))
  const keys = (field: string, map: object) =>
    Object.keys(map).flatMap(key => fileKey(key).map(words => invalid(`${field}[${key}]`, key, words)))
  return [
    ...(old?.immutable ? frozen({ data, binaryData, immutable }, { data: old.data ?? {}, binaryData: old.binaryData ?? {} }) : []),
    ...keys('data', data),
    ...Object.keys(data)
      .filter(key => Object.hasOwn(binaryData, key))
      .map(key => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keys('binaryData', binaryData),
    ...(size > sizeLimit ? [tooLong('', sizeLimit)] : []),
  ]
}

const demanded: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}
const account = 'kubernetes.io/service-account.name'

/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
export function checkSecret({ metadata, data = {}, type = '', immutable }: Secret, old?: Secret): FieldError[] {
  const has = (key: string) => Object.hasOwn(data, key)
  return [
    ...(old ? unchanged(type, old.type, 'type') : []),
    ...(old?.immutable ? frozen({ data, immutable }, { data: old.data ?? {} }) : []),
    ...Object.keys(data).flatMap(key => fileKey(key).map(words => invalid(`data[${key}]`, key, words))),
    ...(total(Object.values(data).map(bytesIn)) > sizeLimit ? [tooLong('data', sizeLimit)] : []),
    ...(demanded[type] ?? []).filter(key => !has(key)).map(key => required(`data[${key}]`)),
    ...(type === 'kubernetes.io/basic-auth' && !has('username') && !has('password')
      ? [required('data[username]'), required('data[password]')]
      : []),
    ...(type === 'kubernetes.io/service-account-token' && !metadata.annotations?.[account]
      ? [required(`metadata.annotations[${account}]`)]
      : []),
    ...malformedConfig(data, type),
  ]
}

function malformedConfig(data: Record<string, string>, type: string): FieldError[] {
  const key = type.startsWith('kubernetes.io/dockerc') ? demanded[type]?.[0] : undefined
  const text = key === undefined ? undefined : data[key]
  if (text === undefined) return []
  try {
    JSON.parse(Buffer.from(text, 'base64').toString())
    return []
  } catch (error) {
    return [invalid(`data[${key}]`, '<secret contents redacted>', (error as Error).message.replace(/^U/, 'u'))]
  }
}

const bytesIn = (base64: string) => Buffer.byteLength(base64, 'base64')
const total = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0)

/** What says it never changes. */
function frozen(
  { immutable, ...fields }: { immutable: boolean | undefined; [field: string]: unknown },
  old: Record<string, unknown>,
): FieldError[] {
  const words = 'field is immutable when `immutable` is set'
  return [
    ...(immutable ? [] : [forbidden('immutable', words)]),
    ...Object.keys(old)
      .filter(field => !equal(fields[field], old[field]))
      .map(field => forbidden(field, words)),
  ]
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/ */
export function checkNode({ spec = {} }: Node, old?: Node): FieldError[] {
  const { taints = [], podCIDRs = [] } = spec
  const twice = repeated(taints.map(({ key, effect }) => `${key}:${effect}`))
  return [
    ...taints.flatMap(({ key, value = '', effect }, index) => {
      const path = `spec.taints[${index}]`
      return [
        ...labelKey(key).map(words => invalid(`${path}.key`, key, words)),
        ...labelValue(value).map(words => invalid(`${path}.value`, value, words)),
        ...oneOfRequired(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${path}.effect`),
        ...(twice.includes(index) ? [duplicate(path, taints[index])] : []),
      ]
    }),
    ...podCIDRs.flatMap((cidr, index) => (isCidr(cidr) ? [] : [invalid(`spec.podCIDRs[${index}]`, cidr, cidrWords)])),
    ...(podCIDRs.length > 1 && repeated(podCIDRs.map(familyOf)).length > 0
      ? [invalid('spec.podCIDRs', podCIDRs, 'may specify no more than one CIDR for each IP family')]
      : []),
    ...(old?.spec?.podCIDRs?.length && !equal(podCIDRs, old.spec.podCIDRs)
      ? [forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')]
      : []),
    ...(old?.spec?.providerID && spec.providerID !== old.spec.providerID
      ? [forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')]
      : []),
  ]
}

const cidrWords = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
const familyOf = (cidr: string) => (cidr.includes(':') ? 'IPv6' : 'IPv4')

const levels = ['privileged', 'baseline', 'restricted']

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces */
export function checkNamespace({ metadata: { labels = {} } }: Namespace): FieldError[] {
  return ['enforce', 'audit', 'warn'].flatMap(mode => {
    const label = `pod-security.kubernetes.io/${mode}`
    return [
      ...checkLevel(labels, label, { pattern: /^(privileged|baseline|restricted)$/, words: `must be one of ${levels.join(', ')}` }),
      ...checkLevel(labels, `${label}-version`, { pattern: /^(latest|v1\.\d+)$/, words: 'must be "latest" or "v1.x"' }),
    ]
  })
}

/** What no label can be has been complained of already. */
function checkLevel(labels: Record<string, string>, label: string, { pattern, words }: { pattern: RegExp; words: string }): FieldError[] {
  const value = labels[label]
  if (value === undefined || pattern.test(value) || labelValue(value).length > 0) return []
  return [invalid(`metadata.labels[${label}]`, value, words)]
}

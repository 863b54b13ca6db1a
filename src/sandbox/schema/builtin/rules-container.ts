/** Judges containers: their names, images, ports, variables, mounts, probes and resources. */
import type { Container, ContainerPort, HTTPGetAction, Probe, ResourceRequirements, VolumeMount } from '../../../kube/kinds.ts'
import { compareQuantities } from '../../../kube/quantity.ts'
import { duplicate, type FieldError, forbidden, invalid, notFound, required } from '../field-errors.ts'
import { dnsLabel, portName } from '../names.ts'
import { named, notNegative, oneOf, oneOfRequired, port, portOrName, present, repeated } from './checks.ts'
import { checkEnv, checkEnvFrom } from './rules-env.ts'

const protocols = ['SCTP', 'TCP', 'UDP']

/** What is told of the pod that a container is in. */
export interface Surroundings {
  /** Names of the volumes that are all right. */
  volumes: Set<string>
}

/** What holds for every container, whether it is one of the pod's own or runs before them. */
export function checkContainer(container: Container, path: string, { volumes }: Surroundings): FieldError[] {
  return [
    ...named(container.name, dnsLabel, `${path}.name`),
    ...present(container.image, `${path}.image`),
    ...oneOfRequired(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], `${path}.terminationMessagePolicy`),
    ...checkPorts(container.ports ?? [], `${path}.ports`),
    ...checkEnv(container.env ?? [], `${path}.env`, volumes),
    ...checkEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...checkMounts(container, `${path}.volumeMounts`, volumes),
    ...oneOfRequired(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
    ...checkResources(container.resources, `${path}.resources`),
    ...checkSecurity(container, `${path}.securityContext`),
  ]
}

function checkPorts(ports: ContainerPort[], path: string): FieldError[] {
  const twice = repeated(ports.map(({ name }) => name))
  return ports.flatMap(({ name, containerPort, hostPort, protocol }, index) => {
    const at = `${path}[${index}]`
    return [
      ...(name ? portName(name).map(words => invalid(`${at}.name`, name, words)) : []),
      ...(name && portName(name).length === 0 && twice.includes(index) ? [duplicate(`${at}.name`, name)] : []),
      ...(containerPort ? port(containerPort, `${at}.containerPort`) : [required(`${at}.containerPort`)]),
      ...(hostPort ? port(hostPort, `${at}.hostPort`) : []),
      ...oneOfRequired(protocol, protocols, `${at}.protocol`),
    ]
  })
}

function checkMounts({ volumeMounts: mounts = [], securityContext }: Container, path: string, volumes: Set<string>): FieldError[] {
  const twice = repeated(mounts.map(({ mountPath }) => mountPath))
  const privileged = securityContext?.privileged === true
  return mounts.flatMap((mount, index) => [
    ...checkMount(mount, { path: `${path}[${index}]`, twice: twice.includes(index), volumes }),
    // Of these the server does not say which mount they are of.
    ...checkBelow(mount.subPath, `${path}.subPath`),
    ...(mount.subPath && mount.subPathExpr
      ? [invalid(`${path}[${index}].subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')]
      : []),
    ...checkBelow(mount.subPathExpr, `${path}.subPathExpr`),
    ...checkPropagation(mount, privileged, `${path}.mountPropagation`),
    ...checkRecursion(mount, `${path}.recursiveReadOnly`),
  ])
}

function checkMount(
  { name, mountPath }: VolumeMount,
  { path, twice, volumes }: { path: string; twice: boolean; volumes: Set<string> },
): FieldError[] {
  return [
    ...present(name, `${path}.name`),
    ...(volumes.has(name) ? [] : [notFound(`${path}.name`, name ?? '')]),
    ...present(mountPath, `${path}.mountPath`),
    ...(twice ? [invalid(`${path}.mountPath`, mountPath, 'must be unique')] : []),
  ]
}

function checkBelow(path: string | undefined, at: string): FieldError[] {
  if (!path) return []
  return [
    ...(path.startsWith('/') ? [invalid(at, path, 'must be a relative path')] : []),
    ...(path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : []),
  ]
}

function checkPropagation({ mountPropagation }: VolumeMount, privileged: boolean, path: string): FieldError[] {
  if (mountPropagation === 'Bidirectional' && !privileged)
    return [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')]
  return mountPropagation === undefined ? [] : oneOf(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], path)
}

function checkRecursion({ recursiveReadOnly, readOnly, mountPropagation = 'None' }: VolumeMount, path: string): FieldError[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  return [
    ...oneOf(recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'], path),
    ...(['Enabled', 'IfPossible'].includes(recursiveReadOnly) && !readOnly
      ? [forbidden(path, 'may only be specified when readOnly is true')]
      : []),
    ...(['Enabled', 'IfPossible'].includes(recursiveReadOnly) && mountPropagation !== 'None'
      ? [forbidden(path, 'may only be specified when mountPropagation is None or not specified')]
      : []),
  ]
}

const standardResources = /^(cpu|memory|ephemeral-storage|storage|hugepages-.+)$/

/** Requests may not be greater than limits, neither of them negative, and both of resources that there are. */
function checkResources({ limits = {}, requests = {} }: ResourceRequirements = {}, path: string): FieldError[] {
  const above = Object.entries(requests).flatMap(([name, value]) => {
    const limit = (limits as Record<string, unknown>)[name]
    const words = `must be less than or equal to ${name} limit of ${limit}`
    return limit !== undefined && compareQuantities(value, limit) === 1 ? [invalid(`${path}.requests`, value, words)] : []
  })
  return [...checkAmounts(limits, `${path}.limits`), ...checkAmounts(requests, `${path}.requests`), ...above]
}

const checkAmounts = (amounts: Record<string, unknown>, path: string): FieldError[] =>
  Object.entries(amounts).flatMap(([name, value]) => {
    const at = `${path}[${name}]`
    const known = name.includes('/') || standardResources.test(name)
    return [
      ...(known
        ? []
        : [
            invalid(at, name, 'must be a standard resource type or fully qualified'),
            invalid(at, name, 'must be a standard resource for containers'),
          ]),
      ...(compareQuantities(value, '0') === -1 ? [invalid(at, value, 'must be greater than or equal to 0')] : []),
    ]
  })

function checkSecurity({ securityContext }: Container, path: string): FieldError[] {
  const { runAsUser, runAsGroup, privileged, allowPrivilegeEscalation, seccompProfile } = securityContext ?? {}
  const id = (value: number | undefined, field: string) =>
    value !== undefined && (value < 0 || value > 2 ** 31 - 1)
      ? [invalid(`${path}.${field}`, value, 'must be between 0 and 2147483647, inclusive')]
      : []
  return [
    ...id(runAsUser, 'runAsUser'),
    ...id(runAsGroup, 'runAsGroup'),
    ...(seccompProfile ? checkSeccomp(seccompProfile, `${path}.seccompProfile`) : []),
    ...(privileged && allowPrivilegeEscalation === false
      ? [invalid(path, securityContext, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')]
      : []),
  ]
}

/** https://kubernetes.io/docs/tutorials/security/seccomp/ */
export function checkSeccomp({ type, localhostProfile }: { type: string; localhostProfile?: string }, path: string): FieldError[] {
  if (type === 'Localhost')
    return localhostProfile ? [] : [required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')]
  if (!type) return [required(`${path}.type`, 'type is required when seccompProfile is set')]
  return [
    ...oneOf(type, ['Localhost', 'RuntimeDefault', 'Unconfined'], `${path}.type`),
    ...(localhostProfile ? [invalid(`${path}.localhostProfile`, localhostProfile, 'can only be set when seccomp type is Localhost')] : []),
  ]
}

/** https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ */
export function checkProbe(probe: Probe | undefined, kind: 'liveness' | 'readiness' | 'startup', path: string): FieldError[] {
  if (!probe) return []
  const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const
  const grace = probe.terminationGracePeriodSeconds
  return [
    ...checkHandler(probe, path),
    ...counts.flatMap(count => notNegative(probe[count], `${path}.${count}`)),
    ...(grace !== undefined && grace <= 0 ? [invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')] : []),
    ...(kind !== 'readiness' && probe.successThreshold !== 1
      ? [invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1')]
      : []),
    ...(kind === 'readiness' && grace !== undefined
      ? [invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')]
      : []),
  ]
}

interface Handler {
  exec?: { command?: string[] }
  httpGet?: HTTPGetAction
  tcpSocket?: { port: number | string }
  grpc?: { port: number }
  sleep?: { seconds: number }
}

/** Exactly one way of asking or telling a container. */
export function checkHandler({ exec, httpGet, tcpSocket, grpc, sleep }: Handler, path: string): FieldError[] {
  const all = Object.entries({ exec, httpGet, tcpSocket, grpc, sleep }).filter(([, handler]) => handler !== undefined)
  const [first, ...others] = all.map(([name]) => name)
  if (!first) return [required(path, 'must specify a handler type')]
  const at = `${path}.${first}`
  const complaints: Record<string, () => FieldError[]> = {
    exec: () => (exec?.command?.length ? [] : [required(`${at}.command`)]),
    httpGet: () => checkHttpGet(httpGet!, at),
    tcpSocket: () => portOrName(tcpSocket!.port, `${at}.port`),
    grpc: () => port(grpc!.port, `${at}.port`),
    sleep: () => [],
  }
  return [...complaints[first]!(), ...others.map(name => forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'))]
}

function checkHttpGet({ path: url, port: target, scheme, httpHeaders = [] }: HTTPGetAction, path: string): FieldError[] {
  const words =
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
  return [
    ...present(url, `${path}.path`),
    ...portOrName(target, `${path}.port`),
    ...oneOf(scheme, ['HTTP', 'HTTPS'], `${path}.scheme`),
    ...httpHeaders.filter(({ name }) => !/^[-A-Za-z0-9]+$/.test(name)).map(({ name }) => invalid(`${path}.httpHeaders`, name, words)),
  ]
}

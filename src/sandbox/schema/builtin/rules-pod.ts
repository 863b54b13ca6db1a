/** Judges pods and their templates. */
import { isIP } from 'node:net'
import type { Container, Pod, PodSpec, PodTemplateSpec, Toleration, TopologySpreadConstraint } from '../../../kube/kinds.ts'
import { equal } from '../equal.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '../field-errors.ts'
import { checkAnnotations, checkLabels } from '../metadata.ts'
import { dnsLabel, dnsSubdomain, labelKey, labelValue } from '../names.ts'
import { notNegative, oneOf, oneOfRequired, perhapsNamed, selector } from './checks.ts'
import { checkAffinity } from './rules-affinity.ts'
import { checkContainer, checkHandler, checkProbe, checkSeccomp } from './rules-container.ts'
import { checkVolumes } from './rules-volume.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec */
export function checkPod({ spec }: Pod, old?: Pod): FieldError[] {
  if (!spec) return [required('spec.containers')]
  return [...checkPodSpec(spec, 'spec'), ...(old?.spec ? checkPodUpdate(spec, old.spec) : [])]
}

/** Most of a pod may not change. https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement */
function checkPodUpdate(spec: PodSpec, old: PodSpec): FieldError[] {
  const images = (containers: Container[] = []) => containers.map(({ image: _, ...rest }) => rest)
  const fixed = ({
    containers,
    initContainers,
    activeDeadlineSeconds: _,
    terminationGracePeriodSeconds: __,
    tolerations: ___,
    ...rest
  }: PodSpec) => ({
    ...rest,
    containers: images(containers),
    initContainers: images(initContainers),
  })
  const fields =
    '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
  const kept = (old.tolerations ?? []).every(each => (spec.tolerations ?? []).some(other => equal(each, other)))
  if (equal(fixed(spec), fixed(old)) && kept) return []
  return [forbidden('spec', `pod updates may not change fields other than ${fields}`)]
}

export function checkTemplate({ metadata, spec }: PodTemplateSpec, path: string): FieldError[] {
  return [
    ...checkLabels(metadata?.labels, `${path}.labels`),
    ...checkAnnotations(metadata?.annotations, `${path}.annotations`),
    ...(spec ? checkPodSpec(spec, `${path}.spec`) : [required(`${path}.spec.containers`)]),
  ]
}

function checkPodSpec(spec: PodSpec, path: string): FieldError[] {
  const { found, errors } = checkVolumes(spec.volumes ?? [], `${path}.volumes`)
  return [
    ...errors,
    ...checkContainers(spec, path, found),
    ...checkHostPorts(spec, `${path}.containers`),
    ...checkHostProcess(spec, path),
    ...oneOfRequired(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...oneOfRequired(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`),
    ...checkLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...(spec.securityContext?.seccompProfile
      ? checkSeccomp(spec.securityContext.seccompProfile, `${path}.securityContext.seccompProfile`)
      : []),
    ...checkAffinity(spec.affinity, `${path}.affinity`),
    ...(spec.topologySpreadConstraints ?? []).flatMap((each, index) => checkSpread(each, `${path}.topologySpreadConstraints[${index}]`)),
    ...perhapsNamed(spec.serviceAccountName, dnsSubdomain, `${path}.serviceAccountName`),
    ...perhapsNamed(spec.nodeName, dnsSubdomain, `${path}.nodeName`),
    ...perhapsNamed(spec.hostname, dnsLabel, `${path}.hostname`),
    ...perhapsNamed(spec.subdomain, dnsLabel, `${path}.subdomain`),
    ...(spec.tolerations ?? []).flatMap((each, index) => checkToleration(each, `${path}.tolerations[${index}]`)),
    ...checkHostAliases(spec, `${path}.hostAliases`),
    ...perhapsNamed(spec.priorityClassName, dnsSubdomain, `${path}.priorityClassName`),
    ...perhapsNamed(spec.runtimeClassName, dnsSubdomain, `${path}.runtimeClassName`),
  ]
}

function checkContainers({ containers = [], initContainers = [] }: PodSpec, path: string, volumes: Set<string>): FieldError[] {
  const names = new Set<string>()
  const nameTwice = ({ name }: Container, at: string) => {
    const twice = names.has(name)
    names.add(name)
    return twice ? [duplicate(`${at}.name`, name)] : []
  }
  const own = containers.flatMap((container, index) => {
    const at = `${path}.containers[${index}]`
    return [...checkContainer(container, at, { volumes }), ...nameTwice(container, at), ...checkLife(container, at)]
  })
  const before = initContainers.flatMap((container, index) => {
    const at = `${path}.initContainers[${index}]`
    return [...checkContainer(container, at, { volumes }), ...nameTwice(container, at), ...checkInit(container, at)]
  })
  return [...(containers.length === 0 ? [required(`${path}.containers`)] : []), ...own, ...before]
}

function checkLife({ lifecycle, livenessProbe, readinessProbe, startupProbe }: Container, path: string): FieldError[] {
  return [
    ...(lifecycle?.postStart ? checkHandler(lifecycle.postStart, `${path}.lifecycle.postStart`) : []),
    ...(lifecycle?.preStop ? checkHandler(lifecycle.preStop, `${path}.lifecycle.preStop`) : []),
    ...checkProbe(livenessProbe, 'liveness', `${path}.livenessProbe`),
    ...checkProbe(readinessProbe, 'readiness', `${path}.readinessProbe`),
    ...checkProbe(startupProbe, 'startup', `${path}.startupProbe`),
  ]
}

/** Containers that end before the others begin cannot be asked how they are. */
function checkInit(container: Container, path: string): FieldError[] {
  if (container.restartPolicy === 'Always') return checkLife(container, path)
  const never = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const
  return never
    .filter(field => container[field])
    .map(field => forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'))
}

function checkHostPorts({ hostNetwork, containers = [] }: PodSpec, path: string): FieldError[] {
  const words = 'must match `containerPort` when `hostNetwork` is true'
  if (!hostNetwork) return []
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort, containerPort }, at) =>
      hostPort && hostPort !== containerPort ? [invalid(`${path}[${index}].ports[${at}].hostPort`, hostPort, words)] : [],
    ),
  )
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/ */
function checkHostProcess({ securityContext, containers = [], initContainers = [] }: PodSpec, path: string): FieldError[] {
  const whole = securityContext?.windowsOptions?.hostProcess
  const each = [...containers, ...initContainers].map(container => container.securityContext?.windowsOptions?.hostProcess ?? whole ?? false)
  const words = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
  return each.some(Boolean) && !each.every(Boolean) ? [invalid(path, '', words)] : []
}

function checkHostAliases({ hostAliases = [] }: PodSpec, path: string): FieldError[] {
  return hostAliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...(isIP(ip) ? [] : [invalid(`${path}[${index}].ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]),
    ...hostnames.flatMap((name, at) => dnsSubdomain(name).map(words => invalid(`${path}[${index}].hostnames[${at}]`, name, words))),
  ])
}

function checkToleration({ key = '', operator = '', value = '', effect = '', tolerationSeconds }: Toleration, path: string): FieldError[] {
  const all = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
  return [
    ...(key ? labelKey(key).map(words => invalid(`${path}.key`, key, words)) : []),
    ...(!key && operator !== 'Exists' ? [invalid(`${path}.operator`, operator, all)] : []),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")]
      : []),
    ...checkOperator(operator, value, `${path}.operator`),
    ...(effect ? oneOf(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${path}.effect`) : []),
  ]
}

function checkOperator(operator: string, value: string, path: string): FieldError[] {
  if (operator === '' || operator === 'Equal') {
    const complaints = labelValue(value)
    return complaints.length > 0 ? [invalid(path, value, complaints.join(';'))] : []
  }
  if (operator === 'Exists') return value ? [invalid(path, value, "value must be empty when `operator` is 'Exists'")] : []
  return oneOf(operator, operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'].slice(0, 2) : ['Equal', 'Exists'], path)
}

function checkSpread(
  { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector }: TopologySpreadConstraint,
  path: string,
): FieldError[] {
  return [
    ...(maxSkew > 0 ? [] : [invalid(`${path}.maxSkew`, maxSkew ?? 0, 'must be greater than zero')]),
    ...(topologyKey
      ? labelKey(topologyKey).map(words => invalid(`${path}.topologyKey`, topologyKey, words))
      : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...oneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${path}.whenUnsatisfiable`),
    ...notNegative(minDomains, `${path}.minDomains`),
    ...selector(labelSelector, `${path}.labelSelector`),
  ]
}

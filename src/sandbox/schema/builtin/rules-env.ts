/** Judges the variables of a container, and where their values come from. */
import type { EnvFromSource, EnvVar, FileKeySelector, ObjectFieldSelector, ResourceFieldSelector } from '../../../kube/kinds.ts'
import { type FieldError, invalid, notFound, notSupported, required } from '../field-errors.ts'
import { dnsSubdomain, fileKey, labelKey } from '../names.ts'
import { named, present } from './checks.ts'

const variable = /^[ -<>-~]+$/
const variableWords = "a valid environment variable name must consist only of printable ASCII characters other than '='"

const checkVariable = (name: string | undefined, path: string): FieldError[] =>
  name ? (variable.test(name) ? [] : [invalid(path, name, variableWords)]) : [required(path)]

/** `volumes`: the names of those that are all right. */
export function checkEnv(env: EnvVar[], path: string, volumes: Set<string>): FieldError[] {
  return env.flatMap(({ name, value, valueFrom }, index) => [
    ...checkVariable(name, `${path}[${index}].name`),
    ...(valueFrom ? checkSource(valueFrom, { hasValue: Boolean(value), path: `${path}[${index}].valueFrom`, volumes }) : []),
  ])
}

export function checkEnvFrom(env: EnvFromSource[], path: string): FieldError[] {
  return env.flatMap(({ prefix, configMapRef, secretRef }, index) => [
    ...(prefix ? checkVariable(prefix, `${path}[${index}].prefix`) : []),
    ...(configMapRef ? named(configMapRef.name, dnsSubdomain, `${path}[${index}].configMapRef.name`) : []),
    ...(secretRef ? named(secretRef.name, dnsSubdomain, `${path}[${index}].secretRef.name`) : []),
    ...(configMapRef || secretRef ? [] : [invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`')]),
    ...(configMapRef && secretRef ? [invalid(path, '', 'may not have more than one field specified at a time')] : []),
  ])
}

interface Place {
  hasValue: boolean
  path: string
  volumes: Set<string>
}

function checkSource(source: NonNullable<EnvVar['valueFrom']>, { hasValue, path, volumes }: Place): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  const sources = Object.values(source).filter(each => each !== undefined).length
  const words =
    sources === 0
      ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
      : hasValue
        ? 'may not be specified when `value` is not empty'
        : sources > 1
          ? 'may not have more than one field specified at a time'
          : undefined
  return [
    ...(fieldRef ? checkFieldRef(fieldRef, `${path}.fieldRef`) : []),
    ...(resourceFieldRef ? checkResourceRef(resourceFieldRef, `${path}.resourceFieldRef`) : []),
    ...(configMapKeyRef ? checkKeyRef(configMapKeyRef, `${path}.configMapKeyRef`) : []),
    ...(secretKeyRef ? checkKeyRef(secretKeyRef, `${path}.secretKeyRef`) : []),
    ...(fileKeyRef ? checkFileRef(fileKeyRef, { path: `${path}.fileKeyRef`, volumes }) : []),
    ...(words ? [invalid(path, '', words)] : []),
  ]
}

/** Even without a name it is the name's form that is complained of. */
const checkKeyRef = ({ name = '', key }: { name?: string; key?: string }, path: string): FieldError[] => [
  ...dnsSubdomain(name).map(words => invalid(`${path}.name`, name, words)),
  ...named(key, fileKey, `${path}.key`),
]

function checkFileRef({ volumeName, path: file, key }: FileKeySelector, { path, volumes }: Omit<Place, 'hasValue'>): FieldError[] {
  return [
    ...checkVariable(key, `${path}.key`),
    ...present(volumeName, `${path}.volumeName`),
    ...present(file, `${path}.path`),
    ...(file?.split('/').includes('..') ? [invalid(`${path}.path`, file, "must not contain '..'")] : []),
    ...(volumes.has(volumeName) ? [] : [notFound(`${path}.volumeName`, volumeName ?? '')]),
  ]
}

const plain = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** Paths there are, though not for variables. */
const elsewhere = ['metadata.annotations', 'metadata.labels', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']

/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields */
function checkFieldRef({ apiVersion = 'v1', fieldPath }: ObjectFieldSelector, at: string): FieldError[] {
  const path = `${at}.fieldPath`
  if (!fieldPath) return [required(path)]
  const unknown = (words: string) => [invalid(path, fieldPath, `error converting fieldPath: ${words}`)]
  if (apiVersion !== 'v1') return unknown(`unsupported pod version: ${apiVersion}`)
  const [, field, key] = /^(.+?)\['(.*)'\]$/s.exec(fieldPath) ?? []
  if (field !== undefined) {
    if (field !== 'metadata.annotations' && field !== 'metadata.labels')
      return unknown(`field label does not support subscript: ${fieldPath}`)
    return labelKey(field === 'metadata.labels' ? key! : key!.toLowerCase()).map(words => invalid(at, key, words))
  }
  if (plain.includes(fieldPath) || fieldPath === 'spec.host') return []
  return elsewhere.includes(fieldPath) ? [notSupported(path, fieldPath, plain)] : unknown(`field label not supported: ${fieldPath}`)
}

const resources = ['cpu', 'ephemeral-storage', 'memory']
const bytes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

function checkResourceRef({ resource, divisor }: ResourceFieldSelector, path: string): FieldError[] {
  if (!resource) return [required(`${path}.resource`)]
  const known = ['limits', 'requests'].flatMap(kind => resources.map(name => `${kind}.${name}`))
  const isHuge = /^(limits|requests)\.hugepages-/.test(resource)
  const name = resource.slice(resource.indexOf('.') + 1)
  const unit = isHuge ? 'hugepages' : name === 'ephemeral-storage' ? 'local ephemeral storage' : name
  const units = name === 'cpu' ? ['1m', '1'] : bytes
  const isOdd = divisor !== undefined && divisor !== '0' && !units.includes(String(divisor)) && (isHuge || known.includes(resource))
  return [
    ...(isHuge || known.includes(resource) ? [] : [notSupported(`${path}.resource`, resource, known)]),
    ...(isOdd
      ? [
          invalid(
            `${path}.divisor`,
            resource,
            `only divisor's values ${units.join(name === 'cpu' ? ' and ' : ', ')} are supported with the ${unit} resource`,
          ),
        ]
      : []),
  ]
}

/** Judges what every object has: name, labels, annotations, owners, finalizers, and what of it may not change. */
import type { KubeObject, ObjectMeta, OwnerReference } from '../../kube/objects.ts'
import { equal } from './equal.ts'
import { type FieldError, forbidden, invalid, required, tooLong } from './field-errors.ts'
import { dnsLabel, labelKey, labelValue, type NameRule } from './names.ts'

const annotationLimit = 256 * 1024
const opposites = ['orphan', 'foregroundDeletion']

/** Of a new object. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export function checkMetadata({ metadata }: KubeObject, { namespaced, name }: { namespaced: boolean; name: NameRule }): FieldError[] {
  const at = (field: string) => `metadata.${field}`
  return [
    // The name that was asked for begins with it, so it only has to be a good beginning.
    ...(metadata.generateName
      ? name(`${metadata.generateName}x`).map(words => invalid(at('generateName'), metadata.generateName, words))
      : []),
    ...(metadata.name
      ? name(metadata.name).map(words => invalid(at('name'), metadata.name, words))
      : [required(at('name'), 'name or generateName is required')]),
    ...checkNamespace(metadata.namespace, namespaced),
    ...checkCommon(metadata),
    ...checkFinalizers(metadata.finalizers ?? []),
  ]
}

/** Of an object that takes the place of another. */
export function checkMetadataUpdate({ metadata }: KubeObject, { metadata: old }: KubeObject): FieldError[] {
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const
  const added = (metadata.finalizers ?? []).filter(finalizer => !old.finalizers?.includes(finalizer))
  const words = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(each => JSON.stringify(each)).join(', ')}}`
  return [
    ...(old.deletionTimestamp && added.length > 0 ? [forbidden('metadata.finalizers', words)] : []),
    ...((metadata.generation ?? 0) < (old.generation ?? 0)
      ? [invalid('metadata.generation', metadata.generation ?? 0, 'must not be decremented')]
      : []),
    ...fixed
      .filter(field => !equal(metadata[field], old[field]))
      .map(field => invalid(`metadata.${field}`, metadata[field] ?? null, 'field is immutable')),
    ...checkCommon(metadata),
  ]
}

function checkNamespace(namespace: string | undefined, namespaced: boolean): FieldError[] {
  if (!namespaced) return namespace ? [forbidden('metadata.namespace', 'not allowed on this type')] : []
  if (!namespace) return [required('metadata.namespace')]
  return dnsLabel(namespace).map(words => invalid('metadata.namespace', namespace, words))
}

function checkCommon({ labels, annotations, ownerReferences = [] }: ObjectMeta): FieldError[] {
  return [
    ...checkLabels(labels, 'metadata.labels'),
    ...checkAnnotations(annotations, 'metadata.annotations'),
    ...checkOwners(ownerReferences),
  ]
}

/** Keys of annotations, and the size of them all. */
export function checkAnnotations(annotations: Record<string, string> | undefined, path: string): FieldError[] {
  const all = Object.entries(annotations ?? {})
  const size = all.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  return [
    ...all.flatMap(([key]) => labelKey(key.toLowerCase()).map(words => invalid(path, key, words))),
    ...(size > annotationLimit ? [tooLong(path, annotationLimit)] : []),
  ]
}

/** Keys and values of labels. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export function checkLabels(labels: Record<string, string> | undefined, path: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...labelKey(key).map(words => invalid(path, key, words)),
    ...labelValue(value).map(words => invalid(path, value, words)),
  ])
}

function checkOwners(owners: OwnerReference[]): FieldError[] {
  const path = 'metadata.ownerReferences'
  const controllers = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`)
  return [
    ...owners.flatMap(({ apiVersion = '', kind = '', name = '', uid = '' }) => [
      ...(apiVersion === '' ? [invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty')] : []),
      ...(kind === '' ? [invalid(`${path}.kind`, kind, 'must not be empty')] : []),
      ...(name === '' ? [invalid(`${path}.name`, name, 'must not be empty')] : []),
      ...(uid === '' ? [invalid(`${path}.uid`, uid, 'must not be empty')] : []),
    ]),
    ...controllers
      .slice(1)
      .map(controller =>
        invalid(
          path,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${controller}`,
        ),
      ),
  ]
}

export function checkFinalizers(finalizers: string[]): FieldError[] {
  const path = 'metadata.finalizers'
  return [
    ...finalizers.flatMap(finalizer => labelKey(finalizer).map(words => invalid(path, finalizer, words))),
    ...(opposites.every(each => finalizers.includes(each))
      ? [invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
      : []),
  ]
}

/** What a server warns of: finalizers that say nobody's domain. */
export function finalizerWarnings({ metadata }: KubeObject, old?: KubeObject): string[] {
  const known = ['orphan', 'foregroundDeletion', 'kubernetes', ...(old?.metadata.finalizers ?? [])]
  return (metadata.finalizers ?? [])
    .filter(finalizer => !known.includes(finalizer) && !finalizer.includes('/'))
    .sort()
    .map(finalizer => {
      const advice = finalizer.includes('.') ? 'finalizer name including a path (/)' : 'finalizer name'
      return `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified ${advice} to avoid accidental conflicts with other finalizer writers`
    })
}

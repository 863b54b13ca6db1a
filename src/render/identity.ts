/** Whose an object is, and the labels by which people and tools find it (spec/installation-controller.md §10.2). */
import type { KubeObject, ObjectMeta, OwnerReference } from '../kube/objects.ts'
import { isRolledOut, withTemplate } from './workloads.ts'

interface Identity {
  /** A namespaced owner cannot own what has no namespace, but ours have none. */
  owner: OwnerReference
  /** The operator's own name. */
  operator: string
}

/** With its owner, and with the standard labels, on the object and on its pods, where there is none of that name yet. */
export function identified<T extends KubeObject>(object: T, by: Identity): T {
  const { name } = object.metadata
  const names = { 'k8s-app': clean(name), 'app.kubernetes.io/name': clean(name) }
  // A Deployment goes by its own name even where the user claimed the label.
  const labels = { ...standard(object.metadata, name, by), ...(object.kind === 'Deployment' && names) }
  const itself = { ...object, metadata: { ...object.metadata, labels, ownerReferences: [by.owner] } }
  if (!isRolledOut(object)) return itself
  return withTemplate(itself, template => ({
    ...template,
    metadata: { ...template.metadata, labels: standard(template.metadata ?? {}, name, by) },
  }))
}

function standard({ labels = {} }: Pick<ObjectMeta, 'labels'>, name: string, { owner, operator }: Identity): Record<string, string> {
  const wanted = {
    'app.kubernetes.io/name': clean(labels['k8s-app'] || name),
    'k8s-app': clean(name),
    'app.kubernetes.io/instance': clean(owner.name),
    'app.kubernetes.io/component': clean(`${owner.kind}.operator.tigera.io`),
    'app.kubernetes.io/part-of': 'Calico',
    'app.kubernetes.io/managed-by': clean(operator),
  }
  const missing = Object.entries(wanted).filter(([key]) => !labels[key])
  return { ...labels, ...Object.fromEntries(missing) }
}

/** What a label may not hold is replaced, at the ends left out. */
const clean = (value: string): string => value.replace(/[^a-zA-Z0-9_.-]/g, '_').replace(/^[-_.]+|[-_.]+$/g, '')

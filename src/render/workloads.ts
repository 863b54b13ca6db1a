/** Which objects have pods, and where their template is. Knows no component. */
import type { DaemonSet, Deployment, Job, PodTemplateSpec, StatefulSet } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'

export type Workload = Deployment | DaemonSet | StatefulSet | Job

const kinds = new Set(['Deployment', 'DaemonSet', 'StatefulSet', 'Job'])

/** Whether it has pods, and so a template of them. */
export const isWorkload = (object: KubeObject): object is Workload & { spec: object } => kinds.has(object.kind)

/** Whether its pods are replaced, a few at a time, when their template changes. */
export const isRolledOut = (object: KubeObject): object is (Deployment | DaemonSet) & { spec: object } =>
  object.kind === 'Deployment' || object.kind === 'DaemonSet'

/** The workload with another template; what has no pods stays as it is. */
export const withTemplate = <T extends KubeObject>(object: T, change: (template: PodTemplateSpec) => PodTemplateSpec): T =>
  isWorkload(object) ? { ...object, spec: { ...object.spec, template: change(object.spec.template) } } : object

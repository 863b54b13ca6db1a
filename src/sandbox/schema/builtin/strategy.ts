/** What the server writes into some built-in kinds when they are created or changed, from what was there before. Changes the object it is given. */
import type { DaemonSet, Job } from '../../../kube/kinds.ts'
import type { KubeObject } from '../../../kube/objects.ts'
import { equal } from '../equal.ts'

const templateGeneration = 'deprecated.daemonset.template.generation'

/** As the server reads a DaemonSet: there is always a count, even if nobody said so. */
export function countFromZero(object: KubeObject): void {
  if (object.apiVersion !== 'apps/v1' || object.kind !== 'DaemonSet') return
  const said = Number.parseInt(object.metadata.annotations?.[templateGeneration] ?? '0', 10)
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: `${said || 0}` }
}

/** Of an object that has its defaults and its owners, before it is judged. */
export function applyStrategy(object: KubeObject, old: KubeObject | undefined): void {
  const { apiVersion, kind } = object
  if (apiVersion === 'apps/v1' && kind === 'DaemonSet') countTemplates(object as DaemonSet, old as DaemonSet | undefined)
  if (apiVersion === 'batch/v1' && kind === 'Job' && !old) selectOwnPods(object as Job)
}

/** How often the template of a DaemonSet has changed; nobody else may say so. */
function countTemplates({ metadata, spec }: DaemonSet, old: DaemonSet | undefined): void {
  const before = Number(old?.metadata.annotations?.[templateGeneration] ?? 0)
  const said = Number(metadata.annotations?.[templateGeneration] ?? 0)
  const count = !old ? Math.max(said, 1) : equal(spec?.template, old.spec?.template) ? before : before + 1
  metadata.annotations = { ...metadata.annotations, [templateGeneration]: `${count}` }
}

/** Only the pods of this very Job, unless it says itself which. https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector */
function selectOwnPods({ metadata, spec }: Job): void {
  if (!spec || spec.manualSelector || !metadata.uid) return
  const controller = { 'batch.kubernetes.io/controller-uid': metadata.uid }
  const names = { 'batch.kubernetes.io/job-name': metadata.name, 'job-name': metadata.name, 'controller-uid': metadata.uid }
  spec.template.metadata = { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, ...controller, ...names } } as never
  spec.selector = { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, ...controller } }
}

/** Gathers what is known of one TigeraStatus: from the reports of its controllers, and from the workloads they made. Never writes. */
import type { KubeObject, ObjectRef } from '../kube/objects.ts'
import { keyOf, refOf } from '../kube/objects.ts'
import type { Outcome } from '../reconcile/controller.ts'
import type { Report } from '../reconcile/runner.ts'
import type { Findings } from './conditions.ts'
import type { PodFindings } from './pods.ts'
import { isSettled, progressOf, type Workload } from './workload.ts'

const workloadKinds = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

/** The workloads that these controllers want, each once. */
export function workloadsOf(reports: readonly Report[]): ObjectRef[] {
  const refs = reports
    .flatMap(({ outcome }) => objectsOf(outcome))
    .filter(({ kind, apiVersion }) => workloadKinds.has(kind) && apiVersion === 'apps/v1')
  return [...new Map(refs.map(object => [keyOf(refOf(object)), refOf(object)])).values()]
}

/** Workloads that do not say that all is well with them. */
export const unsettled = (workloads: readonly KubeObject[]): Workload[] =>
  (workloads as Workload[]).filter(workload => !isSettled(workload))

/** `expected` controllers share the status; `pods` is what was found out about the pods of unsettled workloads. */
export function findings(
  reports: readonly Report[],
  about: { expected: number; workloads: readonly KubeObject[]; pods: readonly PodFindings[] },
): Findings {
  const { expected, workloads, pods } = about
  const waiting = reports.flatMap(({ enacted }) => enacted?.waiting ?? [])
  return {
    problems: reports.flatMap(({ outcome, stopped, enacted }) => [
      ...(stopped?.problems ?? []),
      ...(outcome?.problems ?? []),
      ...(enacted?.problems ?? []),
    ]),
    progressing: [
      ...waiting,
      ...(workloads as Workload[]).flatMap(workload => progressOf(workload) ?? []),
      ...pods.flatMap(({ starting }) => starting),
    ],
    failing: pods.flatMap(({ failing }) => failing),
    warnings: reports.flatMap(({ outcome }) => outcome?.warnings ?? []),
    ready: reports.length === expected && reports.every(({ enacted }) => enacted !== undefined),
  }
}

const objectsOf = (outcome: Outcome | undefined): KubeObject[] =>
  (outcome?.objects ?? []).map(item => ('object' in item ? item.object : item))

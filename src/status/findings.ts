/** Gathers what is known of one TigeraStatus: from the reports of its controllers, and from the workloads they made. Never writes. */
import type { KubeObject, ObjectRef } from '../kube/objects.ts'
import { keyOf, refOf } from '../kube/objects.ts'
import type { Outcome } from '../reconcile/controller.ts'
import type { Report } from '../reconcile/runner.ts'
import type { Findings } from './conditions.ts'
import type { PodFindings } from './pods.ts'
import { progressOf, type Workload } from './workload.ts'

const workloadKinds = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

/** The workloads that these controllers want, each once. */
export function workloadsOf(reports: readonly Report[]): ObjectRef[] {
  const refs = reports
    .flatMap(({ outcome }) => objectsOf(outcome))
    .filter(({ kind, apiVersion }) => workloadKinds.has(kind) && apiVersion === 'apps/v1')
  return [...new Map(refs.map(object => [keyOf(refOf(object)), refOf(object)])).values()]
}

/** `expected` controllers share the status; `pods` is what was found out about the pods of unsettled workloads. */
export function findings(
  reports: readonly Report[],
  about: { expected: number; workloads: readonly Workload[]; pods: readonly PodFindings[] },
): Findings {
  const { expected, workloads, pods } = about
  return {
    problems: reports.flatMap(({ outcome, stopped, enacted }) => [
      ...(stopped?.problems ?? []),
      ...(outcome?.problems ?? []),
      ...(enacted?.problems ?? []),
    ]),
    progressing: [
      ...reports.flatMap(({ enacted }) => enacted?.waiting ?? []),
      ...reports.flatMap(({ outcome }) => outcome?.awaited ?? []),
      ...workloads.flatMap(workload => progressOf(workload) ?? []),
      ...pods.flatMap(({ starting }) => starting),
    ],
    failing: pods.flatMap(({ failing }) => failing),
    warnings: reports.flatMap(({ outcome }) => outcome?.warnings ?? []),
    ready: reports.length === expected && reports.every(({ enacted }) => enacted !== undefined),
  }
}

/** Of which generation of the primary's resource all of this is true: the oldest that one of its controllers has read. */
export function generationOf(reports: readonly Report[], primary: Report | undefined): number | undefined {
  const { serves } = primary?.controller ?? {}
  const generations = reports.filter(({ controller }) => controller.serves === serves).flatMap(({ generation }) => generation ?? [])
  return serves && generations.length > 0 ? Math.min(...generations) : undefined
}

/** Nothing is wrong but that the server did not answer somebody. */
export function isUnanswered(reports: readonly Report[]): boolean {
  const wrong = reports.filter(
    ({ stopped, outcome, enacted }) => stopped || outcome?.problems?.length || enacted?.problems.length || enacted?.waiting.length,
  )
  return (
    wrong.length > 0 && wrong.every(({ stopped, enacted }) => stopped?.unanswered || (enacted?.unanswered && enacted.problems.length === 0))
  )
}

const objectsOf = (outcome: Outcome | undefined): KubeObject[] =>
  (outcome?.objects ?? []).map(item => ('object' in item ? item.object : item))

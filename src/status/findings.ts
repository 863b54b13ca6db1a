/** Gathers what is known of one TigeraStatus: from the reports of its controllers, and from the workloads they made. Never writes. */
import type { KubeObject, ObjectRef } from '../kube/objects.ts'
import { keyOf, refOf } from '../kube/objects.ts'
import type { Outcome } from '../reconcile/controller.ts'
import { type Problem, sentence } from '../reconcile/problems.ts'
import { problemsOf, type Report } from '../reconcile/runner.ts'
import { asWanted } from '../reconcile/wishes.ts'
import { catalogue } from './catalogue.ts'
import type { Findings } from './conditions.ts'
import type { PodFindings } from './pods.ts'
import { type Awaited, type Dating, dated } from './since.ts'
import { awaitedOf, subjectOf, type Workload } from './workload.ts'

const workloadKinds = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

/** The workloads that these controllers want, each once; not those of others of which they only set a field. */
export function workloadsOf(reports: readonly Report[]): ObjectRef[] {
  const refs = reports
    .flatMap(({ outcome }) => objectsOf(outcome))
    .filter(({ kind, apiVersion }) => workloadKinds.has(kind) && apiVersion === 'apps/v1')
  return [...new Map(refs.map(object => [keyOf(refOf(object)), refOf(object)])).values()]
}

/** `expected` controllers share the status; `pods` is what was found out about the pods of unsettled workloads, by their keys. */
export function findings(
  reports: readonly Report[],
  about: { expected: number; workloads: readonly Workload[]; pods: ReadonlyMap<string, PodFindings>; dating: Dating },
): Findings {
  const { expected, workloads, pods, dating } = about
  const problems = reports.flatMap(problemsOf)
  const waits = (leaving: boolean) =>
    reports
      .filter(({ outcome }) => (outcome?.leaving ?? false) === leaving)
      .flatMap(({ outcome, enacted }) => [...(enacted?.waiting ?? []), ...(outcome?.awaited ?? [])])
      .map(text => dated({ text }, dating))
  const lines = workloads.flatMap(workload => lineOf(workload, pods.get(keyOf(refOf(workload)))) ?? [])
  const linesThat = (fail: boolean) => lines.filter(({ failing }) => failing === fail).map(line => dated(line, dating))
  return {
    problems: problems.map(problem => (isPassing(problem) ? datedProblem(problem, dating) : problem)),
    progressing: [...waits(false), ...linesThat(false)],
    leaving: waits(true),
    failing: linesThat(true),
    warnings: reports.flatMap(({ outcome, enacted }) => [...(outcome?.warnings ?? []), ...(enacted?.lacking ?? [])]),
    ready: reports.length === expected && reports.every(({ enacted }) => enacted !== undefined),
  }
}

function datedProblem({ remedy, ...problem }: Problem, dating: Dating): Problem {
  const message = `${problem.message} (since ${dating(sentence(problem))})`
  return { ...problem, message, ...(remedy !== undefined && { remedy }) }
}

/** Somebody else acts first, and it is worth knowing how long that has been so. */
const isPassing = ({ reason }: Problem): boolean => catalogue[reason].severity === 'waiting'

/** What a workload waits for, and which pods keep it; undefined when it is as wanted. */
function lineOf(workload: Workload, pods: PodFindings | undefined): (Awaited & { failing: boolean }) | undefined {
  const awaited = awaitedOf(workload)
  const { failing = false, text: detail = '', since } = pods ?? {}
  if (!awaited && detail === '') return undefined
  const subject = subjectOf(workload)
  const line = awaited ?? { subject, text: `${subject} pods not well` }
  const from = [line.since, since].flatMap(time => time ?? [])
  return { ...line, detail, failing, ...(from.length > 0 && { since: Math.min(...from) }) }
}

/** Of which generation of the primary's resource all of this is true: the oldest that one of its controllers has read. */
export function generationOf(reports: readonly Report[], primary: Report | undefined): number | undefined {
  const { serves } = primary?.controller ?? {}
  const generations = reports.filter(({ controller }) => controller.serves === serves).flatMap(({ generation }) => generation ?? [])
  return serves && generations.length > 0 ? Math.min(...generations) : undefined
}

/** Nothing is wrong but that the server did not answer somebody. */
export function isUnanswered(reports: readonly Report[]): boolean {
  const wrong = reports.filter(report => report.stopped || problemsOf(report).length > 0 || (report.enacted?.waiting.length ?? 0) > 0)
  return (
    wrong.length > 0 && wrong.every(({ stopped, enacted }) => stopped?.unanswered || (enacted?.unanswered && enacted.problems.length === 0))
  )
}

const objectsOf = ({ objects = [] }: Outcome = {}): KubeObject[] =>
  objects.map(asWanted).flatMap(({ object, part }) => (part ? [] : object))

/** The conditions of a TigeraStatus, from all that was found (spec/installation-controller.md §12). Pure: the time is given, and what was reported before. */
import type { TigeraStatusCondition } from '../../api/tigerastatus.ts'
import { timeOf } from '../kube/clock.ts'
import { type Problem, type Reason, sentence } from '../reconcile/problems.ts'
import { bySeverity } from './catalogue.ts'

/** All that is known of one part of the installation. */
export interface Findings {
  /** What is wrong; any one makes it Degraded. */
  problems: readonly Problem[]
  /** What is awaited, in sentences. */
  progressing: readonly string[]
  /** What is awaited before something may go; it is as available as ever until then. */
  leaving: readonly string[]
  /** Pods that fail, in sentences. */
  failing: readonly string[]
  /** Appended to the message of Available. */
  warnings: readonly string[]
  /** All that is wanted was written at least once: before that nothing is available, whatever was there. */
  ready: boolean
}

export interface Before {
  conditions: readonly TigeraStatusCondition[]
  /** Milliseconds since 1970. */
  now: number
  /** Of the resource that is served. */
  generation?: number
}

/** Available, Degraded, Progressing, each with the time at which it became so. */
export function conditionsOf(findings: Findings, before: Before): TigeraStatusCondition[] {
  const { failing, leaving, ready } = findings
  const progressing = [...findings.progressing, ...leaving]
  const problems = findings.problems.toSorted((a, b) => bySeverity(a.reason, b.reason))
  const degraded = degradation(problems, ready ? failing : [])
  const moving = ready && failing.length === 0 && progressing.length > 0
  const available = ready && !degraded && findings.progressing.length === 0
  const fine = available && { reason: 'AllObjectsAvailable' as const, message: availableText(findings.warnings) }
  const hindrance = degraded ?? (moving ? inProgress(progressing) : notYet)
  return [
    written('Available', { status: available, ...(fine || hindrance) }, before),
    written('Degraded', degraded ? { status: true, ...degraded } : { status: false, ...(fine || unknown) }, before),
    written('Progressing', moving ? { status: true, ...inProgress(progressing) } : { status: false, ...(fine || unknown) }, before),
  ]
}

interface Finding {
  reason: Reason
  message: string
}

const unknown: Finding = { reason: 'Unknown', message: '' }

const notYet: Finding = { reason: 'ResourceNotReady', message: 'Not everything that is wanted has been written yet' }

const inProgress = (progressing: readonly string[]): Finding => ({ reason: 'ResourceNotReady', message: lines(progressing) })

function degradation(problems: readonly Problem[], failing: readonly string[]): Finding | undefined {
  const [worst] = problems
  if (!worst && failing.length === 0) return undefined
  return { reason: worst?.reason ?? 'PodFailure', message: lines([...problems.map(sentence), ...failing]) }
}

const availableText = (warnings: readonly string[]): string => ['All objects available', ...warnings.toSorted()].join('; ')

function written(
  type: string,
  { status, reason, message }: Finding & { status: boolean },
  { conditions, now, generation }: Before,
): TigeraStatusCondition {
  const value = status ? 'True' : 'False'
  const previous = conditions.find(condition => condition.type === type)
  const lastTransitionTime = previous?.status === value ? previous.lastTransitionTime : timeOf(now)
  return { type, status: value, lastTransitionTime, reason, message, ...(generation !== undefined && { observedGeneration: generation }) }
}

/** What the API server takes for a message of a resource's conditions; TigeraStatus has no limit of its own, and the text is mirrored. */
const longest = 32_768

/** One below the other, each once. */
function lines(texts: readonly string[]): string {
  const whole = [...new Set(texts)].join('\n')
  return whole.length <= longest ? whole : `${whole.slice(0, longest - 2)} …`
}

/** Conditions of a resource of ours, mirrored from the TigeraStatus of its part, so that whoever knows the resource need not know the TigeraStatus. Pure. */
import type { Condition } from '../../api/pod.ts'
import type { TigeraStatusCondition } from '../../api/tigerastatus.ts'
import { timeOf } from '../kube/clock.ts'
import type { Note } from '../reconcile/controller.ts'

/**
 * Available becomes Ready, the others keep their names; conditions that somebody else wrote stay
 * (spec/installation-controller.md §12). The time of a condition whose status did not change stays too.
 */
export function mirrored(conditions: readonly TigeraStatusCondition[], found: readonly Condition[] = []): Condition[] {
  const ours = conditions.map(condition => mirror(condition, found))
  const types = new Set(ours.map(({ type }) => type))
  return [...found.filter(({ type }) => !types.has(type)), ...ours]
}

function mirror(
  { type, status, lastTransitionTime, reason, message, observedGeneration }: TigeraStatusCondition,
  found: readonly Condition[],
): Condition {
  const mirroredType = type === 'Available' ? 'Ready' : type
  const previous = found.find(condition => condition.type === mirroredType)
  return {
    type: mirroredType,
    status: status as Condition['status'],
    lastTransitionTime: previous?.status === status ? previous.lastTransitionTime : lastTransitionTime,
    reason: reason || 'Unknown',
    message: message ?? '',
    ...(observedGeneration !== undefined && { observedGeneration }),
  }
}

/** The conditions that are there, with these; one that says the same keeps its time. `now` in milliseconds since 1970. */
export function noted(notes: readonly Note[], { found = [], now }: { found?: readonly Condition[]; now: number }): Condition[] {
  const types = new Set(notes.map(({ type }) => type))
  const kept = (note: Note) =>
    found.find(({ type, status, message }) => type === note.type && status === note.status && message === note.message)
  return [
    ...found.filter(({ type }) => !types.has(type)),
    ...notes.map(({ soon: _, ...note }) => kept(note) ?? { ...note, lastTransitionTime: timeOf(now) }),
  ]
}

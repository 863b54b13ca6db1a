/** Deletion of CustomResourceDefinitions: their resources go first. */

import { at, put } from '../fields.ts'
import { timestamp } from '../meta.ts'
import { type Item, withMeta } from '../objects.ts'
import type { Server } from '../server.ts'

export const cleanup = 'customresourcecleanup.apiextensions.k8s.io'

export interface Condition {
  type: string
  status: string
  lastTransitionTime: string
  reason: string
  message: string
}

/** The definition marked for deletion; itself when it is already. */
export function markedDefinition({ clock }: Server, old: Item): Item {
  if (old.metadata.deletionTimestamp) return old
  const time = timestamp(clock)
  const finalizers = [...(old.metadata.finalizers ?? []).filter(each => each !== cleanup), cleanup]
  return withCondition(withMeta(old, { deletionTimestamp: time, finalizers }), {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: time,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  })
}

/** With a condition in the place of the one of its type; one that says the same keeps its time. */
export function withCondition(object: Item, condition: Condition): Item {
  const conditions = (at(object, ['status', 'conditions']) ?? []) as Condition[]
  const index = conditions.findIndex(({ type }) => type === condition.type)
  const old = conditions[index]
  const next = old?.status === condition.status ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition
  return put(object, ['status', 'conditions'], index < 0 ? [...conditions, next] : conditions.with(index, next))
}

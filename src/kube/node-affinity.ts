/** Whether a node is one that pods ask for by affinity. Pure. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
import type { Node, NodeAffinity, NodeSelectorRequirement } from './kinds.ts'

/** A pod without affinity asks for any node; a term that says nothing, for none. */
export function meets({ requiredDuringSchedulingIgnoredDuringExecution: required }: NodeAffinity = {}, node: Node): boolean {
  if (!required) return true
  return required.nodeSelectorTerms.some(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every(expression => compares(expression, node.metadata.labels?.[expression.key])) &&
      matchFields.every(expression => compares(expression, node.metadata.name)),
  )
}

function compares({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return Number(value) > Number(values[0])
    default:
      return Number(value) < Number(values[0])
  }
}

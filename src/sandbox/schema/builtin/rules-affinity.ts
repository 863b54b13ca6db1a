/** Judges where pods want to be. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
import type { Affinity, NodeSelectorTerm, PodAffinityTerm } from '../../../kube/kinds.ts'
import { type FieldError, forbidden, invalid, required } from '../field-errors.ts'
import { dnsLabel, labelKey } from '../names.ts'
import { selector } from './checks.ts'

export function checkAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: Affinity = {}, path: string): FieldError[] {
  const node = `${path}.nodeAffinity`
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return [
    ...(required
      ? checkTerms(required.nodeSelectorTerms ?? [], `${node}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`)
      : []),
    ...preferred.flatMap(({ weight, preference }, index) => {
      const at = `${node}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      return [...checkWeight(weight, `${at}.weight`), ...checkTerm(preference, `${at}.preference`)]
    }),
    ...checkPods(podAffinity, `${path}.podAffinity`),
    ...checkPods(podAntiAffinity, `${path}.podAntiAffinity`),
  ]
}

const checkTerms = (terms: NodeSelectorTerm[], path: string): FieldError[] =>
  terms.length === 0
    ? [required(path, 'must have at least one node selector term')]
    : terms.flatMap((term, index) => checkTerm(term, `${path}[${index}]`))

function checkTerm({ matchExpressions = [] }: NodeSelectorTerm, path: string): FieldError[] {
  return matchExpressions.flatMap(({ key, operator, values = [] }, index) => {
    const at = `${path}.matchExpressions[${index}]`
    return [...checkNodeOperator(operator, values, at), ...labelKey(key ?? '').map(words => invalid(`${at}.key`, key ?? '', words))]
  })
}

function checkNodeOperator(operator: string, values: string[], path: string): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0 ? [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")] : []
    case 'Gt':
    case 'Lt':
      return values.length === 1 ? [] : [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    default:
      return [invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')]
  }
}

const checkWeight = (weight: number, path: string): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [invalid(path, weight ?? 0, 'must be in the range 1-100')]

function checkPods(affinity: Affinity['podAffinity'], path: string): FieldError[] {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return [
    ...required.flatMap((term, index) => checkPodTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`)),
    ...preferred.flatMap(({ weight, podAffinityTerm }, index) => {
      const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      return [...checkWeight(weight, `${at}.weight`), ...checkPodTerm(podAffinityTerm, `${at}.podAffinityTerm`)]
    }),
  ]
}

function checkPodTerm(term: PodAffinityTerm, path: string): FieldError[] {
  const { topologyKey, labelSelector, namespaceSelector, namespaces = [], matchLabelKeys = [], mismatchLabelKeys = [] } = term
  const keys = (all: string[], field: string) =>
    all.flatMap((key, index) => labelKey(key).map(words => invalid(`${path}.${field}[${index}]`, key, words)))
  return [
    ...selector(labelSelector, `${path}.labelSelector`),
    ...(namespaceSelector ? selector(namespaceSelector, `${path}.namespaceSelector`) : []),
    ...namespaces.flatMap(name => dnsLabel(name).map(words => invalid(`${path}.namespace`, name, words))),
    ...keys(matchLabelKeys, 'matchLabelKeys'),
    ...keys(mismatchLabelKeys, 'mismatchLabelKeys'),
    ...matchLabelKeys.flatMap((key, index) =>
      mismatchLabelKeys.includes(key)
        ? [invalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')]
        : [],
    ),
    ...(topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...labelKey(topologyKey ?? '').map(words => invalid(`${path}.topologyKey`, topologyKey ?? '', words)),
  ]
}

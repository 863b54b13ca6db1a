/** What Kubernetes demands of affinity (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/). Never looks at nodes or pods. */
import type { Affinity, LabelSelector, NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm } from '../../kube/kinds.ts'
import { each, type Fault, quoted, unless } from './fault.ts'
import { isNamespace, labelKey, labels, labelValue } from './names.ts'

type Requirement = NodeSelectorRequirement
const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

export function affinity(given: Affinity, path: string): Fault[] {
  const { nodeAffinity: node, podAffinity, podAntiAffinity } = given
  return [
    ...(node ? nodeAffinity(node, `${path}.nodeAffinity`) : []),
    ...(podAffinity ? podTerms(podAffinity, `${path}.podAffinity`) : []),
    ...(podAntiAffinity ? podTerms(podAntiAffinity, `${path}.podAntiAffinity`) : []),
  ]
}

function nodeAffinity(given: NodeAffinity, path: string): Fault[] {
  const terms = given[required]
  return [
    ...(terms ? nodeSelectorTerms(terms.nodeSelectorTerms, `${path}.${required}.nodeSelectorTerms`) : []),
    ...each(given[preferred], `${path}.${preferred}`, (term, at) => [
      ...weight(term.weight, `${at}.weight`),
      ...nodeSelectorTerm(term.preference, `${at}.preference`),
    ]),
  ]
}

const nodeSelectorTerms = (terms: NodeSelectorTerm[] | undefined, path: string): Fault[] => [
  ...unless((terms ?? []).length > 0, path, ['there is no term, so no node would do', 'Add a term, or leave the whole out']),
  ...each(terms, path, nodeSelectorTerm),
]

const nodeSelectorTerm = (term: NodeSelectorTerm, path: string): Fault[] => [
  ...each(term.matchExpressions, `${path}.matchExpressions`, nodeRequirement),
  ...each(term.matchFields, `${path}.matchFields`, fieldRequirement),
]

const nodeRequirement = (requirement: Requirement, path: string): Fault[] => [
  ...labelKey(requirement.key, `${path}.key`),
  ...operator(requirement, path, [...comparisons, 'Gt', 'Lt']),
]

function fieldRequirement({ key, operator: by, values = [] }: Requirement, path: string): Fault[] {
  return [
    ...unless(key === 'metadata.name', `${path}.key`, [`${quoted(key)} is no field that nodes are selected by`, 'Write metadata.name']),
    ...unless(by === 'In' || by === 'NotIn', `${path}.operator`, [`${quoted(by)} does not compare fields`, 'Write In or NotIn']),
    ...unless(values.length === 1, `${path}.values`, [`there are ${values.length} values`, 'Give exactly one']),
  ]
}

const comparisons = ['In', 'NotIn', 'Exists', 'DoesNotExist']

function operator({ operator: by, values = [] }: { operator: string; values?: string[] }, path: string, known: readonly string[]): Fault[] {
  if (!known.includes(by)) {
    return [{ path: `${path}.operator`, message: `${quoted(by)} compares nothing`, remedy: `Write one of ${known.join(', ')}` }]
  }
  if (by === 'Exists' || by === 'DoesNotExist') {
    return unless(values.length === 0, `${path}.values`, [
      `${by} compares with no value, and there are ${values.length}`,
      'Leave the values out',
    ])
  }
  if (by === 'Gt' || by === 'Lt') {
    return unless(values.length === 1, `${path}.values`, [
      `${by} compares with one value, and there are ${values.length}`,
      'Give exactly one',
    ])
  }
  return unless(values.length > 0, `${path}.values`, [`${by} has no value to compare with`, 'Give at least one'])
}

interface PodTerms {
  [required]?: PodAffinityTerm[]
  [preferred]?: { weight: number; podAffinityTerm: PodAffinityTerm }[]
}

const podTerms = (given: PodTerms, path: string): Fault[] => [
  ...each(given[required], `${path}.${required}`, podTerm),
  ...each(given[preferred], `${path}.${preferred}`, (term, at) => [
    ...weight(term.weight, `${at}.weight`),
    ...podTerm(term.podAffinityTerm, `${at}.podAffinityTerm`),
  ]),
]

function podTerm(term: PodAffinityTerm, path: string): Fault[] {
  return [
    ...(term.labelSelector ? labelSelector(term.labelSelector, `${path}.labelSelector`) : []),
    ...(term.namespaceSelector ? labelSelector(term.namespaceSelector, `${path}.namespaceSelector`) : []),
    ...each(term.namespaces, `${path}.namespaces`, (name, at) =>
      unless(isNamespace(name), at, [`${quoted(name)} is no name of a namespace`, 'Write lower-case letters, digits and "-"']),
    ),
    ...topologyKey(term.topologyKey, `${path}.topologyKey`),
    ...labelKeys(term.matchLabelKeys, { path: `${path}.matchLabelKeys`, selector: term.labelSelector }),
    ...labelKeys(term.mismatchLabelKeys, { path: `${path}.mismatchLabelKeys`, selector: term.labelSelector }),
    ...each(term.mismatchLabelKeys, `${path}.mismatchLabelKeys`, (key, at) =>
      unless(!term.matchLabelKeys?.includes(key), at, [`${key} is to be the same and another`, 'Leave it in one of the two lists']),
    ),
  ]
}

/** Labels of the new pod that are added to a selector: to one that is there, and says nothing of them. */
export const labelKeys = (
  keys: readonly string[] | undefined,
  { path, selector }: { path: string; selector: LabelSelector | undefined },
): Fault[] => [
  ...unless(!keys?.length || selector !== undefined, path, ['there is no labelSelector to add to', 'Add one, or leave the keys out']),
  ...each(keys, path, (key, at) => [
    ...labelKey(key, at),
    ...unless(!selects(selector, key), at, [`labelSelector says something of ${key} too`, 'Leave it out here, or there']),
  ]),
]

const selects = (selector: LabelSelector | undefined, key: string): boolean =>
  Object.hasOwn(selector?.matchLabels ?? {}, key) || (selector?.matchExpressions ?? []).some(each => each.key === key)

/** Where pods count as being in one place. */
export const topologyKey = (key: string | undefined, path: string): Fault[] =>
  key
    ? labelKey(key, path)
    : [{ path, message: 'there is no topology key', remedy: 'Name a label of nodes, such as kubernetes.io/hostname' }]

export const labelSelector = (given: LabelSelector, path: string): Fault[] => [
  ...labels(given.matchLabels, `${path}.matchLabels`),
  ...each(given.matchExpressions, `${path}.matchExpressions`, (requirement, at) => [
    ...labelKey(requirement.key, `${at}.key`),
    ...operator(requirement, at, comparisons),
    ...each(requirement.values, `${at}.values`, labelValue),
  ]),
]

const weight = (given: number, path: string): Fault[] =>
  unless(given >= 1 && given <= 100, path, [`${given} is no weight`, 'Write a number from 1 to 100'])

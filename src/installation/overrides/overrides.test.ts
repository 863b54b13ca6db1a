import { describe, expect, test } from 'vitest'
import type { WorkloadOverlay } from '../../../api/overrides.ts'
import { workloadOverride } from './workload.ts'

type Spec = NonNullable<WorkloadOverlay['spec']>
type Pod = NonNullable<NonNullable<Spec['template']>['spec']>

const faults = (overlay: WorkloadOverlay): string[] => workloadOverride(overlay, 'w').map(({ path, message }) => `${path}: ${message}`)
const pod = (spec: Pod): WorkloadOverlay => ({ spec: { template: { spec } } })
const inPod = 'w.spec.template.spec'
const long = 'x'.repeat(64)

/** A case: a sentence, an override, and the paths at which something is wrong. */
type Case = [sentence: string, overlay: WorkloadOverlay, paths: string[]]

function check(cases: Case[]): void {
  test.each(cases)('%s', (_, overlay, paths) => {
    expect(workloadOverride(overlay, 'w').map(({ path }) => path)).toEqual(paths)
  })
}

describe('metadata', () => {
  check([
    [
      'labels with and without a domain are labels',
      { metadata: { labels: { a: '', 'example.com/b-c.d_E': 'F.g-h_1', [long.slice(1)]: long.slice(1) } } },
      [],
    ],
    ['a label of 64 characters is none', { metadata: { labels: { [long]: 'a' } } }, ['w.metadata.labels']],
    ['a value of 64 characters is none', { metadata: { labels: { a: long } } }, ['w.metadata.labels[a]']],
    [
      'a label begins and ends with a letter or digit',
      { metadata: { labels: { '-a': '', 'a-': '', a: '-b' } } },
      ['w.metadata.labels', 'w.metadata.labels', 'w.metadata.labels[a]'],
    ],
    [
      'a label has one slash at most, and something before it',
      { metadata: { labels: { 'a/b/c': '', '/a': '', 'a/': '' } } },
      ['w.metadata.labels', 'w.metadata.labels', 'w.metadata.labels'],
    ],
    [
      'the domain of a label is a DNS name',
      { metadata: { labels: { 'Example.com/a': '', 'a..b/c': '' } } },
      ['w.metadata.labels', 'w.metadata.labels'],
    ],
    ['keys of annotations may have capitals in the domain, and any value', { metadata: { annotations: { 'Example.com/a': '…' } } }, []],
    ['keys of annotations are names', { metadata: { annotations: { 'a b': '' } } }, ['w.metadata.annotations']],
    ['annotations have 256 KiB together', { metadata: { annotations: { a: 'ä'.repeat(128 * 1024) } } }, ['w.metadata.annotations']],
    ['labels of pods are labels too', { spec: { template: { metadata: { labels: { a: '!' } } } } }, ['w.spec.template.metadata.labels[a]']],
    [
      'labels that nodes are chosen by are labels',
      pod({ nodeSelector: { 'a b': 'c d' } }),
      [`${inPod}.nodeSelector`, `${inPod}.nodeSelector[a b]`],
    ],
  ])
})

describe('numbers', () => {
  check([
    ['seconds may be 0', { spec: { minReadySeconds: 0, template: { spec: { terminationGracePeriodSeconds: 0 } } } }, []],
    [
      'seconds are not negative',
      { spec: { minReadySeconds: -1, template: { spec: { terminationGracePeriodSeconds: -5 } } } },
      ['w.spec.minReadySeconds', `${inPod}.terminationGracePeriodSeconds`],
    ],
  ])
})

describe('how a workload rolls out', () => {
  const at = 'w.spec.strategy.rollingUpdate'
  const strategy = (maxSurge?: number | string, maxUnavailable?: number | string): WorkloadOverlay => ({
    spec: {
      strategy: { rollingUpdate: { ...(maxSurge !== undefined && { maxSurge }), ...(maxUnavailable !== undefined && { maxUnavailable }) } },
    },
  })
  check([
    ['numbers and shares of pods are both good', strategy('50%', 1), []],
    ['one of both is enough', strategy('100%'), []],
    ['more than all pods may be added', strategy('150%', 0), []],
    ['more than all pods cannot be missing', strategy(0, '101%'), [`${at}.maxUnavailable`]],
    ['negative numbers and other texts are no numbers of pods', strategy(-1, 'half'), [`${at}.maxSurge`, `${at}.maxUnavailable`]],
    ['fractions are no numbers of pods', strategy('1.5%', 0.5), [`${at}.maxSurge`, `${at}.maxUnavailable`]],
    ['with neither one nothing can be replaced', strategy(0, '0%'), [at]],
    ['what is unset is 0', strategy(), [at]],
  ])
})

describe('resources', () => {
  const at = `${inPod}.containers[0].resources`
  const given = (resources: object): WorkloadOverlay => pod({ containers: [{ name: 'c', resources }] })
  check([
    [
      'amounts of what every container has are good',
      given({ requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '1G' }, limits: { cpu: 1, memory: '64Mi' } }),
      [],
    ],
    ['no resources at all is good', given({}), []],
    ['an entry without resources is not looked at', pod({ containers: [{ name: 'c' }] }), []],
    ['an unknown resource is none', given({ limits: { cores: 1 } }), [`${at}.limits`]],
    ['resources of Kubernetes’ own domain are known', given({ limits: { 'kubernetes.io/x': 1 } }), []],
    ['quota names are no resources', given({ limits: { 'requests.nvidia.com/gpu': 1 } }), [`${at}.limits`]],
    ['a request below 0 is none', given({ requests: { cpu: '-1' } }), [`${at}.requests[cpu]`]],
    ['what is no quantity is told as it is', given({ requests: { cpu: 'much' } }), [`${at}.requests[cpu]`]],
    ['a request is not more than its limit', given({ requests: { cpu: '1001m' }, limits: { cpu: 1 } }), [`${at}.requests[cpu]`]],
    ['a request may be its limit in another spelling', given({ requests: { memory: '1Gi' }, limits: { memory: '1024Mi' } }), []],
    [
      'extended resources are whole',
      given({ requests: { 'nvidia.com/gpu': '500m' }, limits: { 'nvidia.com/gpu': '500m' } }),
      [`${at}.requests[nvidia.com/gpu]`, `${at}.limits[nvidia.com/gpu]`],
    ],
    ['a whole number may be spelled with a suffix', given({ limits: { 'nvidia.com/gpu': '2000m' } }), []],
    ['extended resources are requested with a limit', given({ requests: { 'nvidia.com/gpu': 1 } }), [`${at}.limits`]],
    [
      'extended resources are requested exactly',
      given({ requests: { 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 2 } }),
      [`${at}.requests[nvidia.com/gpu]`],
    ],
    ['huge pages come with cpu or memory', given({ limits: { 'hugepages-2Mi': '4Mi' } }), [at]],
    ['huge pages with memory are good', given({ requests: { memory: '1Gi' }, limits: { memory: '1Gi', 'hugepages-2Mi': '4Mi' } }), []],
    [
      'init containers are looked at too',
      pod({ initContainers: [{ name: 'a' }, { name: 'b', resources: { requests: { cpu: '-1' } } }] }),
      [`${inPod}.initContainers[1].resources.requests[cpu]`],
    ],
  ])
})

describe('tolerations', () => {
  const at = `${inPod}.tolerations[0]`
  check([
    ['all taints may be tolerated', pod({ tolerations: [{ operator: 'Exists' }] }), []],
    ['a list may be empty', pod({ tolerations: [] }), []],
    [
      'a taint may be tolerated by its value, and for a time',
      pod({ tolerations: [{ key: 'a/b', value: 'c', effect: 'NoExecute', tolerationSeconds: 60 }] }),
      [],
    ],
    ['without a key nothing is equal', pod({ tolerations: [{ effect: 'NoSchedule' }] }), [`${at}.operator`]],
    ['a key is a key of a label', pod({ tolerations: [{ key: 'a b', operator: 'Exists' }] }), [`${at}.key`]],
    ['Exists has no value', pod({ tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] }), [`${at}.value`]],
    ['a value is a value of a label', pod({ tolerations: [{ key: 'a', operator: 'Equal', value: 'b c' }] }), [`${at}.value`]],
    ['other operators are none', pod({ tolerations: [{ key: 'a', operator: 'Like' }] }), [`${at}.operator`]],
    ['other effects are none', pod({ tolerations: [{ key: 'a', effect: 'Sometimes' }] }), [`${at}.effect`]],
    ['only evictions wait', pod({ tolerations: [{ key: 'a', effect: 'NoSchedule', tolerationSeconds: 60 }] }), [`${at}.effect`]],
  ])
})

describe('how pods spread', () => {
  const at = `${inPod}.topologySpreadConstraints`
  const good = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' as const }
  const spread = (...constraints: object[]): WorkloadOverlay =>
    pod({ topologySpreadConstraints: constraints as Pod['topologySpreadConstraints'] & object })
  check([
    [
      'over hosts and over zones is good',
      spread(good, { ...good, topologyKey: 'topology.kubernetes.io/zone', minDomains: 2, labelSelector: { matchLabels: { a: 'b' } } }),
      [],
    ],
    ['the same key may be a demand and a wish', spread(good, { ...good, whenUnsatisfiable: 'ScheduleAnyway' }), []],
    ['the same demand twice is one too many', spread(good, { ...good, maxSkew: 2 }), [`${at}[1]`]],
    ['a skew is 1 at least', spread({ ...good, maxSkew: 0 }), [`${at}[0].maxSkew`]],
    ['there is a key', spread({ ...good, topologyKey: '' }), [`${at}[0].topologyKey`]],
    ['what happens otherwise is one of two', spread({ ...good, whenUnsatisfiable: 'Despair' }), [`${at}[0].whenUnsatisfiable`]],
    [
      'a least number of domains is a demand',
      spread({ ...good, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0 }),
      [`${at}[0].minDomains`, `${at}[0].minDomains`],
    ],
    [
      'a selector is one',
      spread({ ...good, labelSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }),
      [`${at}[0].labelSelector.matchExpressions[0].operator`],
    ],
  ])
})

describe('affinity', () => {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  const at = `${inPod}.affinity`
  const given = (affinity: object): WorkloadOverlay => pod({ affinity })
  const nodes = (...nodeSelectorTerms: object[]) => given({ nodeAffinity: { [required]: { nodeSelectorTerms } } })
  const expression = (requirement: object) => nodes({ matchExpressions: [requirement] })
  const first = `${at}.nodeAffinity.${required}.nodeSelectorTerms[0]`
  const near = (term: object) => given({ podAffinity: { [required]: [term] } })
  const nearAt = `${at}.podAffinity.${required}[0]`
  check([
    ['an empty one is good', given({}), []],
    [
      'nodes are compared in six ways',
      nodes({
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['b', 'c'] },
          { key: 'a', operator: 'Exists' },
          { key: 'a', operator: 'Gt', values: ['1'] },
        ],
      }),
      [],
    ],
    ['a demand has a term', nodes(), [`${at}.nodeAffinity.${required}.nodeSelectorTerms`]],
    ['In has values', expression({ key: 'a', operator: 'In' }), [`${first}.matchExpressions[0].values`]],
    ['Exists has none', expression({ key: 'a', operator: 'DoesNotExist', values: ['b'] }), [`${first}.matchExpressions[0].values`]],
    ['Gt has one', expression({ key: 'a', operator: 'Gt', values: ['1', '2'] }), [`${first}.matchExpressions[0].values`]],
    [
      'other operators are none',
      expression({ key: 'a b', operator: 'Like' }),
      [`${first}.matchExpressions[0].key`, `${first}.matchExpressions[0].operator`],
    ],
    ['nodes are also chosen by name', nodes({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }), []],
    [
      'and by no other field',
      nodes({ matchFields: [{ key: 'spec.x', operator: 'Exists' }] }),
      ['key', 'operator', 'values'].map(field => `${first}.matchFields[0].${field}`),
    ],
    [
      'a wish weighs 1 to 100',
      given({
        nodeAffinity: {
          [preferred]: [
            { weight: 0, preference: {} },
            { weight: 101, preference: {} },
          ],
        },
      }),
      [0, 1].map(index => `${at}.nodeAffinity.${preferred}[${index}].weight`),
    ],
    [
      'pods are sought in namespaces, by labels, at one place',
      near({ topologyKey: 'kubernetes.io/hostname', namespaces: ['kube-system'], labelSelector: { matchLabels: { a: 'b' } } }),
      [],
    ],
    ['the place has a name', near({}), [`${nearAt}.topologyKey`]],
    ['namespaces are named as such', near({ topologyKey: 'a', namespaces: ['Kube_System'] }), [`${nearAt}.namespaces[0]`]],
    [
      'selectors of pods know no order',
      near({ topologyKey: 'a', labelSelector: { matchExpressions: [{ key: 'a', operator: 'Lt', values: ['1'] }] } }),
      [`${nearAt}.labelSelector.matchExpressions[0].operator`],
    ],
    [
      'selectors of pods compare values of labels',
      near({ topologyKey: 'a', namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] } }),
      [`${nearAt}.namespaceSelector.matchExpressions[0].values[0]`],
    ],
    [
      'keeping away is judged alike',
      given({ podAntiAffinity: { [preferred]: [{ weight: 200, podAffinityTerm: {} }] } }),
      [`${at}.podAntiAffinity.${preferred}[0].weight`, `${at}.podAntiAffinity.${preferred}[0].podAffinityTerm.topologyKey`],
    ],
  ])
})

test('a fault says the value and what to do', () => {
  expect(workloadOverride(pod({ tolerations: [{ key: 'a', effect: 'Sometimes' }] }), 'spec.typhaDeployment')).toEqual([
    {
      path: 'spec.typhaDeployment.spec.template.spec.tolerations[0].effect',
      message: '"Sometimes" is no effect of taints',
      remedy: 'Write one of NoSchedule, PreferNoSchedule, NoExecute',
    },
  ])
})

test('all faults of an override are told', () => {
  expect(
    faults({ metadata: { labels: { a: '!' } }, spec: { minReadySeconds: -1, template: { spec: { tolerations: [{ key: '!' }] } } } }),
  ).toHaveLength(3)
})

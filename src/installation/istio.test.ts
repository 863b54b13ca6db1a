import { expect, test } from 'vitest'
import type { Istio, IstioSpec } from '../../api/istio.ts'
import { istioMarks, istioProblems } from './istio.ts'
import type { FelixConfiguration } from './kinds.ts'

const asking = (spec: IstioSpec): Istio => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Istio',
  metadata: { name: 'default' },
  spec,
})
const paths = (spec: IstioSpec) => istioProblems(asking(spec)).flatMap(({ path }) => path ?? [])

test('whatever is asked, the last word is that nothing is installed, and what to do', () => {
  expect(istioProblems(asking({}))).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('Istio is not installed by this operator'),
      remedy: expect.stringContaining('Helm charts'),
    }),
  ])
})

test.each([0, 63, '23', 'AF11', 'ef', ' CS0 ', 'DF'])('%j marks traffic', mark => expect(paths({ dscpMark: mark })).toEqual([]))
test.each([-1, 64, '64', 'AF14', 'CS7', 'nonsense', ''])('%j does not', mark =>
  expect(paths({ dscpMark: mark })).toEqual(['spec.dscpMark']),
)

test('all violations are told, each with its field', () => {
  const pod = (spec: object) => ({ spec: { template: { spec } } })
  expect(
    paths({
      dscpMark: 'AF99',
      istiod: pod({ resources: { limits: { cpu: '1' } }, tolerations: [{ operator: 'Like', key: 'a' }] }),
      istioCNI: pod({ resources: {} }),
      ztunnel: pod({ nodeSelector: { 'a b': '' } }),
    }),
  ).toEqual([
    'spec.dscpMark',
    'spec.istiod.spec.template.spec.resources',
    'spec.istiod.spec.template.spec.tolerations[0].operator',
    'spec.ztunnel.spec.template.spec.nodeSelector',
  ])
})

const felix = (annotations: Record<string, string>, spec: object): FelixConfiguration => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'FelixConfiguration',
  metadata: { name: 'default', annotations },
  spec,
})
const mode = 'operator.tigera.io/istioAmbientMode'
const mark = 'operator.tigera.io/istioDSCPMark'

test('what was set for Istio goes with it, with the annotations that repeat it', () => {
  expect(istioMarks(felix({ [mode]: 'Enabled', [mark]: '23', other: 'x' }, { istioAmbientMode: 'Enabled', istioDSCPMark: 23 }))).toEqual([
    ['metadata', 'annotations', mode],
    ['spec', 'istioAmbientMode'],
    ['metadata', 'annotations', mark],
    ['spec', 'istioDSCPMark'],
  ])
})

test('what a user has set since, or set himself, stays', () => {
  expect(istioMarks(felix({ [mode]: 'Enabled' }, { istioAmbientMode: 'Disabled', istioDSCPMark: 7 }))).toEqual([
    ['metadata', 'annotations', mode],
  ])
  expect(istioMarks(felix({ [mark]: '' }, { istioDSCPMark: 7 }))).toEqual([['metadata', 'annotations', mark]])
  expect(istioMarks(undefined)).toEqual([])
})

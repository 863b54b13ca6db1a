/** What only the API server would refuse, much later and elsewhere, if it were not refused here. */
import { describe, expect, test } from 'vitest'
import type { WorkloadOverlay } from '../../../api/overrides.ts'
import { workloadOverride } from './workload.ts'

type Pod = NonNullable<NonNullable<NonNullable<WorkloadOverlay['spec']>['template']>['spec']>

const inPod = (spec: Pod, path = 'spec.typhaDeployment') =>
  workloadOverride({ spec: { template: { spec } } }, path).map(fault => fault.path.replace(`${path}.spec.template.spec.`, ''))

const zones = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }

describe('of DNS', () => {
  test.each<[string, Pod, string[]]>([
    [
      'three servers and a domain with a last dot',
      { dnsConfig: { nameservers: ['10.96.0.10', 'fd00::10', '1.1.1.1'], searches: ['svc.cluster.local.', '_tcp.x', '.'] } },
      [],
    ],
    ['four servers', { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } }, ['dnsConfig.nameservers']],
    ['a server by its name', { dnsConfig: { nameservers: ['dns.example.com'] } }, ['dnsConfig.nameservers[0]']],
    ['a domain that is none', { dnsConfig: { searches: ['svc..local', 'A.b'] } }, ['dnsConfig.searches[0]', 'dnsConfig.searches[1]']],
    [
      'an option without a name',
      { dnsConfig: { options: [{ name: 'ndots', value: '2' }, { value: '1' }] } },
      ['dnsConfig.options[1].name'],
    ],
    ['no policy and no server', { dnsPolicy: 'None', dnsConfig: { searches: ['a'] } }, ['dnsConfig.nameservers']],
    ['no policy, and a server', { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } }, []],
  ])('%s', (_, pod, paths) => {
    expect(inPod(pod)).toEqual(paths)
  })
})

describe('of where pods are', () => {
  test.each<[string, Pod, string[]]>([
    ['a class by a name', { priorityClassName: 'high.priority' }, []],
    ['a class by no name', { priorityClassName: 'High Priority' }, ['priorityClassName']],
    [
      'keys beside a selector',
      { topologySpreadConstraints: [{ ...zones, labelSelector: {}, matchLabelKeys: ['app'], nodeTaintsPolicy: 'Honor' }] },
      [],
    ],
    [
      'keys without a selector',
      { topologySpreadConstraints: [{ ...zones, matchLabelKeys: ['app'] }] },
      ['topologySpreadConstraints[0].matchLabelKeys'],
    ],
    [
      'a key that the selector has',
      { topologySpreadConstraints: [{ ...zones, labelSelector: { matchLabels: { app: 'x' } }, matchLabelKeys: ['app'] }] },
      ['topologySpreadConstraints[0].matchLabelKeys[0]'],
    ],
    [
      'a policy that is none',
      { topologySpreadConstraints: [{ ...zones, nodeAffinityPolicy: 'Obey' }] },
      ['topologySpreadConstraints[0].nodeAffinityPolicy'],
    ],
  ])('%s', (_, pod, paths) => {
    expect(inPod(pod)).toEqual(paths)
  })

  test('a key cannot be the same and another', () => {
    const term = { topologyKey: 'zone', labelSelector: {}, matchLabelKeys: ['a'], mismatchLabelKeys: ['a', 'b'] }
    const pod: Pod = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
    expect(inPod(pod)).toEqual(['affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].mismatchLabelKeys[0]'])
  })
})

test('a container cannot claim what its pod has not', () => {
  const containers = [{ name: 'calico-typha', resources: { claims: [{ name: 'gpu' }] } }]
  expect(inPod({ containers })).toEqual(['containers[0].resources.claims[0]'])
})

test('pods that a workload finds by their label keep it', () => {
  const labelled = (value: string, field = 'typhaDeployment') =>
    workloadOverride({ spec: { template: { metadata: { labels: { 'k8s-app': value } } } } }, `spec.${field}`).length
  expect(labelled('other')).toBe(1)
  expect(labelled('calico-typha')).toBe(0)
  expect(labelled('other', 'apiServerDeployment')).toBe(0)
})

test('a Deployment is not given up before its pods can count', () => {
  const seconds = (minReadySeconds: number, terminationGracePeriodSeconds?: number, field = 'typhaDeployment') =>
    workloadOverride({ spec: { minReadySeconds, template: { spec: { terminationGracePeriodSeconds } } } }, `spec.${field}`).map(
      ({ path }) => path,
    )
  expect(seconds(599)).toEqual([])
  expect(seconds(600)).toEqual(['spec.typhaDeployment.spec.minReadySeconds'])
  expect(seconds(1000, 1000)).toEqual([])
  expect(seconds(1000, undefined, 'calicoNodeDaemonSet')).toEqual([])
  expect(seconds(0, 2_000_000_000)).toEqual(['spec.typhaDeployment.spec.template.spec.terminationGracePeriodSeconds'])
})

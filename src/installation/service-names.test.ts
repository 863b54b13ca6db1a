import { expect, test } from 'vitest'
import { domainOf, serviceNames, wholeName } from './service-names.ts'

test('a Service has a name for every distance it is looked at from', () => {
  expect(serviceNames('goldmane', { clusterDomain: 'cluster.local' })).toEqual([
    'goldmane',
    'goldmane.calico-system',
    'goldmane.calico-system.svc',
    'goldmane.calico-system.svc.cluster.local',
  ])
  expect(wholeName('goldmane', { clusterDomain: 'k8s.example' })).toBe('goldmane.calico-system.svc.k8s.example')
})

test('a cluster whose domain is not known has one name less', () => {
  expect(serviceNames('goldmane', { clusterDomain: '' })).toHaveLength(3)
  expect(wholeName('goldmane', { clusterDomain: '' })).toBe('goldmane.calico-system.svc')
  expect(domainOf({ clusterDomain: '' })).toBe('cluster.local')
})

import { expect, test } from 'vitest'
import { decided } from '../../installation/testdata/asked.ts'
import { activeOperator, criticalPodsQuota } from './cluster.ts'

test('the cluster is claimed for the operator that is there first, and never taken from another', () => {
  expect(activeOperator(decided({}))).toMatchObject([{ object: { data: { 'active-namespace': 'tigera-operator' } }, createOnly: true }])
})

test('nobody claims a cluster that is being given up', () => {
  expect(activeOperator({ ...decided({}), terminating: true })).toEqual([])
})

test('critical pods have a quota, without limits, where the provider demands one', () => {
  expect(criticalPodsQuota(decided({}))).toEqual([])
  const [quota] = criticalPodsQuota(decided({ kubernetesProvider: 'GKE', cni: { type: 'GKE' } }))
  expect(quota?.spec).not.toHaveProperty('hard')
})

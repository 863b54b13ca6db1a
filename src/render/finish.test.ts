import { expect, test } from 'vitest'
import { decided } from '../installation/testdata/asked.ts'
import { finish } from './finish.ts'
import { policy } from './parts/policy.ts'

const labels = (tierLabels: boolean) => finish(decided({}, { tierLabels }), [policy('x', {})])[0]?.metadata.labels

test('a policy is labelled with its tier where the API server will see to it too, and only there', () => {
  expect(labels(true)).toMatchObject({ 'projectcalico.org/tier': 'calico-system', 'k8s-app': 'calico-system.x' })
  expect(labels(false)).not.toHaveProperty(['projectcalico.org/tier'])
})

import { expect, test } from 'vitest'
import type { Condition, Wanted } from './controller.ts'
import { inBatches, inSteps, writeStep } from './order.ts'

const kinds: Record<string, string> = {
  Namespace: 'v1',
  ServiceAccount: 'v1',
  Secret: 'v1',
  Service: 'v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  NetworkPolicy: 'projectcalico.org/v3',
  FelixConfiguration: 'projectcalico.org/v3',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
}
const ref = (kind: string, name = 'x') => ({ apiVersion: kinds[kind]!, kind, name })
const wanted = (kind: string, name = 'x', ...after: Condition[]): Wanted => ({
  object: { apiVersion: kinds[kind]!, kind, metadata: { name } },
  after,
})
const words = (batches: Wanted[][]) =>
  batches.map(batch => batch.map(({ object }) => `${object.kind} ${object.metadata.name}`.replace(' x', '')).join(', '))

test('what others need comes first, policies and webhooks last', () => {
  const mixed = [
    'ValidatingWebhookConfiguration',
    'NetworkPolicy',
    'DaemonSet',
    'FelixConfiguration',
    'Service',
    'Secret',
    'ClusterRoleBinding',
    'ClusterRole',
    'ServiceAccount',
    'CustomResourceDefinition',
    'Namespace',
  ]
  expect(words(inBatches(mixed.map(kind => wanted(kind))))).toEqual(mixed.toReversed())
})

test('the order within a step is the given one', () => {
  const batches = inSteps([wanted('DaemonSet'), wanted('Secret'), wanted('Deployment')], ({ object }) => writeStep(object))
  expect(words(batches)).toEqual(['Secret', 'DaemonSet, Deployment'])
})

test('an object comes after those it waits for, of its own kind or of a later one', () => {
  const after = (kind: string, name: string): Condition => ({ ref: ref(kind, name), is: 'written' })
  const batches = inBatches([
    wanted('DaemonSet', 'c', after('DaemonSet', 'b')),
    wanted('DaemonSet', 'b', after('Deployment', 'a')),
    wanted('Deployment', 'a'),
    wanted('Secret', 's', after('NetworkPolicy', 'p')),
    wanted('NetworkPolicy', 'p'),
  ])
  expect(words(batches)).toEqual(['Deployment a', 'DaemonSet b', 'DaemonSet c', 'NetworkPolicy p', 'Secret s'])
})

test('conditions on objects that are not wanted here change no order', () => {
  expect(words(inBatches([wanted('Secret', 'x', { ref: ref('DaemonSet', 'other'), is: 'available' }), wanted('DaemonSet')]))).toEqual([
    'Secret',
    'DaemonSet',
  ])
})

test('objects that wait for one another in a circle are written all the same', () => {
  const batches = inBatches([
    wanted('Secret', 'a', { ref: ref('Secret', 'b'), is: 'written' }),
    wanted('Secret', 'b', { ref: ref('Secret', 'a'), is: 'written' }),
    wanted('Secret', 'c', { ref: ref('Secret', 'c'), is: 'written' }),
  ])
  expect(batches.flat()).toHaveLength(3)
})

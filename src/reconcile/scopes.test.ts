import { expect, test } from 'vitest'
import { ConfigMap, Deployment, Node, Secret } from '../kube/kinds.ts'
import { Scopes } from './scopes.ts'

const scopes = new Scopes({ ours: 'calico-system', operator: 'tigera-operator', system: ['kube-system'] })

test('what is in no namespace is watched as a whole', () => expect(scopes.of(Node, undefined, 'a')).toEqual({}))

test.each([
  ['our namespace', Secret, 'calico-system', { namespace: 'calico-system' }],
  ['the namespace of the operator', Secret, 'tigera-operator', { namespace: 'tigera-operator' }],
  ['a namespace of the system, but for Secrets', ConfigMap, 'kube-system', { namespace: 'kube-system' }],
  ['any namespace, of kinds that are few', Deployment, 'elsewhere', { namespace: 'elsewhere' }],
] as const)('%s is watched as a whole', (...[, kind, namespace, scope]) => expect(scopes.of(kind, namespace, 'x')).toEqual(scope))

test("other people's Secrets are never held: one is watched by its name", () => {
  expect(scopes.of(Secret, 'kube-system', 'x')).toEqual({ namespace: 'kube-system', name: 'x' })
  expect(scopes.of(ConfigMap, 'elsewhere', 'x')).toEqual({ namespace: 'elsewhere', name: 'x' })
})

test('what we made is looked for where we make it', () => {
  expect(scopes.ours(Node)).toEqual([{}])
  expect(scopes.ours(Deployment)).toEqual([{ namespace: 'calico-system' }])
  expect(scopes.ours(Secret)).toEqual([{ namespace: 'calico-system' }, { namespace: 'tigera-operator' }])
  expect(scopes.ours(Secret, ['further'])).toEqual([{ namespace: 'further' }])
})

test('one namespace tells whether a kind is served', () => {
  expect(scopes.any(Deployment)).toEqual({ namespace: 'calico-system' })
  expect(scopes.any(Node)).toEqual({})
})

import { expect, test } from 'vitest'
import { Invalid } from './problems.ts'
import { keysWanted, refsIn, wishesOf } from './wishes.ts'

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calico-system' } }
const map = (name: string, inNamespace = 'calico-system') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: inNamespace },
})
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace: 'calico-system' })

test('a namespace is waited for: as it is wanted where it is ours to make, else until it is there', () => {
  const { wanted } = wishesOf({ objects: [namespace, map('a'), map('b', 'kube-system')] })
  expect(wanted.map(({ after }) => after)).toEqual([
    [],
    [{ ref: { apiVersion: 'v1', kind: 'Namespace', name: 'calico-system' }, is: 'written' }],
    [{ ref: { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, is: 'present' }],
  ])
})

test('everything that is waited for is watched, whoever waits', () => {
  const refs = refsIn(
    wishesOf({
      objects: [{ object: namespace, after: [{ ref: ref('first'), is: 'present' }] }],
      remove: [ref('old'), { ref: ref('older'), after: [{ ref: ref('oldest'), is: 'gone' }] }],
      release: { ref: ref('released'), finalizers: [], after: [{ ref: ref('last'), is: 'gone' }] },
    }),
  )
  expect(refs.map(({ name }) => name)).toEqual(['calico-system', 'first', 'old', 'older', 'oldest', 'released', 'last'])
})

test('an object that is wanted twice is a fault of ours, and says which', () => {
  expect(() => wishesOf({ objects: [map('a'), { object: map('a'), part: true }] })).toThrow(Invalid)
  expect(() => wishesOf({ objects: [map('a'), map('a')] })).toThrow('ConfigMap calico-system/a: is wanted twice')
})

test('an object in another version is the same object', () => {
  expect(keysWanted({ objects: [{ object: { apiVersion: 'apps/v1beta1', kind: 'DaemonSet', metadata: { name: 'x' } } }] })).toEqual([
    'apps/DaemonSet//x',
  ])
})

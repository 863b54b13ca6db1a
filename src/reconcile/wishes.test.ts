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

test('a workload waits for what its pods run as and mount, where that is ours to make', () => {
  const volumes = [{ configMap: { name: 'mine' } }, { secret: { secretName: 'theirs' } }, { emptyDir: {} }]
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'x', namespace: 'calico-system' },
    spec: { template: { spec: { serviceAccountName: 'x', volumes } } },
  }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x', namespace: 'calico-system' } }
  const { wanted } = wishesOf({ objects: [workload, account, map('mine')] })
  expect(wanted[0]?.after?.map(({ ref: { kind, name }, is }) => `${kind} ${name} ${is}`)).toEqual([
    'Namespace calico-system present',
    'ServiceAccount x written',
    'ConfigMap mine written',
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

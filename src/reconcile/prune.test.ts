import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubeObject } from '../kube/objects.ts'
import { leftovers } from './prune.ts'

const object = (name: string, { owners = ['us'], deleting = false } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'calico-system',
    uid: `uid of ${name}`,
    ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ownerReferences: owners.map(uid => ({ apiVersion: 'v1', kind: 'Installation', name: 'default', uid })),
  },
})
const names = (objects: KubeObject[], wanted: string[] = [], ours = () => true) =>
  leftovers(objects, { uid: 'us', wanted: new Set(wanted.map(name => `/ConfigMap/calico-system/${name}`)) }, ours).map(
    ({ ref }) => ref.name,
  )

test('what is owned, ours and not wanted is left over', () => {
  expect(names([object('a'), object('b')], ['b'])).toEqual(['a'])
})

test('each by its uid, so that nothing that came in its place goes', () => {
  expect(leftovers([object('a')], { uid: 'us', wanted: new Set() }, () => true)).toEqual([
    { ref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'calico-system' }, uid: 'uid of a' },
  ])
})

test('what is going already is left alone', () => expect(names([object('a', { deleting: true })])).toEqual([]))
test('what others own too is left to them', () => expect(names([object('a', { owners: ['us', 'goldmane'] })])).toEqual([]))
test('what we did not write stays, whoever is named as its owner', () => expect(names([object('a')], [], () => false)).toEqual([]))

test('no Namespace and no CRD ever goes: with it would go what users made', () => {
  const namespace = { ...object('a'), kind: 'Namespace' }
  const definition = { ...object('a'), apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  expect(names([namespace, definition])).toEqual([])
})

test('nothing of anybody else is ever left over, whatever it is called', () => {
  const owners = fc.array(fc.constantFrom('someone', 'another', 'us'), { maxLength: 3 })
  const ours = fc.boolean()
  fc.assert(
    fc.property(fc.array(fc.record({ name: fc.constantFrom('calico-node', 'cni-config', 'mine'), owners, ours })), things => {
      const objects = things.map(({ name, owners: given }, index) => object(`${name}-${index}`, { owners: given }))
      const left = names(objects, [], ((each: KubeObject) => things[objects.indexOf(each)]!.ours) as () => boolean)
      const expected = things.flatMap(({ name, owners: given, ours: by }, index) =>
        by && given.length > 0 && given.every(uid => uid === 'us') ? [`${name}-${index}`] : [],
      )
      expect(left).toEqual(expected)
    }),
  )
})

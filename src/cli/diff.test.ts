import { expect, test } from 'vitest'
import type { KubeObject } from '../kube/objects.ts'
import { builtinSchema } from '../kube/schema.ts'
import { differences, printed } from './diff.ts'

const workload = (env: object[], more: object = {}): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'calico-system' },
    spec: { template: { spec: { containers: [{ name: 'calico-node', env, ...more }] } } },
  }) as KubeObject
const a = { name: 'A', value: '1' }
const b = { name: 'B', value: '2' }
const fields = (before: KubeObject, after: KubeObject) => differences([before], [after], builtinSchema).flatMap(each => each.fields)
const container = 'spec.template.spec.containers[name=calico-node]'

test('equal objects do not differ', () => {
  expect(differences([workload([a, b])], [workload([a, b])], builtinSchema)).toEqual([])
})

test('an item of a list that has keys is found wherever it stands', () => {
  expect(fields(workload([a, b]), workload([b]))).toEqual([{ path: `${container}.env[name=A]`, before: a, after: undefined }])
  expect(fields(workload([a]), workload([b, { ...a, value: '3' }]))).toEqual([
    { path: `${container}.env[name=A].value`, before: '1', after: '3' },
    { path: `${container}.env[name=B]`, before: undefined, after: b },
  ])
})

test('another order is a difference, for it rolls pods', () => {
  expect(fields(workload([a, b]), workload([b, a]))).toEqual([
    { path: `${container}.env (order)`, before: ['name=A', 'name=B'], after: ['name=B', 'name=A'] },
  ])
})

test('a list without keys is one value', () => {
  expect(fields(workload([a], { args: ['x'] }), workload([a], { args: ['x', 'y'] }))).toEqual([
    { path: `${container}.args`, before: ['x'], after: ['x', 'y'] },
  ])
})

test('objects that come and go are told by name', () => {
  const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' } }
  expect(differences([secret], [workload([])], builtinSchema)).toEqual([
    { object: 'Secret n/s', what: 'removed', fields: [] },
    { object: 'DaemonSet calico-system/calico-node', what: 'added', fields: [] },
  ])
})

test('what fits is one line, what does not is cut', () => {
  const look = { paint: (_: string, text: string) => text, width: 80 }
  const difference = (value: string) => [
    { object: 'Secret n/s', what: 'changed' as const, fields: [{ path: 'data.x', before: 'y', after: value }] },
  ]
  expect(printed(difference('z'), look)).toEqual(['~ Secret n/s', '    data.x: "y" → "z"'])
  const long = printed(difference('z'.repeat(100)), look)
  expect(long).toHaveLength(4)
  expect(Math.max(...long.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

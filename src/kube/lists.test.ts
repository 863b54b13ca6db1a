import { expect, test } from 'vitest'
import { aligned } from './align.ts'
import { withClaims } from './claims.ts'
import { common, type Fields, fieldSet, has, inWords, missing, placeOf, union, without } from './fieldset.ts'
import type { KubeObject } from './objects.ts'
import { builtinSchema, structuralSchema } from './schema.ts'

const pod = (spec: object, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', ...metadata }, spec }) as KubeObject
const schema = builtinSchema('v1', 'Pod')

test('a field set names what the server records of an apply', () => {
  const wanted = pod(
    {
      hostNetwork: false,
      nodeSelector: { os: 'linux' },
      tolerations: [{ operator: 'Exists' }],
      securityContext: {},
      containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 1 }], env: [], args: ['a'] }],
    },
    { labels: { a: 'b' }, finalizers: ['f/g'], ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'o', uid: 'u' }] },
  )
  expect(fieldSet(wanted, schema)).toEqual({
    'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"f/g"': {} }, 'f:ownerReferences': { 'k:{"uid":"u"}': {} } },
    'f:spec': {
      'f:hostNetwork': {},
      'f:nodeSelector': {},
      'f:tolerations': {},
      'f:securityContext': {},
      'f:containers': {
        'k:{"name":"c"}': {
          '.': {},
          'f:name': {},
          'f:image': {},
          'f:args': {},
          'f:ports': { 'k:{"containerPort":1,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
        },
      },
    },
  })
  expect(fieldSet(pod({}), schema)).toEqual({ 'f:spec': {} })
})

test('where fields are not declared, each is recorded beside what is in it', () => {
  const free = structuralSchema({ properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } })
  const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, spec: { a: { b: 1 }, c: [1] } } as KubeObject
  expect(fieldSet(thing, free)).toEqual({ 'f:spec': { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} } })
})

test('sets are joined, intersected and subtracted leaf by leaf', () => {
  const one: Fields = { 'f:a': { '.': {}, 'f:b': {}, 'f:c': {} }, 'f:d': {} }
  const other: Fields = { 'f:a': { 'f:c': {}, 'f:e': {} } }
  expect(union(one, other)).toEqual({ 'f:a': { '.': {}, 'f:b': {}, 'f:c': {}, 'f:e': {} }, 'f:d': {} })
  expect(common(one, other)).toEqual({ 'f:a': { 'f:c': {} } })
  expect(without(one, other)).toEqual({ 'f:a': { '.': {}, 'f:b': {} }, 'f:d': {} })
  expect([...missing(one, other)].map(inWords)).toEqual(['a.b', 'd'])
  expect([has(one, ['f:a', 'f:c']), has(one, ['f:c']), has(undefined, ['f:a'])]).toEqual([true, false, false])
})

test('a path leads to its place in an object, and reads like one', () => {
  const path = ['f:spec', 'f:containers', 'k:{"name":"c"}', 'f:env', 'k:{"name":"A"}']
  const object = pod({ containers: [{ name: 'b' }, { name: 'c', env: [{ name: 'A', value: '1' }] }] })
  expect(inWords(path)).toBe('spec.containers[name=c].env[name=A]')
  expect(placeOf(object, schema, path)).toMatchObject({ value: { name: 'A', value: '1' }, names: ['spec', 'containers', 1, 'env', 0] })
  expect(inWords(['f:metadata', 'f:labels', 'f:app.kubernetes.io/name'])).toBe('metadata.labels["app.kubernetes.io/name"]')
})

test('containers and commands are never put in another order, volumes and their mounts are', () => {
  const wanted = pod({
    containers: [{ name: 'a', command: ['x', 'y'] }, { name: 'b' }],
    volumes: [{ name: 'v' }, { name: 'new' }, { name: 'w' }],
  })
  const live = pod({
    containers: [{ name: 'b' }, { name: 'a', command: ['y', 'x'] }],
    volumes: [{ name: 'w' }, { name: 'other' }, { name: 'v' }],
  })
  expect(aligned(wanted, live, schema)).toEqual(
    pod({ containers: [{ name: 'a', command: ['x', 'y'] }, { name: 'b' }], volumes: [{ name: 'w' }, { name: 'new' }, { name: 'v' }] }),
  )
  expect(aligned(wanted, wanted, schema)).toEqual(wanted)
  expect(aligned(wanted, undefined, schema)).toBe(wanted)
})

test('a claim goes around what others have set, and keeps what is ours or was our predecessor’s', () => {
  const entry = (manager: string, fieldsV1: object) => ({ manager, operation: 'Update' as const, fieldsV1: fieldsV1 as never })
  const live = pod(
    { hostPID: true, hostIPC: true, nodeName: 'n', tolerations: [{ key: 'theirs' }] },
    {
      labels: { theirs: '1' },
      managedFields: [entry('operator', { 'f:spec': { 'f:hostPID': {} } }), entry('kubectl', { 'f:spec': { 'f:hostIPC': {} } })],
    },
  )
  const defaults = {
    metadata: { labels: { theirs: '2', ours: '2' } },
    spec: { hostPID: false, hostIPC: false, tolerations: [], priority: 1 },
  }
  expect(withClaims(pod({}), defaults, { live, schema, managers: ['calico-operator', 'operator'] })).toEqual(
    pod({ hostPID: false, priority: 1 }, { labels: { ours: '2' } }),
  )
  expect(withClaims(pod({ priority: 2 }), defaults, { live: undefined, schema, managers: [] })).toMatchObject({
    spec: { priority: 2, hostIPC: false },
  })
})

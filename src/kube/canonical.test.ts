import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import type { KubeObject } from './objects.ts'
import { structuralSchema } from './schema.ts'

/** `apps/v1 Deployment` */
function object(what: string, content: object, metadata: object = {}): KubeObject {
  const [apiVersion, kind] = what.split(' ')
  return { apiVersion, kind, metadata: { name: 'x', ...metadata }, ...content } as KubeObject
}
const pod = (spec: object) => object('v1 Pod', { spec })
const container = (fields: object) => pod({ containers: [{ name: 'c', image: 'i', ...fields }] })
const specOf = (made: KubeObject) => (made as KubeObject & { spec: unknown }).spec
const inContainer = (fields: object) => (specOf(canonical(container(fields))) as { containers: object[] }).containers[0]

test('what the server keeps no trace of is left out', () => {
  const fields = {
    env: [],
    args: null,
    command: undefined,
    resources: { limits: {} },
    volumeMounts: [null, { name: 'v', mountPath: '/v' }],
  }
  expect(inContainer(fields)).toEqual({ name: 'c', image: 'i', resources: {}, volumeMounts: [{ name: 'v', mountPath: '/v' }] })
})

test('an empty struct says something, an empty map nothing', () => {
  expect(specOf(canonical(pod({ containers: [], nodeSelector: {}, volumes: [{ name: 'v', emptyDir: {} }] })))).toEqual({
    volumes: [{ name: 'v', emptyDir: {} }],
  })
})

test('custom resources keep empty lists, and lose nulls', () => {
  const schema = structuralSchema({
    properties: { spec: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' } }, text: { type: 'string' } } } },
  })
  expect(canonical(object('example.com/v1 Thing', { spec: { list: [], text: null } }), schema)).toEqual(
    object('example.com/v1 Thing', { spec: { list: [] } }),
  )
})

test('free-form JSON inside a built-in kind is left as it is', () => {
  const property = { type: 'array', default: [null], nullable: true }
  const versions = [
    { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: property } } } },
  ]
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', {
    spec: { group: 'g', scope: 'Cluster', names: { kind: 'K', plural: 'ks' }, versions },
  })
  expect(canonical(crd)).toEqual(crd)
})

test('of metadata only what an applier may set is kept, without what the server sets itself', () => {
  const given = {
    uid: '1',
    resourceVersion: '2',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [{}],
    labels: { a: 'b', 'kubernetes.io/metadata.name': 'x' },
    annotations: { 'deployment.kubernetes.io/revision': '1' },
    finalizers: ['f'],
  }
  expect(canonical(object('v1 Namespace', { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }, given))).toEqual(
    object('v1 Namespace', {}, { labels: { a: 'b' }, finalizers: ['f'] }),
  )
})

test('one spelling of each thing: data of Secrets, quantities, names of service accounts', () => {
  expect(canonical(object('v1 Secret', { stringData: { b: 'y' }, data: { a: 'eA', b: 'old=' } }))).toEqual(
    object('v1 Secret', { data: { a: 'eA==', b: 'eQ==' } }),
  )
  expect(inContainer({ resources: { limits: { cpu: '1000m', memory: '1024Mi' } } })).toMatchObject({
    resources: { limits: { cpu: '1', memory: '1Gi' } },
  })
  expect(specOf(canonical(pod({ serviceAccount: 'a' })))).toEqual({ serviceAccountName: 'a' })
  const schema = structuralSchema({ properties: { spec: { type: 'object', properties: { cpu: { type: 'string' } } } } })
  expect(specOf(canonical(object('example.com/v1 Thing', { spec: { cpu: '1000m' } }), schema))).toEqual({ cpu: '1000m' })
})

test('a zero that the server takes for nothing, and fills in, is left out; one that means zero stays', () => {
  expect(inContainer({ livenessProbe: { periodSeconds: 0 } })).toMatchObject({ livenessProbe: {} })
  expect(specOf(canonical(object('v1 Service', { spec: { clusterIP: '', ports: [{ port: 1 }] } })))).toEqual({ ports: [{ port: 1 }] })
  expect(specOf(canonical(object('apps/v1 Deployment', { spec: { replicas: 0 } })))).toEqual({ replicas: 0 })
  expect(specOf(canonical(pod({ hostNetwork: false })))).toEqual({ hostNetwork: false })
})

test('for a status only the status is kept', () => {
  const schema = structuralSchema({
    properties: { spec: { type: 'object', properties: {} }, status: { type: 'object', properties: { ready: { type: 'boolean' } } } },
  })
  const given = object('example.com/v1 Thing', { spec: {}, status: { ready: true } }, { labels: { a: 'b' }, namespace: 'n' })
  expect(canonical(given, schema, 'status')).toEqual(object('example.com/v1 Thing', { status: { ready: true } }, { namespace: 'n' }))
})

test('what it is given is not changed, and what it has made is canonical', () => {
  const given = container({ env: [], resources: { limits: { cpu: '1000m' } } })
  const before = structuredClone(given)
  const made = canonical(given)
  expect(given).toEqual(before)
  expect(canonical(made)).toEqual(made)
})

test.each<[string, KubeObject, string]>([
  [
    'two items with one key',
    container({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
    'Pod x spec.containers[0].env[1]: has the same name as item 0: {"name":"A"}',
  ],
  [
    'two ports that differ only by the default',
    container({ ports: [{ containerPort: 1 }, { containerPort: 1, protocol: 'TCP' }] }),
    'has the same containerPort and protocol as item 0',
  ],
  [
    'an item without its key',
    container({ env: [{ value: '1' }] }),
    'spec.containers[0].env[0]: has no name, by which the list knows its items',
  ],
  ['a member of a set twice', object('v1 Pod', {}, { finalizers: ['a', 'a'] }), 'metadata.finalizers[1]: has the same value as item 0'],
  ['an owner without uid', object('v1 Pod', {}, { ownerReferences: [{ name: 'a' }] }), 'metadata.ownerReferences[0]: has no uid'],
  ['a field that there is not', container({ imagePull: 'Always' }), 'spec.containers[0].imagePull: there is no such field'],
  [
    'a number for a text',
    container({ env: [{ name: 'A', value: 5473 }] }),
    'spec.containers[0].env[0].value: a number stands where the kind has text',
  ],
  ['a fraction for a whole number', pod({ terminationGracePeriodSeconds: 1.5 }), 'a number stands where the kind has a whole number'],
  [
    'an amount that is none',
    container({ resources: { limits: { cpu: 'lots' } } }),
    'spec.containers[0].resources.limits.cpu: a string stands where the kind has a quantity',
  ],
  ['data that is not encoded', object('v1 Secret', { data: { a: '%%' } }), 'data.a: a string stands where the kind has base64'],
  ['a map for a list', pod({ containers: { name: 'c' } }), 'spec.containers: an object stands where the kind has a list'],
])('%s is found before the server refuses it', (_, given, message) => {
  expect(() => canonical(given)).toThrow(message)
})

import { describe, expect, test } from 'vitest'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import { canonical } from './canonical.ts'
import { needsWrite } from './compare.ts'
import { fieldSet } from './fieldset.ts'
import type { KubeObject, ManagedFieldsEntry } from './objects.ts'
import { builtinSchema, structuralSchema } from './schema.ts'

const manager = 'calico-operator'
const judged = (wanted: KubeObject, live: KubeObject | undefined, more: { whole?: boolean } = {}) => {
  const found = needsWrite(canonical(wanted), live, {
    schema: builtinSchema(wanted.apiVersion, wanted.kind),
    manager,
    predecessors: ['operator'],
    whole: true,
    ...more,
  })
  return found && `${found.why} ${found.path}`
}
const object = (kind: string, content: object, metadata: object = {}) =>
  ({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name: 'x', namespace: 'n', ...metadata },
    ...content,
  }) as KubeObject
const entry = (fields: object, by: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  fieldsV1: fields as never,
  ...by,
})
/** As it is after it was applied: with what the server adds. */
const applied = (wanted: KubeObject, added: object = {}) => {
  const fieldsV1 = fieldSet(canonical(wanted), builtinSchema(wanted.apiVersion, wanted.kind))
  return {
    ...wanted,
    ...added,
    metadata: { ...wanted.metadata, uid: '1', resourceVersion: '2', managedFields: [entry(fieldsV1)] },
  } as KubeObject
}
const pod = (container: object, spec: object = {}) => object('Pod', { spec: { containers: [{ name: 'c', ...container }], ...spec } })

test('what is not there is to be written', () => {
  expect(judged(object('ConfigMap', {}), undefined)).toBe('absent ')
})

test('what others have added beside it does not matter', () => {
  const wanted = pod({ env: [{ name: 'A', value: '1' }] })
  const live = applied(wanted, { status: { phase: 'Running' } }) as KubeObject & {
    spec: { containers: { env: object[]; tty?: boolean }[] }
  }
  live.spec = structuredClone(live.spec)
  live.spec.containers[0]!.env.unshift({ name: 'B', value: '2' })
  live.spec.containers[0]!.tty = true
  expect(judged(wanted, live)).toBeUndefined()
})

test('it says where the first difference is, and what it is', () => {
  const live = applied(pod({ image: 'i', env: [{ name: 'A' }, { name: 'B' }], command: ['a', 'b'] }))
  expect(judged(pod({ image: 'j' }), live)).toBe('differs spec.containers[name=c].image')
  expect(judged(pod({ env: [{ name: 'C' }] }), live)).toBe('missing spec.containers[name=c].env[name=C]')
  expect(judged(pod({ env: [{ name: 'B' }, { name: 'A' }] }), live)).toBe('order spec.containers[name=c].env[name=A]')
  expect(judged(pod({ image: 'i', command: ['a'] }), live)).toBe('differs spec.containers[name=c].command')
  expect(judged(object('ConfigMap', { data: { a: '1' } }), applied(object('ConfigMap', { data: {} })))).toBe('missing data.a')
})

test('what was ours and is no longer wanted is to be given up', () => {
  const live = applied(object('ConfigMap', { data: { a: '1', b: '2' } }, { labels: { 'k8s-app': 'x' } }))
  expect(judged(object('ConfigMap', { data: { a: '1' } }, { labels: { 'k8s-app': 'x' } }), live)).toBe('not wanted data.b')
  expect(judged(object('ConfigMap', { data: { a: '1', b: '2' } }), live)).toBe('not wanted metadata.labels.k8s-app')
})

test('equal fields that somebody else has set are left to them', () => {
  const live = object('ConfigMap', { data: { a: '1' } }, { managedFields: [entry({ 'f:data': { 'f:a': {} } }, { manager: 'kubectl' })] })
  expect(judged(object('ConfigMap', { data: { a: '1' } }), live)).toBeUndefined()
})

test("a predecessor's fields count as ours, but not what the server had filled in for it, nor beside a part of an object", () => {
  const update = { manager: 'operator', operation: 'Update' } as const
  const fields = { 'f:spec': { 'f:replicas': {}, 'f:paused': {}, 'f:template': { 'f:spec': { 'f:restartPolicy': {}, 'f:nodeName': {} } } } }
  const live = object(
    'Deployment',
    { spec: { replicas: 1, paused: true, template: { spec: { restartPolicy: 'Always' } } } },
    { managedFields: [entry(fields, update)] },
  )
  expect(judged(object('Deployment', { spec: {} }), live)).toBe('not wanted spec.paused')
  expect(judged(object('Deployment', { spec: { paused: true } }), live)).toBeUndefined()
  expect(judged(object('Deployment', { spec: {} }), live, { whole: false })).toBeUndefined()
})

describe('what somebody else has put into an object', () => {
  const by = (manager: string, operation: 'Update' | 'Apply', more: object = {}) => {
    const spec = { 'f:paused': {}, 'f:template': { 'f:metadata': { 'f:annotations': { 'f:restarted': {} } } } }
    const fields = { 'f:metadata': { 'f:labels': { 'f:team': {} } }, 'f:spec': spec }
    const live = { spec: { paused: true, template: { metadata: { annotations: { restarted: 'now' } } } } }
    return object('Deployment', live, { labels: { team: 'net' }, managedFields: [entry(fields, { manager, operation, ...more })] })
  }
  const wanted = object('Deployment', { spec: {} })

  test('goes by an update, where the object is ours as a whole', () => {
    expect(judged(wanted, by('kubectl', 'Update'))).toBe('not wanted spec.paused')
    expect(judged(object('Deployment', { spec: { paused: true } }), by('kubectl', 'Update'))).toBeUndefined()
  })

  test('stays by an apply, in a subresource, and beside a part of ours', () => {
    expect(judged(wanted, by('kubectl', 'Apply'))).toBeUndefined()
    expect(judged(wanted, by('kubectl', 'Update', { subresource: 'scale' }))).toBeUndefined()
    expect(judged(wanted, by('kubectl', 'Update'), { whole: false })).toBeUndefined()
  })

  test('stays where platforms write into everybody’s objects', () => {
    const fields = { 'f:imagePullSecrets': {}, 'f:secrets': { '.': {}, 'k:{"name":"token"}': { '.': {}, 'f:name': {} } } }
    const live = object(
      'ServiceAccount',
      { imagePullSecrets: [{ name: 'registry' }], secrets: [{ name: 'token' }] },
      { managedFields: [entry(fields, { manager: 'openshift', operation: 'Update' })] },
    )
    expect(judged(object('ServiceAccount', {}), live)).toBeUndefined()
  })
})

test("a predecessor's record of what the server keeps itself is no reason to write", () => {
  const fields = {
    'f:metadata': { 'f:annotations': { 'f:deprecated.daemonset.template.generation': {} } },
    'f:spec': { 'f:clusterIP': {} },
  }
  const live = object(
    'Service',
    { spec: { clusterIP: '10.0.0.1' } },
    {
      annotations: { 'deprecated.daemonset.template.generation': '1' },
      managedFields: [entry(fields, { manager: 'operator', operation: 'Update' })],
    },
  )
  expect(judged(object('Service', { spec: {} }), live)).toBeUndefined()
})

test('empty values that the server stores by leaving them out are written once', () => {
  const wanted = pod({ tty: false, securityContext: {} }, { hostNetwork: false })
  const bare = pod({ securityContext: {} })
  expect(judged(wanted, applied(bare))).toBe('missing spec.containers[name=c].tty')
  expect(judged(wanted, { ...bare, metadata: applied(wanted).metadata })).toBeUndefined()
})

test('zero is no empty value where the field can hold it', () => {
  const wanted = object('Deployment', { spec: { replicas: 0 } })
  const gone = { ...object('Deployment', { spec: {} }), metadata: applied(wanted).metadata }
  expect(judged(wanted, gone)).toBe('missing spec.replicas')
})

test('inside what is replaced as a whole, only what the server itself puts there is excused', () => {
  const binding = (roleRef: object, subjects: object[]) =>
    ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'x' }, roleRef, subjects }) as KubeObject
  const group = 'rbac.authorization.k8s.io'
  const live = applied(
    binding({ kind: 'ClusterRole', name: 'r', apiGroup: group }, [
      { kind: 'User', name: 'u', apiGroup: group },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ]),
  )
  expect(
    judged(
      binding({ kind: 'ClusterRole', name: 'r' }, [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ]),
      live,
    ),
  ).toBeUndefined()
  expect(judged(binding({ kind: 'ClusterRole', name: 'r' }, [{ kind: 'User', name: 'u' }]), live)).toBe('differs subjects')
  expect(
    judged(
      binding({ kind: 'ClusterRole', name: 'r' }, [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ]),
      live,
    ),
  ).toBe('differs subjects')
})

test('quantities are compared by amount, times by moment, bytes by what they encode', () => {
  const limits = (cpu: string) => pod({ resources: { limits: { cpu } } })
  expect(judged(limits('1000m'), applied(limits('1')))).toBeUndefined()
  expect(judged(limits('1001m'), applied(limits('1')))).toMatch('differs')
  const lease = (renewTime: string) =>
    ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x' }, spec: { renewTime } }) as KubeObject
  expect(judged(lease('2026-01-01T00:00:00Z'), applied(lease('2026-01-01T00:00:00.000000Z')))).toBeUndefined()
  expect(judged(object('Secret', { data: { a: 'eA==' } }), applied(object('Secret', { data: { a: 'eA==\n' } })))).toBeUndefined()
})

test('a number is not its text, where a field takes both', () => {
  const port = (targetPort: unknown) => object('Service', { spec: { ports: [{ port: 80, targetPort }] } })
  expect(judged(port('80'), applied(port(80)))).toBe('differs spec.ports[port=80,protocol=TCP].targetPort')
})

test('a port without protocol is the TCP one; there twice, it is written', () => {
  const wanted = pod({ ports: [{ containerPort: 1 }] })
  const live = (...ports: object[]) => ({ ...pod({ ports }), metadata: applied(wanted).metadata })
  expect(judged(wanted, live({ containerPort: 1, protocol: 'UDP' }, { containerPort: 1, protocol: 'TCP' }))).toBeUndefined()
  expect(judged(wanted, live({ containerPort: 1, protocol: 'TCP' }, { containerPort: 1 }))).toBe(
    'twice spec.containers[name=c].ports[containerPort=1,protocol=TCP]',
  )
})

test('of every recorded cluster, taken over as it is, nothing is to be written', () => {
  const found: string[] = []
  let count = 0
  for (const [scenario, objects] of recordedClusters()) {
    for (const live of objects) {
      const made = live.metadata.managedFields?.some(
        ({ manager: by, operation, subresource }) => by === 'go-operator' && operation === 'Update' && !subresource,
      )
      const schema = builtinSchema(live.apiVersion, live.kind)
      if (!made || !schema) continue
      count++
      const difference = needsWrite(canonical(live, schema), live, { schema, manager, predecessors: ['go-operator'], whole: true })
      if (difference) found.push(`${scenario}: ${live.kind} ${live.metadata.name} ${difference.path} ${difference.why}`)
    }
  }
  expect(found).toEqual([])
  expect(count).toBeGreaterThan(900)
})

test('what a custom resource has as the default of a whole part is the server’s, though a predecessor’s record names the leaf', () => {
  const level = { type: 'object', additionalProperties: { type: 'string' } }
  const logging = { type: 'object', default: { level: { default: 'warn' } }, properties: { level } }
  const schema = structuralSchema({ type: 'object', properties: { spec: { type: 'object', properties: { logging } } } })
  const wanted: KubeObject = { ...{ spec: {} }, apiVersion: 'a/v1', kind: 'A', metadata: { name: 'a' } }
  const found = (word: string) => {
    const managedFields = [
      entry(
        { 'f:spec': { '.': {}, 'f:logging': { '.': {}, 'f:level': { '.': {}, 'f:default': {} } } } },
        { manager: 'operator', operation: 'Update' },
      ),
    ]
    const live = { ...wanted, metadata: { name: 'a', managedFields }, spec: { logging: { level: { default: word } } } } as KubeObject
    return needsWrite(canonical(wanted, schema), live, { schema, manager, predecessors: ['operator'], whole: true })?.path
  }
  expect(found('warn')).toBeUndefined()
  expect(found('info')).toBe('spec.logging.level.default')
})

import { expect, test } from 'vitest'
import { builtinResources } from './resources.ts'
import { builtinSchema, metadataSchema, type SchemaNode, structuralSchema } from './schema.ts'

/** Follows fields; `[]` goes into a list's items, `{}` into a map's values. */
function at(node: SchemaNode | undefined, path: string): SchemaNode {
  for (const step of path.split('.').filter(Boolean)) {
    const next = step === '[]' ? node?.items : step === '{}' ? node?.values : node?.fields?.[step]
    if (!next) throw new Error(`no ${step} of ${path}`)
    node = next
  }
  return node!
}

const podSpec = (path: string) => at(builtinSchema('apps/v1', 'DaemonSet'), `spec.template.spec.${path}`)

test('containers are named by their name, ports by number and protocol, and the protocol has a default to be named by', () => {
  expect(podSpec('containers')).toMatchObject({ type: 'list', list: 'map', keys: ['name'], patchStrategy: 'merge', mergeKey: 'name' })
  expect(podSpec('containers.[].ports')).toMatchObject({ list: 'map', keys: ['containerPort', 'protocol'], mergeKey: 'containerPort' })
  expect(podSpec('containers.[].ports.[].protocol')).toEqual({ type: 'string', default: 'TCP' })
  expect(podSpec('containers.[]').name).toBe('io.k8s.api.core.v1.Container')
  expect(podSpec('containers.[]').required).toEqual(['name'])
})

test('a list of which nothing is said is atomic', () => {
  expect(podSpec('tolerations')).toMatchObject({ type: 'list', list: 'atomic' })
  expect(podSpec('containers.[].command').list).toBe('atomic')
})

test('what one field says about merging goes before what its type says', () => {
  const reference = 'io.k8s.api.core.v1.ObjectReference'
  expect(at(builtinSchema('v1', 'PersistentVolume'), 'spec.claimRef')).toMatchObject({ name: reference, atomic: false, type: 'object' })
  expect(at(builtinSchema('v1', 'PersistentVolume'), 'spec.claimRef').fields).toHaveProperty('uid')
  expect(at(builtinSchema('v1', 'ServiceAccount'), 'secrets.[]')).toMatchObject({ name: reference, atomic: true })
  expect(at(builtinSchema('v1', 'Service'), 'spec.selector')).toMatchObject({ type: 'map', atomic: true, values: { type: 'string' } })
})

test('the scalars that the server rewrites are told apart', () => {
  expect(podSpec('containers.[].resources.limits.{}').type).toBe('quantity')
  expect(podSpec('containers.[].livenessProbe.httpGet.port').type).toBe('int-or-string')
  expect(podSpec('terminationGracePeriodSeconds')).toEqual({ type: 'integer', format: 'int64' })
  expect(at(builtinSchema('v1', 'Secret'), 'data.{}').type).toBe('bytes')
  expect(at(builtinSchema('v1', 'Secret'), 'metadata.creationTimestamp').type).toBe('date-time')
  expect(
    at(builtinSchema('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'), 'webhooks.[].clientConfig.caBundle').type,
  ).toBe('bytes')
})

test('owners are named by uid and each has one owner itself; finalizers are a set', () => {
  expect(at(metadataSchema(), 'ownerReferences')).toMatchObject({ list: 'map', keys: ['uid'], items: { atomic: true } })
  expect(at(metadataSchema(), 'finalizers').list).toBe('set')
  expect(at(metadataSchema(), 'labels')).toMatchObject({ type: 'map', values: { type: 'string' } })
  expect(at(builtinSchema('v1', 'Pod'), 'metadata').fields).toBe(metadataSchema().fields)
})

test('a recursive schema ends where it is no longer asked', () => {
  const deep = at(
    builtinSchema('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    'spec.versions.[].schema.openAPIV3Schema.properties.{}.not.allOf.[].not',
  )
  expect(deep.name).toMatch(/JSONSchemaProps$/)
})

test('there is no schema for kinds that are not built in, and no field that every JavaScript object has', () => {
  expect(builtinSchema('apps/v1', 'Installation')).toBeUndefined()
  expect(builtinSchema('v1', 'constructor')).toBeUndefined()
  expect(builtinSchema('v1', 'Secret')?.fields?.constructor).toBeUndefined()
})

test('each served kind has a schema', () => {
  expect(builtinResources.length).toBeGreaterThan(45)
  for (const { group, version, kind } of builtinResources)
    expect(builtinSchema(group ? `${group}/${version}` : version, kind)?.type).toBe('object')
})

const custom = structuralSchema({
  type: 'object',
  properties: {
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['mode'],
      properties: {
        mode: { type: 'string', default: 'Auto' },
        mtu: { type: 'integer', format: 'int32', nullable: true },
        limits: {
          type: 'object',
          additionalProperties: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        },
        pools: { type: 'array', items: { type: 'object', properties: { cidr: { type: 'string' } } } },
        names: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        containers: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' } } },
        },
        selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'boolean' } } },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        when: { type: 'string', format: 'date-time' },
      },
    },
  },
})

test('lists of custom resources merge as their schema says, and are atomic when it says nothing', () => {
  expect(at(custom, 'spec.pools')).toMatchObject({ list: 'atomic', items: { type: 'object' } })
  expect(at(custom, 'spec.names').list).toBe('set')
  expect(at(custom, 'spec.containers')).toMatchObject({ list: 'map', keys: ['name'] })
  expect(at(custom, 'spec.selector')).toMatchObject({ type: 'map', atomic: true })
})

test('scalars of custom resources are what they are written as', () => {
  expect(at(custom, 'spec.mode')).toEqual({ type: 'string', default: 'Auto' })
  expect(at(custom, 'spec.mtu')).toEqual({ type: 'integer', format: 'int32', nullable: true })
  expect(at(custom, 'spec.limits.{}').type).toBe('int-or-string')
  expect(at(custom, 'spec.when')).toEqual({ type: 'string', format: 'date-time' })
  expect(at(custom, 'spec').required).toEqual(['mode'])
})

test('unknown fields of custom resources are kept where the schema wants them', () => {
  expect(at(custom, 'spec.free')).toEqual({ type: 'any', preserveUnknown: true })
  expect(at(custom, 'spec.open')).toMatchObject({ type: 'object', preserveUnknown: true, fields: { known: { type: 'boolean' } } })
})

test('metadata of a custom resource and of an object inside one is that of every object', () => {
  expect(at(custom, 'metadata')).toBe(metadataSchema())
  expect(at(custom, 'spec.template.metadata')).toBe(metadataSchema())
  expect(at(custom, 'spec.template')).toMatchObject({ type: 'object', preserveUnknown: true })
})

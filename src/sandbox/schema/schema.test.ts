/** Compares with what a real kube-apiserver 1.35.4 answered: testdata/ was recorded from one. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { CustomResourceDefinition } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { admit, bodyOf, type Context, compileVersion, establish, refusalOf } from './index.ts'

const recorded = <T>(name: string): T => JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8'))
const creating = ({ apiVersion, kind }: KubeObject, more: Partial<Context> = {}): Context => ({
  schema: { apiVersion, kind },
  operation: 'create',
  ...more,
})
const causesOf = (errors: ReturnType<typeof admit>['errors']) =>
  [...new Set(errors.map(error => `${error.field || '<nil>'}: ${bodyOf(error)}`))].sort()

describe('built-in kinds are stored as the server stores them', () => {
  const objects = recorded<{ sent: KubeObject; stored: KubeObject }[]>('stored')
  test.each(objects.map(({ sent, stored }) => [`${sent.kind} ${sent.metadata.name}`, sent, stored] as const))('%s', (_, sent, stored) => {
    const before = structuredClone(sent)
    const { object, errors } = admit(sent, undefined, creating(sent))
    expect(errors).toEqual([])
    // The finalizer of a Namespace is put in later, by who keeps it.
    const wanted = stored.kind === 'Namespace' ? { ...stored, spec: {} } : stored
    expect(object).toEqual(wanted)
    expect(sent).toEqual(before)
    expect(admit(object, undefined, creating(sent)).object).toEqual(wanted)
  })
})

interface Change {
  object: number
  path: (string | number)[]
  remove?: boolean
  repeat?: boolean
  set?: unknown
  code: number
  causes?: string[]
}

describe('changed objects of built-in kinds are refused as the server refuses them', () => {
  const objects = recorded<{ sent: KubeObject }[]>('stored').map(({ sent }) => sent)
  const changes = recorded<Change[]>('refused')
  test.each(changes.map(change => [described(objects[change.object]!, change), change] as const))('%s', (_, change) => {
    const object = changed(objects[change.object]!, change)
    const admission = admit(object, undefined, creating(object))
    const code = refusalOf(admission, object)?.code ?? 201
    expect({ code, causes: code === 422 ? causesOf(admission.errors) : undefined }).toEqual({
      code: change.code,
      causes: change.causes && [...new Set(change.causes)],
    })
  })
})

function described({ kind }: KubeObject, { path, remove, repeat, set, code }: Change): string {
  return `${kind}: ${path.join('.')} ${remove ? 'removed' : repeat ? 'repeated' : `= ${JSON.stringify(set)}`} → ${code}`
}

function changed(object: KubeObject, { path, remove, repeat, set }: Change): KubeObject {
  const copy = structuredClone(object)
  const last = path.at(-1)!
  let parent = copy as unknown as Record<string | number, unknown>
  for (const name of path.slice(0, -1)) parent = parent[name] as typeof parent
  if (Array.isArray(parent)) {
    if (remove) parent.splice(last as number, 1)
    else if (repeat) parent.push(structuredClone(parent[last as number]))
    else parent[last as number] = set
  } else if (remove) delete parent[last]
  else parent[last] = set
  return copy
}

interface Custom {
  sent: KubeObject
  code: number
  causes?: string[]
  stored?: KubeObject
  warnings?: string
}

describe('custom resources are pruned, defaulted, judged and warned of as the server does', () => {
  const { definition, cases } = recorded<{ definition: CustomResourceDefinition; cases: Custom[] }>('custom')
  const schema = compileVersion(definition, 'v1')!
  test.each(cases.map((each, index) => [`case ${index}: ${each.code}`, each] as const))(
    '%s',
    (_, { sent, code, causes, stored, warnings }) => {
      const admission = admit(sent, undefined, { schema, operation: 'create' })
      expect(causesOf(admission.errors)).toEqual(causes ?? [])
      if (code !== 201) return
      expect(admission.object).toEqual(stored)
      for (const warning of admission.warnings) expect(warnings).toContain(warning.replaceAll('"', '\\"'))
    },
  )
})

const definition = (schema: object): CustomResourceDefinition =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema } } } },
      ],
    },
  }) as never
const thing = (spec: unknown): KubeObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x', resourceVersion: '1' }, spec }) as never

describe('updates', () => {
  const schema = compileVersion(
    definition({
      type: 'object',
      properties: {
        size: { type: 'integer', maximum: 5, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'may only grow' }] },
        old: { type: 'string', 'x-kubernetes-validations': [{ rule: "self.startsWith('a')" }] },
        pools: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, cidr: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
          },
        },
        first: {
          type: 'string',
          'x-kubernetes-validations': [{ rule: '!oldSelf.hasValue() || oldSelf.value() == self', optionalOldSelf: true }],
        },
      },
    }),
    'v1',
  )!
  const update = (spec: unknown, old: unknown) => admit(thing(spec), thing(old), { schema, operation: 'update' })

  test('a rule about the change is asked where there was a value before, items with keys being found by them', () => {
    expect(causesOf(update({ size: 2 }, { size: 3 }).errors)).toEqual(['spec.size: Invalid value: 2: may only grow'])
    expect(update({ size: 2 }, {}).errors).toEqual([])
    const pools = (...list: [string, string][]) => ({ pools: list.map(([name, cidr]) => ({ name, cidr })) })
    expect(update(pools(['b', '2'], ['a', '1']), pools(['a', '1'], ['b', '2'])).errors).toEqual([])
    expect(causesOf(update(pools(['b', '3'], ['a', '1']), pools(['a', '1'], ['b', '2'])).errors)).toEqual([
      'spec.pools[0].cidr: Invalid value: "3": failed rule: self == oldSelf',
    ])
    expect(causesOf(update({ first: 'b' }, { first: 'a' }).errors)).toHaveLength(1)
  })

  test('what was wrong before and did not change is forgiven, and of rules warned', () => {
    expect(update({ size: 9 }, { size: 9 }).errors).toEqual([])
    expect(causesOf(update({ size: 9, old: 'x' }, { size: 8, old: 'x' }).errors)).toEqual([
      'spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5',
    ])
    expect(update({ old: 'b' }, { old: 'b' })).toMatchObject({
      errors: [],
      warnings: [expect.stringContaining('spec.old: Invalid value: "b"')],
    })
  })

  test('metadata that names an object stays', () => {
    const other = { ...thing({}), metadata: { name: 'y', uid: 'u', resourceVersion: '1' } }
    expect(causesOf(admit(other, thing({}), { schema, operation: 'update' }).errors)).toEqual([
      'metadata.name: Invalid value: "y": field is immutable',
      'metadata.uid: Invalid value: "u": field is immutable',
    ])
  })
})

test('unknown fields are warned of, refused or dropped as the client wants it', () => {
  const sent = { ...thing({ a: 1, nested: { b: 2 } }), metadata: { name: 'x', c: 3 } } as never
  const schema = compileVersion(definition({ type: 'object', properties: { nested: { type: 'object' } } }), 'v1')!
  const words = ['unknown field "metadata.c"', 'unknown field "spec.a"', 'unknown field "spec.nested.b"']
  expect(admit(sent, undefined, { schema, operation: 'create' })).toMatchObject({ warnings: words, object: { spec: { nested: {} } } })
  expect(admit(sent, undefined, { schema, operation: 'create', fieldValidation: 'Ignore' }).warnings).toEqual([])
  const strict = admit(sent, undefined, { schema, operation: 'create', fieldValidation: 'Strict' })
  expect(refusalOf(strict, schema)).toMatchObject({
    code: 400,
    message: `Thing in version "v1" cannot be handled as a Thing: strict decoding error: ${words.join(', ')}`,
  })
})

test('a status update is judged by the status alone', () => {
  const crd = definition({ type: 'object', required: ['must'] })
  const root = crd.spec.versions[0]!.schema!.openAPIV3Schema!
  Object.assign(root.properties!, { status: { type: 'object', properties: { n: { type: 'integer' } } } })
  const schema = compileVersion(crd, 'v1')!
  const object = { ...thing({}), status: { n: 'x' } }
  const errors = admit(object, thing({}), { schema, operation: 'update', subresource: 'status' }).errors
  expect(causesOf(errors)).toEqual(['status.n: Invalid value: "string": n in body must be of type integer: "string"'])
})

test('a template that changes counts up, one that does not stays, whatever the user says', () => {
  const set = recorded<{ sent: KubeObject }[]>('stored').find(({ sent }) => sent.kind === 'DaemonSet')!.sent
  const first = admit(set, undefined, creating(set)).object
  const again = admit(first, first, creating(set, { operation: 'update' })).object
  const other = structuredClone(first) as KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } }
  other.spec.template.spec.containers[0]!.image = 'another:2'
  const generation = (object: KubeObject) => object.metadata.annotations?.['deprecated.daemonset.template.generation']
  expect([first, again, admit(other, first, creating(set, { operation: 'update' })).object].map(generation)).toEqual(['1', '1', '2'])
})

test('a definition is established with the names it asks for, and keeps the time of what it was', () => {
  const crd = definition({ type: 'object' })
  const status = establish(crd, '2026-01-02T03:04:05Z')
  expect(status).toMatchObject({
    acceptedNames: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
    storedVersions: ['v1'],
    conditions: [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
    ],
  })
  expect(establish({ ...crd, status }, '2030-01-01T00:00:00Z')).toEqual(status)
})

describe('definitions that cannot be served are refused', () => {
  const refused = (change: (crd: CustomResourceDefinition) => void, schema: object = { type: 'object' }) => {
    const crd = definition(schema)
    change(crd)
    return causesOf(admit(crd as never, undefined, creating(crd)).errors)
  }
  const at = 'spec.validation.openAPIV3Schema.properties[spec]'
  test.each<[string, string[], string]>([
    ['no type', refused(() => {}, {}), `${at}.type: Required value: must not be empty for specified object fields`],
    ['a list of nothing', refused(() => {}, { type: 'array' }), `${at}.items: Required value: must be specified`],
    [
      'another name',
      refused(crd => Object.assign(crd.metadata, { name: 'x' })),
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    ],
    [
      'no scope',
      refused(crd => Object.assign(crd.spec, { scope: '' })),
      'spec.scope: Unsupported value: "": supported values: "Cluster", "Namespaced"',
    ],
    [
      'no schema',
      refused(crd => delete crd.spec.versions[0]!.schema),
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ],
    [
      'a rule that is none',
      refused(() => {}, { type: 'object', 'x-kubernetes-validations': [{ rule: 'self ==' }] }),
      `${at}.x-kubernetes-validations[0].rule: Invalid value: "self ==": compilation failed:`,
    ],
    [
      'keys that may be missing',
      refused(() => {}, {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' } } },
      }),
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
    [
      'a pattern that is none',
      refused(() => {}, { type: 'string', pattern: '(' }),
      `${at}.pattern: Invalid value: "(": must be a valid regular expression`,
    ],
  ])('%s', (_, causes, words) => {
    expect(causes.join('\n')).toContain(words)
  })
})

/** Custom resources: definitions, and what they make of objects: pruning, defaults, validation, rules. */
import { expect } from 'vitest'
import { type Answer, at, type Bed, type Body, type It, version } from './bed.ts'
import { define, definitions, widgets } from './widgets.ts'

const post = async (
  bed: Bed,
  spec: unknown,
  { name = 'w', query = {} }: { name?: string; query?: Record<string, string> } = {},
): Promise<Answer> => {
  const apiVersion = await widgets(bed)
  return bed.send('POST', bed.path(`${apiVersion}/widgets`), { body: { apiVersion, kind: 'Widget', metadata: { name }, spec }, query })
}
const specOf = async (bed: Bed, spec: Body) => (await post(bed, spec)).body.spec
const merge = async (bed: Bed, spec: Body) =>
  bed.send('PATCH', bed.path(`${await widgets(bed)}/widgets`, 'w'), { type: 'merge', body: { spec } })

export function customResources(it: It): void {
  it('a definition is accepted and established', async bed => {
    const group = await define(bed)
    const { body } = await bed.send('GET', definitions(`widgets.${group}`))
    expect(body).toMatchObject({
      metadata: { generation: 1 },
      spec: { names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
      status: {
        acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
        ],
      },
    })
  })

  it('unknown fields are pruned, with a warning', async bed => {
    const answer = await post(bed, { size: 5, oops: 1, inner: { oops: 2, x: 'z' } })
    expect(answer.body.spec).toEqual({ size: 5, inner: { x: 'z' } })
    expect(answer.headers.warning).toBe('299 - "unknown field \\"spec.inner.oops\\"", 299 - "unknown field \\"spec.oops\\""')
  })

  it('unknown fields are refused when it is to be strict', async bed => {
    const answer = await post(bed, { oops: 1 }, { query: { fieldValidation: 'Strict' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('strict decoding error: unknown field "spec.oops"') },
    })
  })

  it('fields that may be anything are kept', async bed => {
    expect(await specOf(bed, { free: { a: [1, { b: null }], c: 'd' } })).toMatchObject({ free: { a: [1, { b: null }], c: 'd' } })
  })

  it('defaults are filled in, in objects and in items, where the object is there', async bed => {
    expect(await specOf(bed, {})).toEqual({ size: 3 })
    expect((await post(bed, { inner: {}, parts: [{ name: 'p' }] }, { name: 'x' })).body.spec).toEqual({
      size: 3,
      inner: { x: 'y' },
      parts: [{ name: 'p', port: 80 }],
    })
    const apiVersion = await widgets(bed)
    expect(await bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name: 'bare' } })).not.toHaveProperty('spec')
  })

  it('null is replaced by the default, dropped without one, and kept where it may be', async bed => {
    expect(await specOf(bed, { size: null, name: null, maybe: null })).toEqual({ size: 3, maybe: null })
  })

  it('metadata is held to its own form', async bed => {
    const apiVersion = await widgets(bed)
    const of = (metadata: Body) => bed.send('POST', bed.path(`${apiVersion}/widgets`), { body: { apiVersion, kind: 'Widget', metadata } })
    expect(await of({ name: 'a', labels: { x: 1 } })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('cannot unmarshal number') },
    })
    expect(await of({ name: 'A_' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('metadata.name: Invalid value: "A_"') },
    })
    expect((await of({ name: 'a', oops: 1 })).headers.warning).toBe('299 - "unknown field \\"metadata.oops\\""')
  })

  const invalid: [string, Body, string][] = [
    ['a wrong type', { size: 'big' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    ['a number that is too large', { size: 101 }, 'spec.size: Invalid value: 101: spec.size in body should be less than or equal to 100'],
    ['a value that is not in the list', { mode: 'None' }, 'spec.mode: Unsupported value: "None": supported values: "Auto", "Manual"'],
    ['text that is too long', { name: 'abcdefghijk' }, 'spec.name: Too long: may not be more than 10 bytes'],
    ['text that does not match', { name: 'A' }, 'spec.name: Invalid value: "A": spec.name in body should match \'^[a-z]*$\''],
    ['an item without its key', { parts: [{}] }, 'spec.parts[0].name: Required value'],
    ['the same key twice', { parts: [{ name: 'a' }, { name: 'a' }] }, 'spec.parts[1]: Duplicate value: {"name":"a","port":80}'],
    ['the same value twice in a set', { tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'],
    ['a rule that does not hold', { size: 5, max: 4 }, 'spec: Invalid value: size must not exceed max'],
  ]
  for (const [what, spec, words] of invalid) {
    it(`${what} is invalid`, async bed => {
      const answer = await post(bed, spec)
      expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid', details: { kind: 'Widget', name: 'w' } } })
      expect(answer.body.message).toContain(words)
    })
  }

  it('everything that is wrong is told at once', async bed => {
    const { body } = await post(bed, { size: 'big', mode: 'None' })
    expect((at(body, 'details.causes') as Body[]).map(({ field }) => field)).toEqual(expect.arrayContaining(['spec.size', 'spec.mode']))
  })

  it('rules of transition hold for updates, not for creations', async bed => {
    await post(bed, { fixed: 'a' })
    expect(await merge(bed, { fixed: 'b' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('spec.fixed: Invalid value: "b": fixed cannot change') },
    })
    expect((await merge(bed, { fixed: 'a', size: 4 })).status).toBe(200)
  })

  it('int-or-string takes both', async bed => {
    expect(await specOf(bed, { amount: 5 })).toMatchObject({ amount: 5 })
    expect((await post(bed, { amount: '5' }, { name: 'x' })).body.spec).toMatchObject({ amount: '5' })
    expect((await post(bed, { amount: 1.5 }, { name: 'y' })).status).toBe(422)
  })

  it('generation counts every change but of metadata', async bed => {
    expect(at((await post(bed, { size: 4 })).body, 'metadata.generation')).toBe(1)
    expect(at((await merge(bed, { size: 5 })).body, 'metadata.generation')).toBe(2)
    const labelled = await bed.patch(`${await widgets(bed)}/widgets`, 'w', { metadata: { labels: { l: '1' } } })
    expect(at(labelled, 'metadata.generation')).toBe(2)
  })

  it('an object says its kind and version, or is not taken', async bed => {
    const apiVersion = await widgets(bed)
    const of = (object: Body) => bed.send('POST', bed.path(`${apiVersion}/widgets`), { body: { metadata: { name: 'w' }, ...object } })
    expect(await of({})).toMatchObject({ status: 400, body: { message: expect.stringContaining("Object 'Kind' is missing") } })
    expect(await of({ apiVersion, kind: 'Gadget' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('kind: Invalid value: "Gadget": must be Widget') },
    })
    expect(await of({ apiVersion: 'other/v1', kind: 'Widget' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('does not match the expected API version') },
    })
  })

  it('a strategic patch of a custom resource is no patch', async bed => {
    await post(bed, {})
    const answer = await bed.send('PATCH', bed.path(`${await widgets(bed)}/widgets`, 'w'), { type: 'strategic', body: {} })
    expect(answer.status).toBe(415)
  })

  it('two versions show the same objects', async bed => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const versions = [
      { name: 'v1', served: true, storage: true, schema },
      { name: 'v1beta1', served: true, storage: false, schema },
    ]
    const group = await define(bed, { versions })
    await bed.create(`${group}/v1beta1/widgets`, {
      apiVersion: `${group}/v1beta1`,
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { x: 1 },
    })
    expect(await bed.get(`${group}/v1/widgets`, 'w')).toMatchObject({ apiVersion: `${group}/v1`, spec: { x: 1 } })
    expect((await bed.list(`${group}/v1beta1/widgets`)).items).toMatchObject([{ apiVersion: `${group}/v1beta1` }])
  })

  it('a version that is not served is not found', async bed => {
    const schema = { openAPIV3Schema: { type: 'object' } }
    const group = await define(bed, {
      versions: [
        { name: 'v1', served: true, storage: true, schema },
        { name: 'v2', served: false, storage: false, schema },
      ],
    })
    expect((await bed.send('GET', bed.path(`${group}/v2/widgets`))).status).toBe(404)
  })

  it('cluster-scoped resources have no namespace', async bed => {
    const group = await define(bed, { scope: 'Cluster' })
    const path = `/apis/${group}/v1/widgets`
    const made = await bed.send('POST', path, { body: { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w' } } })
    expect(at(made.body, 'metadata.namespace')).toBeUndefined()
    expect((await bed.send('GET', bed.path(`${group}/v1/widgets`, 'w'))).status).toBe(404)
    expect((await bed.send('GET', `${path}/w`)).status).toBe(200)
  })

  it('a definition goes with all its resources', async bed => {
    const group = await define(bed)
    const resource = `${group}/v1/widgets`
    await bed.create(resource, { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w' } })
    const { body } = await bed.send('DELETE', definitions(`widgets.${group}`))
    expect(body).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String), finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
    })
    await bed.eventually(async () => expect((await bed.send('GET', definitions(`widgets.${group}`))).status).toBe(404))
    await bed.eventually(async () => expect((await bed.send('GET', bed.path(resource))).status).toBe(404))
  })

  it('a definition waits for finalizers of its resources, and takes no new ones meanwhile', async bed => {
    const group = await define(bed)
    const resource = `${group}/v1/widgets`
    const object = (name: string, more: Body = {}) => ({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name, ...more } })
    await bed.create(resource, object('held', { finalizers: ['a.b/c'] }))
    await bed.send('DELETE', definitions(`widgets.${group}`))
    await bed.eventually(async () => {
      const answer = await bed.send('POST', bed.path(resource), { body: object('late') })
      expect(answer).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining('create not allowed while custom resource definition is terminating') },
      })
    })
    await bed.eventually(() => bed.patch(resource, 'held', { metadata: { finalizers: null } }))
    await bed.eventually(async () => expect((await bed.send('GET', definitions(`widgets.${group}`))).status).toBe(404))
  })

  it('a definition with another name than its plural and group is invalid', async bed => {
    const spec = {
      group: 'x.y',
      scope: 'Namespaced',
      names: { kind: 'A', plural: 'as' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    }
    const answer = await bed.send('POST', definitions(), { body: { metadata: { name: 'other.x.y' }, spec } })
    expect(answer).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('metadata.name: Invalid value: "other.x.y": must be spec.names.plural+"."+spec.group') },
    })
  })

  it('applying empty labels writes each time anew, and shows nothing of them', async bed => {
    const apiVersion = await widgets(bed)
    const apply = () =>
      bed.apply({ metadata: { name: 'w', labels: {} }, spec: { size: 1 } }, { resource: `${apiVersion}/widgets`, kind: 'Widget' })
    const versions = [await apply(), await apply(), await apply()].map(({ body }) => {
      expect(at(body, 'metadata')).not.toHaveProperty('labels')
      return version(body)
    })
    expect(new Set(versions).size).toBe(3)
    const patch = () => bed.patch(`${apiVersion}/widgets`, 'w', { spec: {} })
    const settled = version(await patch())
    expect(versions).not.toContain(settled)
    expect(version(await patch())).toBe(settled)
  })

  it('what is wrong with its metadata is said as often as it is looked at', async bed => {
    const apiVersion = await widgets(bed)
    await post(bed, {})
    const body = { metadata: { annotations: { 'a b': '' } } }
    const answer = await bed.send('PATCH', bed.path(`${apiVersion}/widgets`, 'w'), { body, type: 'merge' })
    expect((at(answer.body, 'details.causes') as unknown[]).length).toBe(3)
  })

  it('a merge patch takes nulls out of new data, lists included', async bed => {
    const apiVersion = await widgets(bed)
    await post(bed, { size: 1 })
    const patched = await bed.patch(`${apiVersion}/widgets`, 'w', { spec: { free: { l: [{ a: null, b: 1 }, null] } } })
    expect(at(patched, 'spec.free')).toEqual({ l: [{ b: 1 }, null] })
  })
}

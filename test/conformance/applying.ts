/** Server-side apply: creating, changing, giving up, conflicts. */
import { expect } from 'vitest'
import { at, type Body, type It, owned, uid, version } from './bed.ts'

const map = (data: Body, metadata: Body = {}): Body => ({ metadata: { name: 'a', ...metadata }, data })

export function applying(it: It): void {
  it('apply creates what is not there, and says so', async bed => {
    const first = await bed.apply(map({ x: '1' }))
    expect(first).toMatchObject({ status: 201, body: { data: { x: '1' } } })
    expect((await bed.apply(map({ x: '2' }))).status).toBe(200)
  })

  it('applying the same again changes nothing', async bed => {
    const { body } = await bed.apply(map({ x: '1' }, { labels: { l: '1' } }))
    expect((await bed.apply(map({ x: '1' }, { labels: { l: '1' } }))).body).toEqual(body)
  })

  it('what an applier no longer wants is taken away', async bed => {
    await bed.apply(map({ x: '1', y: '2' }, { labels: { l: '1' } }))
    const { body } = await bed.apply(map({ x: '1' }))
    expect(body.data).toEqual({ x: '1' })
    expect(at(body, 'metadata.labels')).toBeUndefined()
  })

  it('what others set stays', async bed => {
    await bed.apply(map({ x: '1' }))
    await bed.patch('configmaps', 'a', { data: { y: '2' } })
    expect((await bed.apply(map({ x: '3' }))).body.data).toEqual({ x: '3', y: '2' })
    expect((await bed.apply({ metadata: { name: 'a' } })).body.data).toEqual({ y: '2' })
  })

  it('what somebody else applies too stays when one gives it up', async bed => {
    await bed.apply(map({ x: '1' }))
    await bed.apply(map({ x: '1' }), { manager: 'two' })
    expect((await bed.apply({ metadata: { name: 'a' } })).body.data).toEqual({ x: '1' })
    expect((await bed.apply({ metadata: { name: 'a' } }, { manager: 'two' })).body).not.toHaveProperty('data')
  })

  it('changing what another applier owns is a conflict', async bed => {
    await bed.apply(map({ x: '1' }))
    const answer = await bed.apply(map({ x: '2' }), { manager: 'two' })
    expect(answer).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "one": .data.x',
        details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' }] },
      },
    })
  })

  it('several conflicts are told by owner', async bed => {
    await bed.apply(map({ x: '1', y: '1' }))
    await bed.patchWith('configmaps', 'a', { body: { data: { z: '1' } }, type: 'merge', query: { fieldManager: 'three' } })
    const { body } = await bed.apply(map({ x: '2', y: '2', z: '2' }), { manager: 'two' })
    expect(body.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "one":\n- .data.x\n- .data.y\nconflicts with "three" using v1:\n- .data.z',
    )
  })

  it('wanting what another owns just as it is, is no conflict', async bed => {
    await bed.apply(map({ x: '1' }))
    expect((await bed.apply(map({ x: '1' }), { manager: 'two' })).status).toBe(200)
  })

  it('force takes what another owns', async bed => {
    await bed.apply(map({ x: '1', y: '1' }))
    const { body } = await bed.apply(map({ x: '2' }), { manager: 'two', force: 'true' })
    expect(body.data).toEqual({ x: '2', y: '1' })
    expect(owned(body, 'one')).toEqual({ 'f:data': { 'f:y': {} } })
    expect(owned(body, 'two')).toEqual({ 'f:data': { 'f:x': {} } })
  })

  it('a conflict changes nothing', async bed => {
    const { body } = await bed.apply(map({ x: '1' }))
    await bed.apply(map({ x: '2', other: '1' }), { manager: 'two' })
    expect(await bed.get('configmaps', 'a')).toEqual(body)
  })

  it('the first apply to an object nobody applied leaves its owner his fields', async bed => {
    await bed.create('configmaps', map({ x: '1' }), { query: { fieldManager: 'maker' } })
    expect((await bed.apply(map({ x: '2' }))).body.message).toContain('conflict with "maker" using v1: .data.x')
  })

  it('an object whose managers were taken away belonged to somebody before', async bed => {
    await bed.create('configmaps', map({ x: '1' }))
    await bed.patch('configmaps', 'a', { metadata: { managedFields: [{}] } })
    expect((await bed.apply(map({ x: '2' }))).body.message).toContain('conflict with "before-first-apply" using v1: .data.x')
  })

  it('apply needs a field manager', async bed => {
    const answer = await bed.send('PATCH', bed.path('configmaps', 'a'), {
      type: 'apply',
      body: { apiVersion: 'v1', kind: 'ConfigMap', ...map({}) },
    })
    expect(answer).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('fieldManager: Required value: is required for apply patch') },
    })
  })

  it('apply with a uid changes that object or none', async bed => {
    const answer = await bed.apply(map({ x: '1' }, { uid: 'gone' }))
    expect(answer).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('uid mismatch: the provided object specified uid gone') },
    })
    const made = (await bed.apply(map({ x: '1' }))).body
    expect((await bed.apply(map({ x: '2' }, { uid: uid(made) }))).status).toBe(200)
    expect((await bed.apply(map({ x: '2' }, { uid: 'other' }))).status).toBe(422)
  })

  it('apply with a version changes that version alone', async bed => {
    const made = (await bed.apply(map({ x: '1' }))).body
    await bed.patch('configmaps', 'a', { data: { y: '1' } })
    expect(await bed.apply(map({ x: '2' }, { resourceVersion: version(made) }))).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    })
  })

  const malformed: [string, Body, string][] = [
    ['an unknown field', { oops: 1 }, '.oops: field not declared in schema'],
    ['a number where text belongs', { data: { x: 1 } }, '.data.x: expected string, got &value.valueUnstructured{Value:1}'],
    ['text where a map belongs', { data: 'x' }, '.data: expected map, got &{x}'],
    ['a list where a map belongs', { data: [1] }, '.data: expected map, got &{[1]}'],
    ['text where a truth value belongs', { immutable: 'yes' }, '.immutable: expected boolean, got &{yes}'],
  ]
  for (const [what, object, words] of malformed) {
    it(`${what} cannot be applied: the server fails`, async bed => {
      const answer = await bed.apply({ metadata: { name: 'a' }, ...object })
      expect(answer).toMatchObject({
        status: 500,
        body: { message: `failed to create typed patch object (/a; /v1, Kind=ConfigMap): ${words}` },
      })
    })
  }

  it('all of what cannot be applied is said, in any order', async bed => {
    const { body } = await bed.apply({ metadata: { name: 'a' }, data: 'x', immutable: 'yes' })
    expect(String(body.message).split('\n').sort()).toEqual([
      '  .data: expected map, got &{x}',
      '  .immutable: expected boolean, got &{yes}',
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): errors:',
    ])
  })

  const refused: [string, Body, string][] = [
    ['managedFields', { metadata: { name: 'a', managedFields: [] } }, 'metadata.managedFields must be nil'],
    ['another kind', { kind: 'Secret', metadata: { name: 'a' } }, 'invalid object type: /v1, Kind=Secret'],
    ['no kind', { kind: '', metadata: { name: 'a' } }, 'invalid object type: /v1, Kind='],
  ]
  for (const [what, object, words] of refused) {
    it(`applying ${what} is a bad request`, async bed => {
      expect(await bed.apply(object)).toMatchObject({ status: 400, body: { reason: 'BadRequest', message: words } })
    })
  }

  it('an empty value is owned, though a built-in kind does not keep it', async bed => {
    const spec = { ports: [{ port: 80 }], selector: {}, externalIPs: [] }
    const { body } = await bed.apply({ metadata: { name: 'a' }, spec }, { resource: 'services', kind: 'Service' })
    expect(body.spec).not.toHaveProperty('externalIPs')
    expect(owned(body, 'one')).toMatchObject({ 'f:spec': { 'f:selector': {} } })
    expect(version((await bed.apply({ metadata: { name: 'a' }, spec }, { resource: 'services', kind: 'Service' })).body)).toBe(
      version(body),
    )
  })

  it('null in a map of texts is the empty text', async bed => {
    const { body } = await bed.apply(map({ x: null }))
    expect(body.data).toEqual({ x: '' })
  })
}

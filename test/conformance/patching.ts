/** PATCH in its three forms that are no apply. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It } from './bed.ts'
import { deployment } from './creating.ts'

const map = { metadata: { name: 'a', labels: { keep: 'it', drop: 'it' } }, data: { x: '1', y: '2' } }
async function containers(bed: Bed, patch: unknown): Promise<Body[]> {
  const body = { spec: { template: { spec: patch } } }
  return at(await bed.patchWith('apps/v1/deployments', 'a', { body, type: 'strategic' }), 'spec.template.spec.containers') as Body[]
}
const names = (list: Body[]) => list.map(({ name }) => name)

export function patching(it: It): void {
  it('a merge patch sets, and takes away what is null', async bed => {
    await bed.create('configmaps', map)
    const patched = await bed.patch('configmaps', 'a', { metadata: { labels: { drop: null, add: 'it' } }, data: { x: '3' } })
    expect(patched).toMatchObject({ data: { x: '3', y: '2' } })
    expect(at(patched, 'metadata.labels')).toEqual({ keep: 'it', add: 'it' })
  })

  it('a merge patch replaces lists as a whole', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    const patched = await bed.patch('apps/v1/deployments', 'a', {
      spec: { template: { spec: { containers: [{ name: 'd', image: 'y:1' }] } } },
    })
    expect(names(at(patched, 'spec.template.spec.containers') as Body[])).toEqual(['d'])
  })

  it('a merge patch without effect makes no version', async bed => {
    const made = await bed.create('configmaps', map)
    expect(await bed.patch('configmaps', 'a', { data: { x: '1', z: null } })).toEqual(made)
  })

  it('a JSON patch adds, replaces, removes, moves and copies', async bed => {
    await bed.create('configmaps', map)
    const patch = [
      { op: 'add', path: '/data/z', value: '9' },
      { op: 'replace', path: '/data/x', value: '8' },
      { op: 'remove', path: '/metadata/labels/drop' },
      { op: 'move', from: '/data/y', path: '/data/moved' },
      { op: 'copy', from: '/data/z', path: '/data/copied' },
    ]
    const patched = await bed.patchWith('configmaps', 'a', { body: patch, type: 'json' })
    expect(patched.data).toEqual({ x: '8', z: '9', moved: '2', copied: '9' })
    expect(at(patched, 'metadata.labels')).toEqual({ keep: 'it' })
  })

  it('a JSON patch may name keys with slashes and tildes', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', annotations: { 'a.b/c': '1', 'a.b/d': '1' } } })
    const patched = await bed.patchWith('configmaps', 'a', {
      body: [{ op: 'replace', path: '/metadata/annotations/a.b~1c', value: '2' }],
      type: 'json',
    })
    expect(at(patched, 'metadata.annotations')).toEqual({ 'a.b/c': '2', 'a.b/d': '1' })
  })

  it('a JSON patch that replaces what is not there adds it', async bed => {
    await bed.create('configmaps', map)
    expect(
      (await bed.patchWith('configmaps', 'a', { body: [{ op: 'replace', path: '/data/new', value: '1' }], type: 'json' })).data,
    ).toMatchObject({
      new: '1',
    })
  })

  const failing: [string, unknown][] = [
    ['tests for another value', [{ op: 'test', path: '/data/x', value: '7' }]],
    ['removes what is not there', [{ op: 'remove', path: '/data/none' }]],
    ['adds below what is not there', [{ op: 'add', path: '/none/x', value: '1' }]],
    ['has an operation nobody knows', [{ op: 'bend', path: '/data/x' }]],
  ]
  for (const [what, patch] of failing) {
    it(`a JSON patch that ${what} is refused and changes nothing`, async bed => {
      const made = await bed.create('configmaps', map)
      const answer = await bed.send('PATCH', bed.path('configmaps', 'a'), { type: 'json', body: patch })
      expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid' } })
      expect(await bed.get('configmaps', 'a')).toEqual(made)
    })
  }

  it('a JSON patch is all or nothing', async bed => {
    const made = await bed.create('configmaps', map)
    const patch = [
      { op: 'add', path: '/data/z', value: '9' },
      { op: 'test', path: '/data/z', value: '8' },
    ]
    expect((await bed.send('PATCH', bed.path('configmaps', 'a'), { type: 'json', body: patch })).status).toBe(422)
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('a strategic patch merges containers by name, and puts new ones first', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    const patched = await containers(bed, { containers: [{ name: 'd', image: 'y:1' }] })
    expect(names(patched)).toEqual(['d', 'c'])
    const again = await containers(bed, { containers: [{ name: 'c', image: 'x:2' }] })
    expect(again.map(({ image }) => image)).toEqual(['y:1', 'x:2'])
  })

  it('a strategic patch deletes and replaces items by directive', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    await containers(bed, { containers: [{ name: 'd', image: 'y:1' }] })
    expect(names(await containers(bed, { containers: [{ name: 'd', $patch: 'delete' }] }))).toEqual(['c'])
    expect(names(await containers(bed, { containers: [{ name: 'e', image: 'z:1' }, { $patch: 'replace' }] }))).toEqual(['e'])
  })

  it('a strategic patch keeps the order it is told', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    const patch = { '$setElementOrder/containers': [{ name: 'c' }, { name: 'd' }], containers: [{ name: 'd', image: 'y:1' }] }
    expect(names(await containers(bed, patch))).toEqual(['c', 'd'])
  })

  it('a strategic patch replaces lists that do not merge', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    await containers(bed, { containers: [{ name: 'c', command: ['a', 'b'] }] })
    const [container] = await containers(bed, { containers: [{ name: 'c', command: ['z'] }] })
    expect(container?.command).toEqual(['z'])
  })

  it('a strategic patch adds finalizers and can take single ones away', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', finalizers: ['a.b/one'] } })
    const more = await bed.patchWith('configmaps', 'a', { body: { metadata: { finalizers: ['a.b/two'] } }, type: 'strategic' })
    expect((at(more, 'metadata.finalizers') as string[]).toSorted()).toEqual(['a.b/one', 'a.b/two'])
    const fewer = await bed.patchWith('configmaps', 'a', {
      body: { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.b/one'] } },
      type: 'strategic',
    })
    expect(at(fewer, 'metadata.finalizers')).toEqual(['a.b/two'])
  })

  it('a strategic patch of a field that is null takes it away', async bed => {
    await bed.create('configmaps', map)
    expect(await bed.patchWith('configmaps', 'a', { body: { data: null }, type: 'strategic' })).not.toHaveProperty('data')
  })

  it('a patch with a version applies to that version alone', async bed => {
    const made = await bed.create('configmaps', map)
    const resourceVersion = at(made, 'metadata.resourceVersion')
    const change = (value: string) => ({ metadata: { resourceVersion }, data: { x: value } })
    expect((await bed.send('PATCH', bed.path('configmaps', 'a'), { type: 'merge', body: change('5') })).status).toBe(200)
    expect(await bed.send('PATCH', bed.path('configmaps', 'a'), { type: 'merge', body: change('6') })).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    })
  })

  it('what is not there cannot be patched', async bed => {
    for (const type of ['merge', 'json', 'strategic']) {
      const body = type === 'json' ? [] : {}
      expect(await bed.send('PATCH', bed.path('configmaps', 'none'), { type, body })).toMatchObject({
        status: 404,
        body: { reason: 'NotFound' },
      })
    }
  })

  const wrong: [string, unknown, string, number][] = [
    ['a merge patch that is a list', [], 'merge', 400],
    ['a JSON patch that is a map', {}, 'json', 400],
    ['a change of name', { metadata: { name: 'b' } }, 'merge', 400],
    ['a change of namespace', { metadata: { namespace: 'other' } }, 'merge', 400],
    ['a value of the wrong type', { data: { x: 1 } }, 'merge', 422],
    ['a value of the wrong type, strategically', { data: { x: 1 } }, 'strategic', 422],
    ['another uid', { metadata: { uid: 'other' } }, 'merge', 422],
    ['a media type that is no patch', {}, 'application/json', 415],
  ]
  for (const [what, body, type, status] of wrong) {
    it(`${what} is refused with ${status}`, async bed => {
      await bed.create('configmaps', map)
      expect((await bed.send('PATCH', bed.path('configmaps', 'a'), { type, body })).status).toBe(status)
    })
  }
}

/** DELETE: at once, or when nobody holds the object back any more. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, uid, version } from './bed.ts'
import { widgets } from './widgets.ts'

const held = { metadata: { name: 'a', finalizers: ['a.b/c'] } }
const release = (bed: Bed, resource = 'configmaps', name = 'a') => bed.patch(resource, name, { metadata: { finalizers: null } })

export function deleting(it: It): void {
  it('a deletion answers with what was deleted', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' } })
    const { status, body } = await bed.remove('configmaps', 'a')
    expect(status).toBe(200)
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: uid(made) },
    })
    expect((await bed.remove('configmaps', 'a')).status).toBe(404)
  })

  it('some kinds answer with the object instead', async bed => {
    await bed.create('serviceaccounts', { metadata: { name: 'a' } })
    expect((await bed.remove('serviceaccounts', 'a')).body).toMatchObject({ kind: 'ServiceAccount', metadata: { name: 'a' } })
  })

  it('an object made anew is another one', async bed => {
    const first = await bed.create('configmaps', { metadata: { name: 'a' } })
    await bed.remove('configmaps', 'a')
    const second = await bed.create('configmaps', { metadata: { name: 'a' } })
    expect(uid(second)).not.toBe(uid(first))
    expect(BigInt(version(second))).toBeGreaterThan(BigInt(version(first)))
  })

  it('a finalizer keeps the object, marked', async bed => {
    await bed.create('configmaps', held)
    const { status, body } = await bed.remove('configmaps', 'a')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0, finalizers: ['a.b/c'] },
    })
    expect(await bed.get('configmaps', 'a')).toEqual(body)
    await release(bed)
  })

  it('deleting what is marked changes nothing', async bed => {
    await bed.create('configmaps', held)
    const { body } = await bed.remove('configmaps', 'a')
    expect((await bed.remove('configmaps', 'a')).body).toEqual(body)
    await release(bed)
  })

  it('the last finalizer taken away takes the object with it', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', finalizers: ['a.b/c', 'a.b/d'] } })
    await bed.remove('configmaps', 'a')
    expect(at(await bed.patch('configmaps', 'a', { metadata: { finalizers: ['a.b/d'] } }), 'metadata.finalizers')).toEqual(['a.b/d'])
    expect(await release(bed)).toMatchObject({ metadata: { name: 'a', deletionTimestamp: expect.any(String) } })
    expect((await bed.send('GET', bed.path('configmaps', 'a'))).status).toBe(404)
  })

  it('a marked object cannot be unmarked, nor given more finalizers', async bed => {
    await bed.create('configmaps', held)
    await bed.remove('configmaps', 'a')
    expect(at(await bed.patch('configmaps', 'a', { metadata: { deletionTimestamp: null } }), 'metadata.deletionTimestamp')).toEqual(
      expect.any(String),
    )
    const more = await bed.send('PATCH', bed.path('configmaps', 'a'), {
      type: 'merge',
      body: { metadata: { finalizers: ['a.b/c', 'a.b/d'] } },
    })
    expect(more).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('no new finalizers can be added if the object is being deleted') },
    })
    await release(bed)
  })

  it('a marked object can still be changed', async bed => {
    await bed.create('configmaps', held)
    await bed.remove('configmaps', 'a')
    expect((await bed.patch('configmaps', 'a', { data: { x: '1' } })).data).toEqual({ x: '1' })
    await release(bed)
  })

  it('marking makes a new generation where generations are counted', async bed => {
    const apiVersion = await widgets(bed)
    const resource = `${apiVersion}/widgets`
    await bed.create(resource, { apiVersion, kind: 'Widget', ...held })
    expect((await bed.remove(resource, 'a')).body).toMatchObject({ metadata: { generation: 2, deletionTimestamp: expect.any(String) } })
    await release(bed, resource)
  })

  it('a deletion can be meant for one uid or version', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' } })
    expect(await bed.remove('configmaps', 'a', { preconditions: { uid: 'other' } })).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: expect.stringContaining(`the UID in the precondition (other) does not match the UID in record (${uid(made)})`),
      },
    })
    expect((await bed.remove('configmaps', 'a', { preconditions: { resourceVersion: '1' } })).status).toBe(409)
    expect((await bed.remove('configmaps', 'a', { preconditions: { uid: uid(made), resourceVersion: version(made) } })).status).toBe(200)
  })

  it('a collection is deleted by selector, and shown as it was', async bed => {
    for (const [name, app] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ])
      await bed.create('configmaps', { metadata: { name, labels: { app } } })
    const { body } = await bed.send('DELETE', bed.path('configmaps'), { query: { labelSelector: 'app=x' } })
    expect(body).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }] })
    expect((await bed.list('configmaps', { labelSelector: 'app' })).items).toMatchObject([{ metadata: { name: 'b' } }])
  })

  const policies: [string, Body, string[]][] = [
    ['Foreground', { propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
    ['Orphan', { propagationPolicy: 'Orphan' }, ['orphan']],
  ]
  for (const [policy, options, finalizers] of policies) {
    it(`a deletion with policy ${policy} is finished by the garbage collector`, async bed => {
      await bed.create('configmaps', { metadata: { name: 'a' } })
      expect((await bed.remove('configmaps', 'a', options)).body).toMatchObject({
        metadata: { finalizers, deletionTimestamp: expect.any(String) },
      })
      await bed.gone('configmaps', 'a')
    })
  }

  it('a policy nobody knows is refused', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' } })
    const answer = await bed.remove('configmaps', 'a', { propagationPolicy: 'Gently' })
    expect(answer).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('propagationPolicy: Unsupported value: "Gently"') },
    })
  })

  it('deleting what is not there is not found', async bed => {
    expect(await bed.remove('configmaps', 'none')).toMatchObject({
      status: 404,
      body: { reason: 'NotFound', message: 'configmaps "none" not found', details: { name: 'none', kind: 'configmaps' } },
    })
  })
}

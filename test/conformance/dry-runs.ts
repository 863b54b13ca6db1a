/** dryRun: everything but the storing. */
import { expect } from 'vitest'
import { at, type It, version } from './bed.ts'

const all = { query: { dryRun: 'All' } }

export function dryRuns(it: It): void {
  it('a creation shows what would be, without a version', async bed => {
    const shown = await bed.create('services', { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } }, all)
    expect(shown).toMatchObject({ metadata: { name: 'a', uid: expect.any(String) }, spec: { type: 'ClusterIP', sessionAffinity: 'None' } })
    expect(at(shown, 'metadata.resourceVersion')).toBeUndefined()
    expect((await bed.send('GET', bed.path('services', 'a'))).status).toBe(404)
  })

  it('a creation that would be refused is refused', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' } })
    expect((await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a' } }, ...all })).status).toBe(409)
    expect((await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'A_' } }, ...all })).status).toBe(422)
  })

  it('an update shows what would be, with the version that is', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    const { body } = await bed.send('PUT', bed.path('configmaps', 'a'), { body: { metadata: { name: 'a' }, data: { x: '2' } }, ...all })
    expect(body.data).toEqual({ x: '2' })
    expect(version(body)).toBe(version(made))
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('a patch shows what would be', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    expect(await bed.patchWith('configmaps', 'a', { body: { data: { x: '2' } }, type: 'merge', ...all })).toMatchObject({
      data: { x: '2' },
    })
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('an apply shows what would be, owners included', async bed => {
    await bed.apply({ metadata: { name: 'a' }, data: { x: '1' } })
    const made = await bed.get('configmaps', 'a')
    const { body } = await bed.apply({ metadata: { name: 'a' }, data: { y: '1' } }, { dryRun: 'All' })
    expect(body.data).toEqual({ y: '1' })
    expect(at(body, 'metadata.managedFields')).toMatchObject([{ manager: 'one', fieldsV1: { 'f:data': { 'f:y': {} } } }])
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('an apply of what is not there shows it', async bed => {
    const { status, body } = await bed.apply({ metadata: { name: 'a' }, data: { x: '1' } }, { dryRun: 'All' })
    expect(status).toBe(201)
    expect(at(body, 'metadata.resourceVersion')).toBeUndefined()
    expect((await bed.send('GET', bed.path('configmaps', 'a'))).status).toBe(404)
  })

  it('an apply that would conflict conflicts', async bed => {
    await bed.apply({ metadata: { name: 'a' }, data: { x: '1' } })
    expect((await bed.apply({ metadata: { name: 'a' }, data: { x: '2' } }, { manager: 'two', dryRun: 'All' })).status).toBe(409)
  })

  it('a dry run counts the generation that would be', async bed => {
    const spec = { podSelector: {} }
    const object = { resource: 'networking.k8s.io/v1/networkpolicies', kind: 'NetworkPolicy' }
    await bed.apply({ metadata: { name: 'a' }, spec }, object)
    const { body } = await bed.apply({ metadata: { name: 'a' }, spec: { ...spec, policyTypes: ['Egress'] } }, { ...object, dryRun: 'All' })
    expect(at(body, 'metadata.generation')).toBe(2)
    expect(at(await bed.get(object.resource, 'a'), 'metadata.generation')).toBe(1)
  })

  it('a deletion is not done', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' } })
    expect((await bed.send('DELETE', bed.path('configmaps', 'a'), all)).status).toBe(200)
    expect((await bed.send('DELETE', bed.path('configmaps', 'a'), { body: { dryRun: ['All'] } })).status).toBe(200)
    await bed.get('configmaps', 'a')
  })

  it('a watch hears nothing of dry runs', async bed => {
    const watch = await bed.watch('secrets', { resourceVersion: version(await bed.create('secrets', { metadata: { name: 'a' } })) })
    await bed.create('secrets', { metadata: { name: 'dry' } }, all)
    await bed.patchWith('secrets', 'a', { body: { stringData: { x: '1' } }, type: 'merge', ...all })
    await bed.create('secrets', { metadata: { name: 'wet' } })
    expect(await watch.take(1)).toEqual(['ADDED wet'])
  })

  it('anything but All is refused', async bed => {
    const answer = await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a' } }, query: { dryRun: 'Some' } })
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining('dryRun: Unsupported value') } })
  })
}

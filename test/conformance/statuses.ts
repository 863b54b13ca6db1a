/** The status subresource, and scale. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, owned, version } from './bed.ts'
import { deployment } from './creating.ts'
import { define, widgetSchema, widgets } from './widgets.ts'

const widget = async (bed: Bed, more: Body = {}) => {
  const apiVersion = await widgets(bed)
  return bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { size: 1 }, ...more })
}
const status = async (bed: Bed, body: Body, query: Record<string, string> = {}) =>
  bed.send('PATCH', `${bed.path(`${await widgets(bed)}/widgets`, 'w')}/status`, { type: 'merge', body, query })

export function statuses(it: It): void {
  it('a new custom resource has no status, whatever is sent', async bed => {
    expect(await widget(bed, { status: { phase: 'Ready' } })).not.toHaveProperty('status')
  })

  it('the main resource does not change status', async bed => {
    await widget(bed)
    await status(bed, { status: { phase: 'Ready' } })
    const changed = await bed.patch(`${await widgets(bed)}/widgets`, 'w', { spec: { size: 2 }, status: { phase: 'Broken' } })
    expect(changed).toMatchObject({ spec: { size: 2 }, status: { phase: 'Ready' } })
  })

  it('the status subresource changes status alone, and makes no generation', async bed => {
    await widget(bed)
    const { body } = await status(bed, { spec: { size: 9 }, status: { phase: 'Ready' }, metadata: { labels: { l: '1' } } })
    expect(body).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' }, metadata: { generation: 1 } })
    expect(at(body, 'metadata.labels')).toBeUndefined()
  })

  it('status is validated by its part of the schema', async bed => {
    await widget(bed)
    expect(await status(bed, { status: { count: 'many' } })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('status.count') },
    })
  })

  it('fields of status are owned under its name', async bed => {
    await widget(bed)
    const { body } = await status(bed, { status: { phase: 'Ready' } }, { fieldManager: 'doctor' })
    expect(owned(body, 'doctor', { subresource: 'status' })).toEqual({ 'f:status': { '.': {}, 'f:phase': {} } })
    expect(owned(body, 'doctor')).toBeUndefined()
  })

  it('status can be applied, by a manager apart from the one of spec', async bed => {
    await widget(bed)
    const apiVersion = await widgets(bed)
    const path = `${bed.path(`${apiVersion}/widgets`, 'w')}/status`
    const apply = (phase: string, fieldManager: string) =>
      bed.send('PATCH', path, {
        type: 'apply',
        body: { apiVersion, kind: 'Widget', metadata: { name: 'w' }, status: { phase } },
        query: { fieldManager },
      })
    const { body } = await apply('Ready', 'one')
    expect(owned(body, 'one', { operation: 'Apply', subresource: 'status' })).toEqual({ 'f:status': { 'f:phase': {} } })
    expect((await apply('Broken', 'two')).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "one" with subresource "status": .status.phase',
    )
  })

  it('applying status through the main resource owns nothing of it', async bed => {
    const apiVersion = await widgets(bed)
    const object = { metadata: { name: 'w' }, spec: { size: 1 }, status: { phase: 'Ready' } }
    const { body } = await bed.apply(object, { resource: `${apiVersion}/widgets`, kind: 'Widget' })
    expect(body).not.toHaveProperty('status')
    expect(owned(body, 'one')).toEqual({ 'f:spec': { 'f:size': {} } })
  })

  it('a status without effect makes no version', async bed => {
    await widget(bed)
    const first = await status(bed, { status: { phase: 'Ready' } })
    expect(version((await status(bed, { status: { phase: 'Ready' } })).body)).toBe(version(first.body))
  })

  it('status of what is not there is not found', async bed => {
    expect(await status(bed, { status: {} })).toMatchObject({ status: 404, body: { reason: 'NotFound' } })
  })

  it('status can be read by its own path', async bed => {
    await widget(bed)
    const { body } = await bed.send('GET', `${bed.path(`${await widgets(bed)}/widgets`, 'w')}/status`)
    expect(body).toMatchObject({ kind: 'Widget', spec: { size: 1 } })
  })

  it('without the subresource, status is a field like others', async bed => {
    const apiVersion = `${await define(bed, { version: { subresources: undefined, schema: { openAPIV3Schema: widgetSchema } } })}/v1`
    const object = { apiVersion, kind: 'Widget', metadata: { name: 'w' }, status: { phase: 'Ready' } }
    expect(await bed.create(`${apiVersion}/widgets`, object)).toMatchObject({ status: { phase: 'Ready' } })
    const changed = await bed.patch(`${apiVersion}/widgets`, 'w', { status: { phase: 'Broken' } })
    expect(changed).toMatchObject({ status: { phase: 'Broken' }, metadata: { generation: 2 } })
    expect((await bed.send('GET', `${bed.path(`${apiVersion}/widgets`, 'w')}/status`)).status).toBe(404)
  })

  it('built-in kinds: status is apart from spec in the same way', async bed => {
    await bed.create('apps/v1/deployments', { ...deployment('a'), spec: { ...(deployment('a').spec as Body), paused: true, replicas: 0 } })
    const path = `${bed.path('apps/v1/deployments', 'a')}/status`
    const body = { spec: { replicas: 7 }, status: { collisionCount: 4 } }
    const answer = await bed.send('PATCH', path, { type: 'merge', body, query: { fieldManager: 'doctor' } })
    expect(answer.body).toMatchObject({ spec: { replicas: 0 }, status: { collisionCount: 4 }, metadata: { generation: 1 } })
    expect(owned(answer.body, 'doctor', { subresource: 'status' })).toEqual({ 'f:status': { 'f:collisionCount': {} } })
  })

  it('scale shows and changes the number of replicas', async bed => {
    await bed.create('apps/v1/deployments', { ...deployment('a'), spec: { ...(deployment('a').spec as Body), paused: true, replicas: 0 } })
    const path = `${bed.path('apps/v1/deployments', 'a')}/scale`
    expect((await bed.send('GET', path)).body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'a' },
      spec: {},
      status: { replicas: 0, selector: 'app=a' },
    })
    const { body } = await bed.send('PATCH', path, { type: 'merge', body: { spec: { replicas: 2 } } })
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } })
    expect(at(await bed.get('apps/v1/deployments', 'a'), 'spec.replicas')).toBe(2)
  })
}

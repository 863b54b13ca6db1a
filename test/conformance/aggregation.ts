/** APIServices: those that come with definitions, and those that lead to another server. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, place, version } from './bed.ts'
import { define, definitions } from './widgets.ts'

const apiService = (name: string) => place('apiregistration.k8s.io/v1/apiservices', { name })
const get = async (bed: Bed, name: string) => {
  const { status, body } = await bed.send('GET', apiService(name))
  if (status !== 200) throw new Error(`${name}: ${status}`)
  return body
}
const service = { namespace: 'default', name: 'nobody' }
const remote = (group: string): Body => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `v1.${group}` },
  spec: { group, version: 'v1', groupPriorityMinimum: 1500, versionPriority: 200, insecureSkipTLSVerify: true, service },
})
const register = (bed: Bed, group: string) => bed.send('POST', place('apiregistration.k8s.io/v1/apiservices'), { body: remote(group) })

export function aggregation(it: It): void {
  it('a built-in version has one, available', async bed => {
    expect(await get(bed, 'v1.apps')).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { group: 'apps', version: 'v1' },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] },
    })
  })

  it('one comes with a definition, and goes with it', async bed => {
    const group = await define(bed)
    expect(await bed.eventually(() => get(bed, `v1.${group}`))).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      spec: { group, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    })
    await bed.send('DELETE', definitions(`widgets.${group}`))
    await bed.eventually(async () => expect((await bed.send('GET', apiService(`v1.${group}`))).status).toBe(404))
  })

  it('deleted, it comes back', async bed => {
    const group = await define(bed)
    const first = await bed.eventually(() => get(bed, `v1.${group}`))
    await bed.send('DELETE', apiService(`v1.${group}`))
    await bed.eventually(async () => expect(at(await get(bed, `v1.${group}`), 'metadata.uid')).not.toBe(at(first, 'metadata.uid')))
  })

  it('changed, it is put right', async bed => {
    const group = await define(bed)
    await bed.eventually(() => get(bed, `v1.${group}`))
    const changed = await bed.send('PATCH', apiService(`v1.${group}`), { type: 'merge', body: { spec: { groupPriorityMinimum: 5 } } })
    await bed.eventually(async () => {
      const now = await get(bed, `v1.${group}`)
      expect(at(now, 'spec.groupPriorityMinimum')).toBe(1000)
      expect(version(now)).not.toBe(version(changed.body))
    })
  })

  it('one with a Service that is not there says so', async bed => {
    const group = `${bed.namespace}.remote.io`
    expect((await register(bed, group)).status).toBe(201)
    await bed.eventually(async () => {
      expect(at(await get(bed, `v1.${group}`), 'status.conditions.0')).toMatchObject({
        type: 'Available',
        status: 'False',
        reason: 'ServiceNotFound',
        message: 'service/nobody in "default" is not present',
      })
    })
    await bed.send('DELETE', apiService(`v1.${group}`))
  })

  it('requests for a version nobody serves are answered 503 in plain text', async bed => {
    const group = `${bed.namespace}.remote.io`
    await register(bed, group)
    await bed.eventually(async () =>
      expect(await bed.send('GET', `/apis/${group}/v1/things`)).toMatchObject({ status: 503, body: 'service unavailable\n' }),
    )
    expect((await bed.send('POST', `/apis/${group}/v1/namespaces/default/things`, { body: {} })).status).toBe(503)
    await bed.send('DELETE', apiService(`v1.${group}`))
    await bed.eventually(async () => expect((await bed.send('GET', `/apis/${group}/v1/things`)).status).toBe(404))
  })

  it('a group that leads elsewhere is listed, its resources are not', async bed => {
    const group = `${bed.namespace}.remote.io`
    await register(bed, group)
    await bed.eventually(async () =>
      expect((await bed.send('GET', `/apis/${group}`)).body).toMatchObject({ kind: 'APIGroup', name: group }),
    )
    await bed.eventually(async () => expect((await bed.send('GET', `/apis/${group}/v1`)).status).toBe(503))
    await bed.send('DELETE', apiService(`v1.${group}`))
  })

  it('one that somebody made himself stays when a definition of its version comes', async bed => {
    const group = `${bed.namespace}.example.com`
    await register(bed, group)
    const schema = { openAPIV3Schema: { type: 'object' } }
    const spec = {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    }
    await bed.send('POST', definitions(), { body: { metadata: { name: `widgets.${group}` }, spec } })
    await bed.eventually(async () => {
      const { body } = await bed.send('GET', definitions(`widgets.${group}`))
      expect(at(body, 'status.conditions')).toEqual(
        expect.arrayContaining([expect.objectContaining({ type: 'Established', status: 'True' })]),
      )
    })
    expect((await bed.send('GET', `/apis/${group}/v1/widgets`)).status).toBe(503)
    expect(at(await get(bed, `v1.${group}`), 'spec.service.name')).toBe('nobody')
    // Without it the definition's own takes its place, and its resources are served.
    await bed.send('DELETE', apiService(`v1.${group}`))
    await bed.eventually(async () => expect((await bed.send('GET', `/apis/${group}/v1/widgets`)).status).toBe(200))
    await bed.send('DELETE', definitions(`widgets.${group}`))
  })

  it('its name is its version and group', async bed => {
    const answer = await bed.send('POST', place('apiregistration.k8s.io/v1/apiservices'), {
      body: { ...remote('x.y'), metadata: { name: 'v2.x.y' } },
    })
    expect(answer).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('metadata.name: Invalid value: "v2.x.y": must be `spec.version+"."+spec.group`') },
    })
  })
}

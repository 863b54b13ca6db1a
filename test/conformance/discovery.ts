/** What the server says of itself. */
import { expect } from 'vitest'
import { at, type Body, type It } from './bed.ts'
import { define } from './widgets.ts'

const aggregated = (kind: string) => `application/json;g=apidiscovery.k8s.io;v=v2;as=${kind}`

export function discovery(it: It): void {
  it('the version', async bed => {
    expect((await bed.send('GET', '/version')).body).toMatchObject({ major: '1', minor: '35', gitVersion: 'v1.35.4' })
  })

  for (const path of ['/healthz', '/livez', '/readyz']) {
    it(`${path} is ok`, async bed => {
      expect(await bed.send('GET', path)).toMatchObject({ status: 200, body: 'ok' })
    })
  }

  it('the versions of the group without a name', async bed => {
    expect((await bed.send('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
  })

  it('the groups', async bed => {
    const { body } = await bed.send('GET', '/apis')
    expect(body.kind).toBe('APIGroupList')
    expect(body.groups).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'apps', preferredVersion: { groupVersion: 'apps/v1', version: 'v1' } })]),
    )
  })

  it('one group', async bed => {
    expect((await bed.send('GET', '/apis/apps')).body).toMatchObject({
      kind: 'APIGroup',
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
    })
  })

  it('the resources of a version', async bed => {
    const { body } = await bed.send('GET', '/apis/apps/v1')
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'apps/v1' })
    const resources = body.resources as Body[]
    expect(resources.find(({ name }) => name === 'deployments')).toMatchObject({
      singularName: 'deployment',
      namespaced: true,
      kind: 'Deployment',
      shortNames: ['deploy'],
      categories: ['all'],
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    })
    expect(resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    })
  })

  it('a new definition shows in discovery with its names', async bed => {
    const group = await define(bed)
    await bed.eventually(async () => {
      const { body } = await bed.send('GET', `/apis/${group}/v1`)
      expect(body).toMatchObject({
        kind: 'APIResourceList',
        groupVersion: `${group}/v1`,
        resources: [
          {
            name: 'widgets',
            singularName: 'widget',
            namespaced: true,
            kind: 'Widget',
            verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
          },
          { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs: ['get', 'patch', 'update'] },
        ],
      })
    })
    await bed.eventually(async () =>
      expect((await bed.send('GET', `/apis/${group}`)).body).toMatchObject({ kind: 'APIGroup', name: group }),
    )
  })

  it('all of it in two documents, for those who ask', async bed => {
    const { body } = await bed.send('GET', '/apis', { accept: aggregated('APIGroupDiscoveryList') })
    expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
    const apps = (body.items as Body[]).find(item => at(item, 'metadata.name') === 'apps')
    const version = at(apps, 'versions.0')
    expect(version).toMatchObject({ version: 'v1', freshness: 'Current' })
    expect((at(version, 'resources') as Body[]).find(({ resource }) => resource === 'deployments')).toMatchObject({
      responseKind: { kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
    })
    expect((await bed.send('GET', '/api', { accept: aggregated('APIGroupDiscoveryList') })).body).toMatchObject({
      kind: 'APIGroupDiscoveryList',
    })
  })

  it('an OpenAPI document of each version', async bed => {
    const { body } = await bed.send('GET', '/openapi/v3')
    expect(at(body, 'paths')).toHaveProperty(['apis/apps/v1'])
    expect(at(body, 'paths')).toHaveProperty(['api/v1'])
  })
}

import { describe, expect, test } from 'vitest'
import { seeded } from '../kube/clock.ts'
import type { Transport } from '../kube/transport.ts'
import { Sandbox } from './sandbox.ts'
import { VirtualTime } from './virtual-time.ts'

const all = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

function bed() {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const transport = sandbox.transport()
  return { time, sandbox, transport, get: getting(transport) }
}

const getting =
  (transport: Transport) =>
  async (path: string, accept = 'application/json') => {
    const { status, body, headers } = await transport.request({ method: 'GET', path, accept })
    return { status, headers, body: body as never }
  }

const widgets = (versions: string[]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.kept.io' },
  spec: {
    group: 'kept.io',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'], categories: ['all'] },
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      subresources: { status: {} },
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', description: 'What it is.' } } } },
    })),
  },
})

async function define({ time, transport }: ReturnType<typeof bed>, versions = ['v1']): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const { status, body } = await transport.request({ method: 'POST', path, body: widgets(versions) })
  expect(status, JSON.stringify(body)).toBe(201)
  await time.pass(10_000)
}

describe('what is served', () => {
  test('groups come in the order of the real server, which is that in which clients look', async () => {
    const { get } = bed()
    const { body } = await get('/apis')
    expect((body as { groups: { name: string }[] }).groups.map(({ name }) => name)).toEqual([
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'autoscaling',
      'batch',
      'certificates.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
      'storage.k8s.io',
      'admissionregistration.k8s.io',
      'apiextensions.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'node.k8s.io',
      'discovery.k8s.io',
    ])
  })

  test('a resource, and what is below it', async () => {
    const { get } = bed()
    expect((await get('/apis/apps/v1')).body).toMatchObject({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'apps/v1',
      resources: expect.arrayContaining([
        {
          name: 'deployments',
          singularName: 'deployment',
          namespaced: true,
          kind: 'Deployment',
          verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
          shortNames: ['deploy'],
          categories: ['all'],
        },
        {
          name: 'deployments/scale',
          singularName: '',
          namespaced: true,
          group: 'autoscaling',
          version: 'v1',
          kind: 'Scale',
          verbs: ['get', 'patch', 'update'],
        },
      ]),
    })
  })

  test('a definition is served with its versions, the best first', async () => {
    const here = bed()
    await define(here, ['v1beta1', 'v2', 'v1'])
    expect((await here.get('/apis/kept.io')).body).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'kept.io',
      versions: ['v2', 'v1', 'v1beta1'].map(version => ({ groupVersion: `kept.io/${version}`, version })),
      preferredVersion: { groupVersion: 'kept.io/v2', version: 'v2' },
    })
    expect((await here.get('/apis/kept.io/v2')).body).toMatchObject({
      resources: [{ name: 'widgets', shortNames: ['wd'], categories: ['all'] }, { name: 'widgets/status' }],
    })
  })

  test('what is not there, in the words of the real server', async () => {
    const { get } = bed()
    expect((await get('/apis/apps/v7')).body).toMatchObject({ message: 'the server could not find the requested resource' })
    expect((await get('/api/v2')).body).toMatchObject({ message: 'the server could not find the requested resource' })
    expect((await get('/apis/nothing.example')).body).toBe('404 page not found\n')
  })
})

describe('all at once', () => {
  test('kinds of definitions say their group, built-in ones leave it out', async () => {
    const here = bed()
    await define(here)
    const { headers, body } = await here.get('/apis', all)
    expect(headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
    const items = (body as { items: { metadata: { name: string }; versions: { resources: object[] }[] }[] }).items
    const group = (name: string) => items.find(({ metadata }) => metadata.name === name)!.versions[0]!
    expect(group('kept.io')).toMatchObject({
      version: 'v1',
      freshness: 'Current',
      resources: [
        {
          resource: 'widgets',
          responseKind: { group: 'kept.io', version: 'v1', kind: 'Widget' },
          scope: 'Namespaced',
          subresources: [{ subresource: 'status', responseKind: { group: 'kept.io', version: 'v1', kind: 'Widget' } }],
        },
      ],
    })
    expect(group('apps').resources).toContainEqual(
      expect.objectContaining({
        resource: 'deployments',
        responseKind: { group: '', version: '', kind: 'Deployment' },
        subresources: expect.arrayContaining([
          { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: ['get', 'patch', 'update'] },
        ]),
      }),
    )
  })

  test('a group whose server does not answer is stale', async () => {
    const { transport, get, time } = bed()
    const spec = { group: 'far.io', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, service: { namespace: 'a', name: 'b' } }
    await transport.request({
      method: 'POST',
      path: '/apis/apiregistration.k8s.io/v1/apiservices',
      body: { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1.far.io' }, spec },
    })
    await time.pass(10_000)
    const { body } = await get('/apis', all)
    expect((body as { items: object[] }).items).toContainEqual({
      metadata: { name: 'far.io' },
      versions: [{ version: 'v1', freshness: 'Stale' }],
    })
  })
})

describe('OpenAPI', () => {
  interface OpenApi {
    paths: Record<string, { serverRelativeURL: string; patch: { parameters: { name: string }[] } }>
    components: { schemas: Record<string, { properties: Record<string, object> }> }
  }
  const read = async ({ get }: ReturnType<typeof bed>, path: string) => (await get(path)).body as OpenApi

  test('a document for each group version, whose address changes with it', async () => {
    const here = bed()
    await define(here)
    const before = (await read(here, '/openapi/v3')).paths
    expect(before['apis/apps/v1']?.serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/)
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.kept.io'
    const properties = { spec: { type: 'object', description: 'What it was.' } }
    const patch = [{ op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema/properties', value: properties }]
    await here.transport.request({ method: 'PATCH', path, body: patch, contentType: 'application/json-patch+json' })
    await here.time.pass(10_000)
    const after = (await read(here, '/openapi/v3')).paths
    expect(after['apis/kept.io/v1']?.serverRelativeURL).not.toBe(before['apis/kept.io/v1']?.serverRelativeURL)
    expect(after['apis/apps/v1']).toEqual(before['apis/apps/v1'])
    const { components } = await read(here, '/openapi/v3/apis/kept.io/v1')
    expect(components.schemas['io.kept.v1.Widget']?.properties.spec).toEqual(properties.spec)
  })

  test('kubectl learns that the server judges unknown fields, and how lists merge', async () => {
    const { paths, components } = await read(bed(), '/openapi/v3/apis/apps/v1')
    const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']!
    expect(patch.parameters.map(({ name }) => name)).toContain('fieldValidation')
    expect(components.schemas['io.k8s.api.core.v1.PodSpec']?.properties.containers).toEqual({
      type: 'array',
      items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }] },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    })
  })

  test('every reference has its type', async () => {
    const here = bed()
    for (const path of Object.keys((await read(here, '/openapi/v3')).paths)) {
      const document = await read(here, `/openapi/v3/${path}`)
      const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
      expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(references))
    }
  })

  test('version 2 is not there, nor is what is not served', async () => {
    const { get } = bed()
    expect((await get('/openapi/v2')).status).toBe(404)
    expect((await get('/openapi/v3/apis/nothing.example/v1')).status).toBe(404)
  })
})

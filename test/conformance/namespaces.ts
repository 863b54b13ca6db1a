/** Namespaces: how they begin, and how they end with all in them. */
import { expect } from 'vitest'
import { at, type Bed, type It } from './bed.ts'
import { widgets } from './widgets.ts'

const all = '/api/v1/namespaces'
const end = (bed: Bed) => bed.send('DELETE', `${all}/${bed.namespace}`)
const ended = (bed: Bed) => bed.eventually(async () => expect((await bed.send('GET', `${all}/${bed.namespace}`)).status).toBe(404))

export function namespaces(it: It): void {
  it('a Namespace is born active, with its name as a label and a finalizer in its spec', async bed => {
    expect(await bed.home()).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': bed.namespace } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  it('the label of its name comes back when it is taken away', async bed => {
    await bed.home()
    const { body } = await bed.send('PATCH', `${all}/${bed.namespace}`, { type: 'merge', body: { metadata: { labels: null } } })
    expect(at(body, 'metadata.labels')).toEqual({ 'kubernetes.io/metadata.name': bed.namespace })
  })

  it('it is given an account and the root certificate', async bed => {
    await bed.home()
    await bed.eventually(() => bed.get('serviceaccounts', 'default'))
    await bed.eventually(async () => expect((await bed.get('configmaps', 'kube-root-ca.crt')).data).toHaveProperty(['ca.crt']))
  })

  it('the account comes back when it is deleted', async bed => {
    await bed.home()
    const first = await bed.eventually(() => bed.get('serviceaccounts', 'default'))
    await bed.remove('serviceaccounts', 'default')
    await bed.eventually(async () =>
      expect(at(await bed.get('serviceaccounts', 'default'), 'metadata.uid')).not.toBe(at(first, 'metadata.uid')),
    )
  })

  it('nothing can be made in a Namespace that is not there', async bed => {
    const answer = await bed.send('POST', '/api/v1/namespaces/not-there/configmaps', { body: { metadata: { name: 'a' } } })
    expect(answer).toMatchObject({
      status: 404,
      body: { reason: 'NotFound', message: 'namespaces "not-there" not found', details: { name: 'not-there', kind: 'namespaces' } },
    })
  })

  it('a Namespace that is not there is empty', async bed => {
    expect(await bed.send('GET', '/api/v1/namespaces/not-there/configmaps')).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('deletion marks it, and all in it goes before it does', async bed => {
    const apiVersion = await widgets(bed)
    await bed.create('configmaps', { metadata: { name: 'a' } })
    await bed.create('services', { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } })
    await bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name: 'w' } })
    const { status, body } = await end(bed)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    })
    await ended(bed)
    for (const resource of ['configmaps', 'services', `${apiVersion}/widgets`]) expect((await bed.list(resource)).items).toEqual([])
  })

  it('nothing can be made in a Namespace that is going', async bed => {
    await bed.create('configmaps', { metadata: { name: 'held', finalizers: ['a.b/c'] } })
    await end(bed)
    const answer = await bed.send('POST', bed.path('apps/v1/deployments'), { body: { metadata: { name: 'a' } } })
    expect(answer).toMatchObject({
      status: 403,
      body: {
        reason: 'Forbidden',
        message: `deployments.apps "a" is forbidden: unable to create new content in namespace ${bed.namespace} because it is being terminated`,
        details: {
          causes: [
            { reason: 'NamespaceTerminating', message: `namespace ${bed.namespace} is being terminated`, field: 'metadata.namespace' },
          ],
        },
      },
    })
    expect((await bed.apply({ metadata: { name: 'a' } })).status).toBe(403)
    await bed.patch('configmaps', 'held', { metadata: { finalizers: null } })
  })

  it('finalizers of what is in it keep it, and its status says which', async bed => {
    await bed.create('configmaps', { metadata: { name: 'held', finalizers: ['a.b/c'] } })
    await end(bed)
    await bed.eventually(async () => {
      const { body } = await bed.send('GET', `${all}/${bed.namespace}`)
      expect(at(body, 'status.conditions')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            type: 'NamespaceContentRemaining',
            status: 'True',
            message: 'Some resources are remaining: configmaps. has 1 resource instances',
          }),
          expect.objectContaining({
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message: 'Some content in the namespace has finalizers remaining: a.b/c in 1 resource instances',
          }),
        ]),
      )
    })
    expect(at(await bed.get('configmaps', 'held'), 'metadata.deletionTimestamp')).toEqual(expect.any(String))
    await bed.patch('configmaps', 'held', { metadata: { finalizers: null } })
    await ended(bed)
  })

  it('what is in a Namespace that is going can still be changed', async bed => {
    await bed.create('configmaps', { metadata: { name: 'held', finalizers: ['a.b/c'] } })
    await end(bed)
    expect(await bed.patch('configmaps', 'held', { data: { x: '1' } })).toMatchObject({ data: { x: '1' } })
    await bed.patch('configmaps', 'held', { metadata: { finalizers: null } })
  })

  for (const name of ['default', 'kube-system', 'kube-public']) {
    it(`${name} cannot be deleted`, async bed => {
      expect(await bed.send('DELETE', `${all}/${name}`)).toMatchObject({
        status: 403,
        body: { message: `namespaces "${name}" is forbidden: this namespace may not be deleted` },
      })
    })
  }
}

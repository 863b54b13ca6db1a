/** POST: what the server makes of a new object. */
import { expect } from 'vitest'
import { at, type Body, type It, uid, version } from './bed.ts'

export function creating(it: It): void {
  it('a new object gets a uid, a resourceVersion, a time and the namespace of the request', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: bed.namespace }, data: { x: '1' } })
    expect(uid(made)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(version(made)).toMatch(/^[1-9]\d*$/)
    expect(at(made, 'metadata.creationTimestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('what only the server may say of a new object is forgotten', async bed => {
    const metadata = {
      name: 'a',
      uid: 'mine',
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      generation: 7,
    }
    const made = await bed.create('apps/v1/deployments', { ...deployment('a'), metadata })
    expect(uid(made)).not.toBe('mine')
    expect(at(made, 'metadata.creationTimestamp')).not.toBe('2001-01-01T00:00:00Z')
    expect(at(made, 'metadata.deletionTimestamp')).toBeUndefined()
    expect(at(made, 'metadata.generation')).toBe(1)
  })

  it('generateName makes a name that was not there', async bed => {
    const names = await Promise.all(
      [1, 2, 3].map(async () => at(await bed.create('configmaps', { metadata: { generateName: 'gen-' } }), 'metadata.name')),
    )
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^gen-[a-z0-9]{5}$/)
  })

  it('a name goes before generateName', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'named', generateName: 'gen-' } })
    expect(made.metadata).toMatchObject({ name: 'named', generateName: 'gen-' })
  })

  it('resourceVersions grow with each write', async bed => {
    const versions = []
    for (const name of ['a', 'b', 'c']) versions.push(BigInt(version(await bed.create('configmaps', { metadata: { name } }))))
    expect(versions).toEqual([...versions].sort((a, b) => Number(a - b)))
    expect(new Set(versions).size).toBe(3)
  })

  it('an object that is there is not made again, and stays as it is', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    const again = await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a' }, data: { x: '2' } } })
    expect(again).toMatchObject({ status: 409, body: { reason: 'AlreadyExists', message: 'configmaps "a" already exists' } })
    expect(await bed.get('configmaps', 'a')).toEqual(made)
  })

  it('an object that is going is not made again, either', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', finalizers: ['a.b/c'] } })
    await bed.send('DELETE', bed.path('configmaps', 'a'))
    const { status, body } = await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a' } } })
    expect({ status, message: body.message }).toEqual({ status: 409, message: 'object is being deleted: configmaps "a" already exists' })
  })

  it('unknown fields are dropped with a warning', async bed => {
    const answer = await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a' }, oops: 1 } })
    expect(answer).toMatchObject({ status: 201, headers: { warning: '299 - "unknown field \\"oops\\""' } })
    expect(answer.body).not.toHaveProperty('oops')
  })

  it('unknown fields are refused when the client wants it strict, and silently dropped when it does not care', async bed => {
    const object = { metadata: { name: 'a' }, oops: 1 }
    const strict = await bed.send('POST', bed.path('configmaps'), { body: object, query: { fieldValidation: 'Strict' } })
    expect(strict).toMatchObject({ status: 400, body: { message: expect.stringContaining('strict decoding error: unknown field "oops"') } })
    const ignored = await bed.send('POST', bed.path('configmaps'), { body: object, query: { fieldValidation: 'Ignore' } })
    expect(ignored.status).toBe(201)
    expect(ignored.headers.warning).toBeUndefined()
  })

  it('built-in kinds are given their defaults', async bed => {
    const made = await bed.create('apps/v1/deployments', deployment('a'))
    expect(made.spec).toEqual({
      replicas: 1,
      selector: { matchLabels: { app: 'a' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { app: 'a' } },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'x:1',
              imagePullPolicy: 'IfNotPresent',
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
        },
      },
    })
    expect(made).toMatchObject({ metadata: { generation: 1 }, status: {} })
  })

  it('empty values of built-in kinds are not kept, pointers to zero are', async bed => {
    const spec = {
      ...(deployment('a').spec as Body),
      replicas: 0,
      template: pod({ hostNetwork: false, containers: [{ name: 'c', image: 'x:1', env: [], command: [] }] }),
    }
    const made = await bed.create('apps/v1/deployments', { metadata: { name: 'a', labels: {} }, spec })
    expect(at(made, 'spec.replicas')).toBe(0)
    expect(at(made, 'metadata.labels')).toBeUndefined()
    expect(at(made, 'spec.template.spec')).not.toHaveProperty('hostNetwork')
    expect(at(made, 'spec.template.spec.containers.0')).not.toHaveProperty('env')
  })

  it('stringData of a Secret becomes data, and is gone', async bed => {
    const made = await bed.create('secrets', { metadata: { name: 'a' }, stringData: { x: 'text' }, data: { y: 'eQ==' } })
    expect(made).toMatchObject({ type: 'Opaque', data: { x: 'dGV4dA==', y: 'eQ==' } })
    expect(made).not.toHaveProperty('stringData')
  })

  it('quantities of built-in kinds are written one way', async bed => {
    const template = pod({ containers: [{ name: 'c', image: 'x:1', resources: { limits: { cpu: '1000m', memory: '1024Mi' } } }] })
    const made = await bed.create('apps/v1/deployments', { metadata: { name: 'a' }, spec: { ...(deployment('a').spec as Body), template } })
    expect(at(made, 'spec.template.spec.containers.0.resources.limits')).toEqual({ cpu: '1', memory: '1Gi' })
  })

  it('the status of a new object is what the server says, not the client', async bed => {
    const made = await bed.create('apps/v1/deployments', { ...deployment('a'), status: { replicas: 5 } })
    expect(made.status).toEqual({})
  })

  it('PUT creates what some kinds do not have yet, and not others', async bed => {
    const lease = await bed.send('PUT', bed.path('coordination.k8s.io/v1/leases', 'a'), {
      body: { metadata: { name: 'a' }, spec: { holderIdentity: 'me' } },
    })
    expect(lease).toMatchObject({ status: 201, body: { spec: { holderIdentity: 'me' } } })
    const map = await bed.send('PUT', bed.path('configmaps', 'a'), { body: { metadata: { name: 'a' } } })
    expect(map).toMatchObject({ status: 404, body: { reason: 'NotFound' } })
  })

  it('an owner named twice is named once', async bed => {
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: bed.namespace, uid: uid(await bed.home()) }
    const answer = await bed.send('POST', bed.path('configmaps'), { body: { metadata: { name: 'a', ownerReferences: [owner, owner] } } })
    expect(answer).toMatchObject({ status: 201, headers: { warning: expect.stringContaining('contains duplicate entries') } })
    expect(at(answer.body, 'metadata.ownerReferences')).toEqual([owner])
  })
}

export const pod = (spec: Body): Body => ({ metadata: { labels: { app: 'a' } }, spec })
export const deployment = (name: string): Body => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: 'a' } }, template: pod({ containers: [{ name: 'c', image: 'x:1' }] }) },
})

/** PUT: an object in place of another, and what of it goes on. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, uid, version } from './bed.ts'
import { deployment, pod } from './creating.ts'

const put = (bed: Bed, resource: string, object: Body) =>
  bed.send('PUT', bed.path(resource, String(at(object, 'metadata.name'))), { body: object })

export function updating(it: It): void {
  it('an update makes a new version and keeps identity and birth', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    const { status, body } = await put(bed, 'configmaps', { metadata: { name: 'a' }, data: { x: '2' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      data: { x: '2' },
      metadata: { uid: uid(made), creationTimestamp: at(made, 'metadata.creationTimestamp') },
    })
    expect(BigInt(version(body))).toBeGreaterThan(BigInt(version(made)))
  })

  it('an update that changes nothing makes no version', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    expect((await put(bed, 'configmaps', { metadata: { name: 'a' }, data: { x: '1' } })).body).toEqual(made)
    expect((await put(bed, 'configmaps', made)).body).toEqual(made)
  })

  it('what an update leaves out is gone', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', labels: { l: '1' } }, data: { x: '1', y: '2' } })
    const { body } = await put(bed, 'configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    expect(body.data).toEqual({ x: '1' })
    expect(at(body, 'metadata.labels')).toBeUndefined()
  })

  it('an update of an older version is refused', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' } })
    await put(bed, 'configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
    const answer = await put(bed, 'configmaps', { ...made, data: { x: '2' } })
    expect(answer).toMatchObject({ status: 409, body: { reason: 'Conflict', details: { name: 'a', kind: 'configmaps' } } })
  })

  it('an update of another object with the same name is refused', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' } })
    const answer = await put(bed, 'configmaps', { metadata: { name: 'a', uid: 'another' } })
    expect(answer).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('Precondition failed: UID in precondition: another') },
    })
  })

  it('some kinds must say which version they replace', async bed => {
    const leases = 'coordination.k8s.io/v1/leases'
    const lease = { metadata: { name: 'a' }, spec: { holderIdentity: 'me' } }
    const made = await bed.create(leases, lease)
    expect(await put(bed, leases, lease)).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('metadata.resourceVersion: Invalid value: 0: must be specified for an update') },
    })
    expect((await put(bed, leases, { ...made, spec: { holderIdentity: 'you' } })).status).toBe(200)
  })

  it('generation counts changes of spec, not of labels', async bed => {
    const made = await bed.create('apps/v1/deployments', deployment('a'))
    expect(at(made, 'metadata.generation')).toBe(1)
    const labelled = await bed.patch('apps/v1/deployments', 'a', { metadata: { labels: { l: '1' } } })
    expect(at(labelled, 'metadata.generation')).toBe(1)
    const scaled = await bed.patch('apps/v1/deployments', 'a', { spec: { replicas: 3 } })
    expect(at(scaled, 'metadata.generation')).toBe(2)
    expect(at(await bed.patch('apps/v1/deployments', 'a', { spec: { replicas: 3 } }), 'metadata.generation')).toBe(2)
  })

  it('generation cannot be set', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    expect(at(await bed.patch('apps/v1/deployments', 'a', { metadata: { generation: 9 } }), 'metadata.generation')).toBe(1)
  })

  it('kinds without a spec to follow have no generation', async bed => {
    for (const [resource, object] of Object.entries({
      configmaps: { metadata: { name: 'a' } },
      services: { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } },
      serviceaccounts: { metadata: { name: 'a' } },
    })) {
      expect(at(await bed.create(resource, object), 'metadata.generation')).toBeUndefined()
    }
  })

  it('a DaemonSet counts the changes of its template in an annotation', async bed => {
    const annotation = (body: unknown) => (at(body, 'metadata.annotations') as Body)['deprecated.daemonset.template.generation']
    const spec = { selector: { matchLabels: { app: 'a' } }, template: pod({ containers: [{ name: 'c', image: 'x:1' }] }) }
    expect(annotation(await bed.create('apps/v1/daemonsets', { metadata: { name: 'a' }, spec }))).toBe('1')
    const rolled = await bed.patch('apps/v1/daemonsets', 'a', { spec: { template: pod({ containers: [{ name: 'c', image: 'x:2' }] }) } })
    expect(annotation(rolled)).toBe('2')
    const same = await bed.patch('apps/v1/daemonsets', 'a', { spec: { revisionHistoryLimit: 3 } })
    expect(annotation(same)).toBe('2')
    expect(at(same, 'metadata.generation')).toBe(3)
  })

  const immutable: [string, string, Body, Body, string][] = [
    ['the type of a Secret', 'secrets', { type: 'a/b' }, { type: 'c/d' }, 'type: Invalid value: "c/d": field is immutable'],
    [
      'the role of a RoleBinding',
      'rbac.authorization.k8s.io/v1/rolebindings',
      { roleRef: { kind: 'Role', name: 'a', apiGroup: 'rbac.authorization.k8s.io' } },
      { roleRef: { name: 'b' } },
      'cannot change roleRef',
    ],
    [
      'the selector of a Deployment',
      'apps/v1/deployments',
      deployment('a'),
      { spec: { selector: { matchLabels: { app: 'a', more: 'b' } } } },
      'spec',
    ],
    [
      'what a ConfigMap that says so holds',
      'configmaps',
      { immutable: true, data: { x: '1' } },
      { data: { x: '2' } },
      'field is immutable when `immutable` is set',
    ],
    [
      'what a Secret that says so holds',
      'secrets',
      { immutable: true, data: { x: 'MQ==' } },
      { data: { x: 'Mg==' } },
      'field is immutable when `immutable` is set',
    ],
  ]
  for (const [what, resource, object, change, words] of immutable) {
    it(`${what} cannot be changed`, async bed => {
      await bed.create(resource, { ...object, metadata: { name: 'a' } })
      const answer = await bed.send('PATCH', bed.path(resource, 'a'), { type: 'merge', body: change })
      expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid', message: expect.stringContaining(words) } })
    })
  }

  it('managers are kept when an update does not send them, and taken when it does', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, { query: { fieldManager: 'first' } })
    const metadata = { name: 'a', labels: { l: '1' } }
    const { body } = await bed.send('PUT', bed.path('configmaps', 'a'), {
      body: { metadata, data: { x: '1' } },
      query: { fieldManager: 'second' },
    })
    const names = (object: unknown) => (at(object, 'metadata.managedFields') as Body[]).map(({ manager }) => manager)
    expect(names(body)).toEqual(['first', 'second'])
    const sent = { ...body, metadata: { ...(body.metadata as Body), managedFields: at(made, 'metadata.managedFields') } }
    expect(names((await put(bed, 'configmaps', sent)).body)).toEqual(['first'])
  })
}

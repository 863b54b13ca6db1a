/** managedFields: who came to own what, by which request. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, owned } from './bed.ts'
import { deployment, pod } from './creating.ts'
import { applyWidget, widgets } from './widgets.ts'

const entries = (body: unknown) => (at(body, 'metadata.managedFields') ?? []) as Body[]
const by = (fieldManager: string) => ({ query: { fieldManager } })

export function ownership(it: It): void {
  it('a creation is recorded as an update, with version, time and form', async bed => {
    const made = await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, by('maker'))
    expect(entries(made)).toEqual([
      {
        manager: 'maker',
        operation: 'Update',
        apiVersion: 'v1',
        time: at(made, 'metadata.creationTimestamp'),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:x': {} } },
      },
    ])
  })

  it('without a field manager the program of the User-Agent is the manager', async bed => {
    const answer = await bed.send('POST', bed.path('configmaps'), {
      body: { metadata: { name: 'a' }, data: { x: '1' } },
      userAgent: 'my-tool/v2 (linux)',
    })
    expect(entries(answer.body)[0]?.manager).toBe('my-tool')
  })

  it('defaults belong to the creator by update, and to nobody by apply', async bed => {
    const made = await bed.create('apps/v1/deployments', deployment('a'), by('maker'))
    expect(owned(made, 'maker')).toEqual({
      'f:spec': {
        'f:progressDeadlineSeconds': {},
        'f:replicas': {},
        'f:revisionHistoryLimit': {},
        'f:selector': {},
        'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"c"}': {
                '.': {},
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:resources': {},
                'f:terminationMessagePath': {},
                'f:terminationMessagePolicy': {},
              },
            },
            'f:dnsPolicy': {},
            'f:restartPolicy': {},
            'f:schedulerName': {},
            'f:securityContext': {},
            'f:terminationGracePeriodSeconds': {},
          },
        },
      },
    })
    const { body } = await bed.apply({ ...deployment('b') }, { resource: 'apps/v1/deployments', kind: 'Deployment' })
    expect(owned(body, 'one')).toEqual({
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
        },
      },
    })
  })

  it('an update takes what it changes from others and leaves them the rest', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1', y: '1' } }, by('maker'))
    const changed = await bed.patchWith('configmaps', 'a', { body: { data: { x: '2' } }, type: 'merge', ...by('changer') })
    expect(owned(changed, 'maker')).toEqual({ 'f:data': { '.': {}, 'f:y': {} } })
    expect(owned(changed, 'changer')).toEqual({ 'f:data': { 'f:x': {} } })
  })

  it('an update takes from appliers, too', async bed => {
    await bed.apply({ metadata: { name: 'a' }, data: { x: '1', y: '1' } })
    const changed = await bed.patchWith('configmaps', 'a', { body: { data: { x: '2' } }, type: 'merge', ...by('one') })
    expect(owned(changed, 'one', { operation: 'Apply' })).toEqual({ 'f:data': { 'f:y': {} } })
    expect(owned(changed, 'one', { operation: 'Update' })).toEqual({ 'f:data': { 'f:x': {} } })
  })

  it('what an update removes nobody owns any more', async bed => {
    await bed.apply({ metadata: { name: 'a' }, data: { x: '1', y: '1' } })
    const changed = await bed.patchWith('configmaps', 'a', { body: { data: { x: null } }, type: 'merge', ...by('changer') })
    expect(owned(changed, 'one')).toEqual({ 'f:data': { 'f:y': {} } })
    expect(owned(changed, 'changer')).toBeUndefined()
  })

  it('updates by the same manager add up', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, by('maker'))
    const changed = await bed.patchWith('configmaps', 'a', { body: { data: { y: '1' } }, type: 'merge', ...by('maker') })
    expect(entries(changed)).toHaveLength(1)
    expect(owned(changed, 'maker')).toEqual({ 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } })
  })

  it('appliers come first, then the others by age and name', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, by('a-maker'))
    const { body } = await bed.apply({ metadata: { name: 'a' }, data: { y: '1' } }, { manager: 'z-applier' })
    expect(entries(body).map(({ manager, operation }) => [manager, operation])).toEqual([
      ['z-applier', 'Apply'],
      ['a-maker', 'Update'],
    ])
  })

  it('no more than ten updaters are remembered one by one', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, by('m00'))
    let body: Body = {}
    for (let index = 1; index < 13; index++) {
      const name = `m${String(index).padStart(2, '0')}`
      body = await bed.patchWith('configmaps', 'a', { body: { data: { [name]: '1' } }, type: 'merge', ...by(name) })
    }
    expect(entries(body)).toHaveLength(10)
    expect(Object.keys(at(owned(body, 'ancient-changes'), 'f:data') as Body)).toEqual(expect.arrayContaining(['f:x', 'f:m01']))
  })

  it('one empty entry takes all ownership away, and updates do not bring it back', async bed => {
    await bed.apply({ metadata: { name: 'a' }, data: { x: '1' } })
    expect(entries(await bed.patch('configmaps', 'a', { metadata: { managedFields: [{}] } }))).toEqual([])
    expect(entries(await bed.patch('configmaps', 'a', { data: { y: '1' } }))).toEqual([])
  })

  it('names, uids, versions, times and types are owned by nobody', async bed => {
    const { body } = await bed.apply({ metadata: { name: 'a', namespace: bed.namespace, labels: { l: '1' }, annotations: { n: '1' } } })
    expect(owned(body, 'one')).toEqual({ 'f:metadata': { 'f:annotations': { 'f:n': {} }, 'f:labels': { 'f:l': {} } } })
  })

  it('finalizers and owners are owned one by one', async bed => {
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: bed.namespace, uid: at(await bed.home(), 'metadata.uid') }
    const { body } = await bed.apply({ metadata: { name: 'a', finalizers: ['a.b/c'], ownerReferences: [owner] } })
    expect(owned(body, 'one')).toEqual({
      'f:metadata': {
        'f:finalizers': { 'v:"a.b/c"': {} },
        'f:ownerReferences': { [`k:${JSON.stringify({ uid: owner.uid })}`]: {} },
      },
    })
    await bed.patch('configmaps', 'a', { metadata: { finalizers: null } })
  })

  it('a key that was left out is recorded with its default', async bed => {
    const { body } = await bed.apply(
      { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } },
      { resource: 'services', kind: 'Service' },
    )
    expect(owned(body, 'one')).toEqual({ 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } } })
  })

  it('custom resources: everything sent, and what defaults came with it', async bed => {
    const apiVersion = await widgets(bed)
    const made = await bed.create(
      `${apiVersion}/widgets`,
      { apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { tags: ['a'], inner: {} } },
      by('maker'),
    )
    expect(owned(made, 'maker')).toEqual({
      'f:spec': { '.': {}, 'f:inner': { '.': {}, 'f:x': {} }, 'f:size': {}, 'f:tags': { '.': {}, 'v:"a"': {} } },
    })
  })

  it('custom resources: an applier owns what it says', async bed => {
    const { body } = await applyWidget(bed, {
      parts: [{ name: 'p', value: 'v' }],
      tags: ['a', 'b'],
      words: ['w'],
      pair: { a: '1' },
      labels: { l: '1' },
      free: { x: { y: 1 }, list: [1] },
      amount: 5,
    })
    expect(owned(body, 'one')).toEqual({
      'f:spec': {
        'f:amount': {},
        'f:free': { 'f:list': {}, 'f:x': { '.': {}, 'f:y': {} } },
        'f:labels': { 'f:l': {} },
        'f:pair': {},
        'f:parts': { 'k:{"name":"p","port":80}': { '.': {}, 'f:name': {}, 'f:value': {} } },
        'f:tags': { 'v:"a"': {}, 'v:"b"': {} },
        'f:words': {},
      },
    })
  })

  it('removing a container by apply removes it whole, and leaves what others added to the rest', async bed => {
    const of = (containers: Body[]): Body => ({
      metadata: { name: 'a' },
      spec: { ...(deployment('a').spec as Body), template: pod({ containers }) },
    })
    const target = { resource: 'apps/v1/deployments', kind: 'Deployment' }
    await bed.apply(
      of([
        { name: 'c', image: 'x:1' },
        { name: 'd', image: 'y:1' },
      ]),
      target,
    )
    await addEnv(bed)
    const { body } = await bed.apply(of([{ name: 'c', image: 'x:2' }]), target)
    expect(at(body, 'spec.template.spec.containers')).toMatchObject([{ name: 'c', image: 'x:2', env: [{ name: 'E', value: '1' }] }])
  })
}

const addEnv = (bed: Bed) =>
  bed.patchWith('apps/v1/deployments', 'a', {
    body: { spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'E', value: '1' }] }] } } } },
    type: 'strategic',
  })

/** Garbage collection: what becomes of objects whose owners go. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, uid } from './bed.ts'
import { widgets } from './widgets.ts'

const ownerOf = (object: Body, more: Body = {}): Body => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: at(object, 'metadata.name'),
  uid: uid(object),
  ...more,
})
const map = (bed: Bed, name: string, metadata: Body = {}) => bed.create('configmaps', { metadata: { name, ...metadata } })
const ownedBy = (bed: Bed, name: string, ...owners: Body[]) => map(bed, name, { ownerReferences: owners })
const owners = async (bed: Bed, name: string) => (at(await bed.get('configmaps', name), 'metadata.ownerReferences') ?? []) as Body[]

export function garbage(it: It): void {
  it('dependents go with their owner', async bed => {
    await ownedBy(bed, 'child', ownerOf(await map(bed, 'owner')))
    await bed.remove('configmaps', 'owner')
    await bed.gone('configmaps', 'child')
  })

  it('dependents of dependents go, too', async bed => {
    const child = await ownedBy(bed, 'child', ownerOf(await map(bed, 'owner')))
    await ownedBy(bed, 'grandchild', ownerOf(child))
    await bed.remove('configmaps', 'owner')
    await bed.gone('configmaps', 'grandchild')
  })

  it('what has another owner stays, and forgets the one that went', async bed => {
    const [one, two] = [await map(bed, 'one'), await map(bed, 'two')]
    await ownedBy(bed, 'child', ownerOf(one), ownerOf(two))
    await bed.remove('configmaps', 'one')
    await bed.eventually(async () => expect((await owners(bed, 'child')).map(({ name }) => name)).toEqual(['two']))
    await bed.remove('configmaps', 'two')
    await bed.gone('configmaps', 'child')
  })

  it('an owner with a wrong uid is no owner: the object goes', async bed => {
    const owner = await map(bed, 'owner')
    await ownedBy(bed, 'child', { ...ownerOf(owner), uid: 'b0b0b0b0-0000-4000-8000-000000000000' })
    await bed.gone('configmaps', 'child')
    await bed.get('configmaps', 'owner')
  })

  it('an owner that never was is as good as gone', async bed => {
    await ownedBy(bed, 'child', { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: 'b0b0b0b0-0000-4000-8000-000000000000' })
    await bed.gone('configmaps', 'child')
  })

  it('an object that is given a wrong owner later goes, too', async bed => {
    await map(bed, 'child')
    const wrong = { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: 'b0b0b0b0-0000-4000-8000-000000000000' }
    await bed.patch('configmaps', 'child', { metadata: { ownerReferences: [wrong] } })
    await bed.gone('configmaps', 'child')
  })

  it('orphaning leaves dependents without the owner', async bed => {
    await ownedBy(bed, 'child', ownerOf(await map(bed, 'owner')))
    // The collector knows of a dependent only after it has heard of it.
    await ownedBy(bed, 'marker', { ...ownerOf(await map(bed, 'other')), uid: 'b0b0b0b0-0000-4000-8000-000000000000' })
    await bed.gone('configmaps', 'marker')
    await bed.remove('configmaps', 'owner', { propagationPolicy: 'Orphan' })
    await bed.gone('configmaps', 'owner')
    expect(await owners(bed, 'child')).toEqual([])
  })

  it('in the foreground, the owner waits for dependents that block it', async bed => {
    await map(bed, 'owner')
    const owner = ownerOf(await bed.get('configmaps', 'owner'), { blockOwnerDeletion: true })
    await map(bed, 'child', { ownerReferences: [owner], finalizers: ['a.b/c'] })
    await bed.remove('configmaps', 'owner', { propagationPolicy: 'Foreground' })
    await bed.eventually(async () =>
      expect(at(await bed.get('configmaps', 'child'), 'metadata.deletionTimestamp')).toEqual(expect.any(String)),
    )
    expect(at(await bed.get('configmaps', 'owner'), 'metadata.finalizers')).toEqual(['foregroundDeletion'])
    await bed.patch('configmaps', 'child', { metadata: { finalizers: null } })
    await bed.gone('configmaps', 'owner')
  })

  it('a dependent with a finalizer is marked and waits', async bed => {
    const owner = await map(bed, 'owner')
    await map(bed, 'child', { ownerReferences: [ownerOf(owner)], finalizers: ['a.b/c'] })
    await bed.remove('configmaps', 'owner')
    await bed.eventually(async () =>
      expect(at(await bed.get('configmaps', 'child'), 'metadata.deletionTimestamp')).toEqual(expect.any(String)),
    )
    await bed.patch('configmaps', 'child', { metadata: { finalizers: null } })
    await bed.gone('configmaps', 'child')
  })

  it('custom resources own and are owned', async bed => {
    const apiVersion = await widgets(bed)
    const widget = await bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name: 'w' } })
    await map(bed, 'child', { ownerReferences: [{ apiVersion, kind: 'Widget', name: 'w', uid: uid(widget) }] })
    await bed.remove(`${apiVersion}/widgets`, 'w')
    await bed.gone('configmaps', 'child')
  })

  it('what is cluster-scoped can own what is in namespaces', async bed => {
    const path = '/apis/scheduling.k8s.io/v1/priorityclasses'
    const { body } = await bed.send('POST', path, { body: { metadata: { name: bed.namespace }, value: 1 } })
    const owner = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: bed.namespace, uid: uid(body) }
    await map(bed, 'child', { ownerReferences: [owner] })
    await bed.send('DELETE', `${path}/${bed.namespace}`)
    await bed.gone('configmaps', 'child')
  })
}

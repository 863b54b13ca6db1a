/** Label and field selectors. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It } from './bed.ts'
import { define, widgetSchema } from './widgets.ts'

const labelled: Record<string, Body> = { a: { app: 'x', tier: 'front' }, b: { app: 'y', tier: 'back' }, c: { app: 'x', n: '5' }, d: {} }
const selected = async (bed: Bed, resource: string, query: Record<string, string>) =>
  (await bed.list(resource, query)).items.map(item => at(item, 'metadata.name'))

export function selecting(it: It): void {
  const byLabels: [string, string[]][] = [
    ['app=x', ['a', 'c']],
    ['app==x', ['a', 'c']],
    ['app!=x', ['b', 'd']],
    ['app', ['a', 'b', 'c']],
    ['!app', ['d']],
    ['app in (x,y),tier', ['a', 'b']],
    ['app notin (x)', ['b', 'd']],
    ['app=x,tier=front', ['a']],
    ['app=x,!tier', ['c']],
    ['n>4', ['c']],
    ['n<5', []],
    ['app = x , tier in ( front )', ['a']],
  ]
  it('labels select', async bed => {
    for (const [name, labels] of Object.entries(labelled)) await bed.create('secrets', { metadata: { name, labels } })
    for (const [labelSelector, names] of byLabels)
      expect([labelSelector, await selected(bed, 'secrets', { labelSelector })]).toEqual([labelSelector, names])
  })

  const wrong = ['a b', 'a in x', '-a', 'a===b', 'a=-']
  for (const labelSelector of wrong) {
    it(`"${labelSelector}" is no label selector`, async bed => {
      const answer = await bed.send('GET', bed.path('configmaps'), { query: { labelSelector } })
      expect(answer).toMatchObject({
        status: 400,
        body: { reason: 'BadRequest', message: expect.stringContaining('unable to parse requirement') },
      })
    })
  }

  it('fields select by name', async bed => {
    for (const name of ['a', 'b']) await bed.create('secrets', { metadata: { name } })
    expect(await selected(bed, 'secrets', { fieldSelector: 'metadata.name=a' })).toEqual(['a'])
    expect(await selected(bed, 'secrets', { fieldSelector: 'metadata.name!=a' })).toEqual(['b'])
    expect(await selected(bed, 'secrets', { fieldSelector: `metadata.namespace=${bed.namespace},metadata.name==b` })).toEqual(['b'])
  })

  it('some kinds can be selected by more', async bed => {
    await bed.create('secrets', { metadata: { name: 'a' }, type: 'x/y' })
    await bed.create('secrets', { metadata: { name: 'b' } })
    expect(await selected(bed, 'secrets', { fieldSelector: 'type=x/y' })).toEqual(['a'])
    await bed.create('services', { metadata: { name: 'a' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } })
    await bed.create('services', { metadata: { name: 'b' }, spec: { type: 'ExternalName', externalName: 'x.y' } })
    expect(await selected(bed, 'services', { fieldSelector: 'spec.clusterIP=None' })).toEqual(['a'])
    expect(await selected(bed, 'services', { fieldSelector: 'spec.type=ExternalName' })).toEqual(['b'])
  })

  it('a kind that has no such field says which it has', async bed => {
    const answer = await bed.send('GET', bed.path('configmaps'), { query: { fieldSelector: 'data.x=1' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { message: '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"' },
    })
    const pods = await bed.send('GET', bed.path('pods'), { query: { fieldSelector: 'spec.foo=1' } })
    expect(pods).toMatchObject({ status: 400, body: { message: 'field label not supported: spec.foo' } })
  })

  it('a field selector without a sign is none', async bed => {
    const answer = await bed.send('GET', bed.path('configmaps'), { query: { fieldSelector: 'bad' } })
    expect(answer).toMatchObject({ status: 400, body: { message: "invalid selector: 'bad'; can't understand 'bad'" } })
  })

  it('custom resources can be selected by fields of their definition', async bed => {
    const version = {
      schema: { openAPIV3Schema: widgetSchema },
      selectableFields: [{ jsonPath: '.spec.mode' }],
    }
    const apiVersion = `${await define(bed, { version })}/v1`
    for (const [name, mode] of [
      ['a', 'Auto'],
      ['b', 'Manual'],
      ['c', 'Auto'],
    ]) {
      await bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name }, spec: { mode } })
    }
    expect(await selected(bed, `${apiVersion}/widgets`, { fieldSelector: 'spec.mode=Auto' })).toEqual(['a', 'c'])
    const answer = await bed.send('GET', bed.path(`${apiVersion}/widgets`), { query: { fieldSelector: 'spec.size=1' } })
    expect(answer).toMatchObject({ status: 400, body: { message: 'field label not supported: spec.size' } })
  })
}

/** GET of collections: order, form, pages, versions. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, place, version } from './bed.ts'
import { define, widgets } from './widgets.ts'

const mine = { labelSelector: 'mine' }
const names = ({ items }: { items: Body[] }) => items.map(item => at(item, 'metadata.name'))
const maps = async (bed: Bed, ...all: string[]) => {
  const made: Body[] = []
  for (const name of all) made.push(await bed.create('configmaps', { metadata: { name, labels: { mine: '' } } }))
  return made
}

export function listing(it: It): void {
  it('lists are in order of the alphabet', async bed => {
    await maps(bed, 'c', 'a', 'b-1', 'b', 'b.1')
    expect(names(await bed.list('configmaps', mine))).toEqual(['a', 'b', 'b-1', 'b.1', 'c'])
  })

  it('items of built-in kinds do not say what they are, those of custom resources do', async bed => {
    await maps(bed, 'a')
    const list = await bed.list('configmaps', mine)
    expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' })
    expect(list.items[0]).not.toHaveProperty('kind')
    const apiVersion = await widgets(bed)
    await bed.create(`${apiVersion}/widgets`, { apiVersion, kind: 'Widget', metadata: { name: 'w' } })
    expect(await bed.list(`${apiVersion}/widgets`)).toMatchObject({
      kind: 'WidgetList',
      apiVersion,
      metadata: { continue: '' },
      items: [{ apiVersion, kind: 'Widget' }],
    })
  })

  it('an empty list is a list', async bed => {
    await bed.home()
    expect(await bed.list('secrets')).toMatchObject({ kind: 'SecretList', items: [] })
  })

  it('whoever asks for what is to go is told so', async bed => {
    await bed.home()
    const { headers } = await bed.send('GET', bed.path('endpoints'))
    expect(headers.warning).toBe('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"')
    const group = await define(bed, { version: { deprecated: true } })
    expect((await bed.send('GET', bed.path(`${group}/v1/widgets`))).headers.warning).toBe(`299 - "${group}/v1 Widget is deprecated"`)
  })

  it('a list across all Namespaces has those of each', async bed => {
    await maps(bed, 'a')
    const { body } = await bed.send('GET', '/api/v1/configmaps', {
      query: { fieldSelector: `metadata.namespace=${bed.namespace}`, ...mine },
    })
    expect(names(body as { items: Body[] })).toEqual(['a'])
  })

  it('the version of a list is at least that of all in it', async bed => {
    const [made] = await maps(bed, 'a')
    expect(BigInt(version(await bed.list('configmaps', mine)))).toBeGreaterThanOrEqual(BigInt(version(made)))
  })

  it('pages follow each other by continue, and say how much is left', async bed => {
    await maps(bed, 'a', 'b', 'c', 'd', 'e')
    const first = await bed.list('configmaps', { limit: '2', fieldSelector: 'metadata.name!=kube-root-ca.crt' })
    expect(names(first)).toEqual(['a', 'b'])
    const second = await bed.list('configmaps', {
      limit: '2',
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
      continue: String(first.metadata.continue),
    })
    expect(names(second)).toEqual(['c', 'd'])
    const third = await bed.list('configmaps', {
      limit: '2',
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
      continue: String(second.metadata.continue),
    })
    expect(names(third)).toEqual(['e'])
    expect(third.metadata.continue ?? '').toBe('')
  })

  it('remainingItemCount is said when nothing is selected, and not otherwise', async bed => {
    for (const name of ['a', 'b', 'c']) await bed.create('secrets', { metadata: { name, labels: { mine: '' } } })
    expect((await bed.list('secrets', { limit: '1' })).metadata.remainingItemCount).toBe(2)
    expect((await bed.list('secrets', { limit: '1', ...mine })).metadata.remainingItemCount).toBeUndefined()
  })

  it('pages show one state, whatever happens in between', async bed => {
    for (const name of ['a', 'b', 'c']) await bed.create('secrets', { metadata: { name } })
    const first = await bed.list('secrets', { limit: '1' })
    await bed.remove('secrets', 'b')
    await bed.create('secrets', { metadata: { name: 'bb' } })
    const rest = await bed.list('secrets', { limit: '5', continue: String(first.metadata.continue) })
    expect(names(rest)).toEqual(['b', 'c'])
    expect(version(rest)).toBe(version(first))
  })

  it('a page asked for too late is gone, but can be gone on with', async bed => {
    for (const name of ['a', 'b', 'c']) await bed.create('secrets', { metadata: { name } })
    const first = await bed.list('secrets', { limit: '1' })
    await bed.create('secrets', { metadata: { name: 'd' } })
    const answer = await bed.eventually(async () => {
      bed.forget()
      const late = await bed.send('GET', bed.path('secrets'), { query: { limit: '5', continue: String(first.metadata.continue) } })
      expect(late.status).toBe(410)
      return late
    })
    expect(answer.body).toMatchObject({ reason: 'Expired', message: expect.stringContaining('The provided continue parameter is too old') })
    const rest = await bed.list('secrets', { continue: String(at(answer.body, 'metadata.continue')) })
    expect(names(rest)).toEqual(['b', 'c', 'd'])
  })

  it('a list can be asked for as it was', async bed => {
    const [made] = await maps(bed, 'a')
    await maps(bed, 'b')
    expect(names(await bed.list('configmaps', { ...mine, resourceVersion: version(made), resourceVersionMatch: 'Exact' }))).toEqual(['a'])
    expect(names(await bed.list('configmaps', { ...mine, resourceVersion: version(made), resourceVersionMatch: 'NotOlderThan' }))).toEqual([
      'a',
      'b',
    ])
  })

  it('a limit with a version means that version', async bed => {
    const made = await bed.create('secrets', { metadata: { name: 'a' } })
    await bed.create('secrets', { metadata: { name: 'b' } })
    const list = await bed.list('secrets', { limit: '5', resourceVersion: version(made) })
    expect(names(list)).toEqual(['a'])
    expect(version(list)).toBe(version(made))
  })

  it('a version that is yet to come is too large', async bed => {
    const answer = await bed.send('GET', bed.path('configmaps'), { query: { resourceVersion: '999999999' } })
    expect(answer).toMatchObject({
      status: 504,
      headers: { 'retry-after': '1' },
      body: {
        reason: 'Timeout',
        message: expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/),
        details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
      },
    })
  })

  it('metadata can be had alone', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', labels: { mine: '' } }, data: { x: '1' } })
    const one = await bed.send('GET', bed.path('configmaps', 'a'), {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    })
    expect(one.body).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } })
    expect(one.body).not.toHaveProperty('data')
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
    const { body } = await bed.send('GET', bed.path('configmaps'), { accept, query: mine })
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }] })
  })

  it('people get tables', async bed => {
    await bed.create('configmaps', { metadata: { name: 'a', labels: { mine: '' } }, data: { x: '1' } })
    const { body } = await bed.send('GET', bed.path('configmaps'), { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1', query: mine })
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })
    expect((body.columnDefinitions as Body[]).map(({ name }) => name)).toEqual(['Name', 'Data', 'Age'])
    expect((body.rows as Body[]).map(({ cells }) => (cells as unknown[]).slice(0, 2))).toEqual([['a', 1]])
  })

  const wrong: [string, Record<string, string>, number, string][] = [
    ['a limit that is no number', { limit: 'x' }, 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['a version that is no number', { resourceVersion: 'x' }, 400, 'invalid resource version'],
    ["a continue token of one's own", { continue: 'x' }, 400, 'continue key is not valid'],
    [
      'a match without a version',
      { resourceVersionMatch: 'Exact' },
      422,
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    ['a match nobody knows', { resourceVersionMatch: 'About', resourceVersion: '1' }, 422, 'Unsupported value: "About"'],
    ['exactly version 0', { resourceVersionMatch: 'Exact', resourceVersion: '0' }, 422, 'is forbidden for resourceVersion "0"'],
    ['initial events without a watch', { sendInitialEvents: 'true' }, 422, 'sendInitialEvents is forbidden for list'],
  ]
  for (const [what, query, status, words] of wrong) {
    it(`${what} is refused`, async bed => {
      const answer = await bed.send('GET', place('configmaps'), { query })
      expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(words) } })
    })
  }
}

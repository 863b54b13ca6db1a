import { expect, test } from 'vitest'
import { bed, configMap } from '../../test/applying.ts'
import { ConfigMap } from './kinds.ts'

const ours = configMap({ a: 'ours' })
const theirs = configMap({ a: 'theirs' })

test('what came while nothing was thought to be there is not written over, whether that is known yet or not', async () => {
  for (const known of [false, true]) {
    const { applier, clientOf, settle, live } = await bed(ConfigMap)
    await clientOf('kubectl').create(theirs)
    if (known) await settle()
    expect(await applier.apply(ours, { over: '' })).toMatchObject({ wrote: false, outdated: true })
    expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: 'theirs' } })
  }
})

test('what has changed since it was read is not written over, and what was read is', async () => {
  const { applier, clientOf, settle, live } = await bed(ConfigMap)
  const { object, wrote } = await applier.apply(ours, { over: '' })
  expect(wrote).toBe('created')
  const over = object.metadata.resourceVersion!
  await clientOf('kubectl').apply(theirs, { force: true })
  expect(await applier.apply(configMap({ a: 'ours again' }), { over })).toMatchObject({ wrote: false, outdated: true })
  await settle()
  expect(await live(ConfigMap, 'x')).toMatchObject({ data: { a: 'theirs' } })
  const { metadata } = (await live(ConfigMap, 'x'))!
  expect(await applier.apply(ours, { over: metadata.resourceVersion! })).toMatchObject({ wrote: 'changed' })
})

test('what has gone since it was read is not made anew', async () => {
  const { applier, writes } = await bed(ConfigMap)
  expect(await applier.apply(ours, { over: '7' })).toMatchObject({ wrote: false, outdated: true })
  expect(writes()).toEqual([])
})

test('what is as wanted is fine, whatever was read', async () => {
  const { applier, writes } = await bed(ConfigMap)
  await applier.apply(ours, { over: '' })
  const { outdated } = await applier.apply(ours, { over: '' })
  expect([outdated, writes()]).toEqual([undefined, ['POST configmaps']])
})

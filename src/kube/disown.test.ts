import { expect, test } from 'vitest'
import { bed, manager, object } from '../../test/applying.ts'
import { Secret } from './kinds.ts'
import { refOf } from './objects.ts'

const data = (text: string) => ({ 'tls.crt': text, 'tls.key': text })
const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'Namespace', name: 'default', uid })
const ours = object(
  Secret,
  { data: data('b3Vycw==') },
  { labels: { ours: 'x', both: 'x' }, annotations: { ours: 'x' }, ownerReferences: [owner('1')] },
)

test.each(['apply', 'update'] as const)(
  'what somebody else put into a Secret of ours, made by %s, stays, and nothing else of it is ours',
  async how => {
    const { applier, clientOf, settle, live } = await bed(Secret)
    if (how === 'apply') await applier.apply(ours)
    else await clientOf('operator').create(ours)
    await clientOf('kubectl').mergePatch(refOf(ours), { metadata: { labels: { both: 'y', theirs: 'y' } }, data: data('dGhlaXJz') })
    await settle()
    expect(await applier.release(refOf(ours), 'all of ours')).toBe(true)
    const { metadata, ...rest } = (await live(Secret, 'x')) as Secret
    expect(rest.data).toEqual(data('dGhlaXJz'))
    expect(metadata.labels).toEqual({ both: 'y', theirs: 'y' })
    expect([metadata.annotations, metadata.ownerReferences]).toEqual([undefined, undefined])
    expect(metadata.managedFields?.map(each => each.manager)).toEqual(['kubectl'])
    expect(await applier.release(refOf(ours), 'all of ours')).toBe(false)
  },
)

test('an owner that somebody else set stays', async () => {
  const { applier, clientOf, settle, live } = await bed(Secret)
  await applier.apply(ours)
  await clientOf('kubectl').mergePatch(refOf(ours), { metadata: { ownerReferences: [owner('1'), owner('2')] }, data: data('dGhlaXJz') })
  await settle()
  await applier.release(refOf(ours), 'all of ours')
  expect((await live(Secret, 'x')).metadata.ownerReferences).toEqual([owner('2')])
})

test('what nobody else has set anything of is not given up', async () => {
  const { applier, live } = await bed(Secret)
  await applier.apply(ours)
  expect(await applier.release(refOf(ours), 'all of ours')).toBe(false)
  expect((await live(Secret, 'x')).metadata.managedFields?.[0]?.manager).toBe(manager)
})

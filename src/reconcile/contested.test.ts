/** What becomes of objects that somebody else writes too. */
import { describe, expect, test } from 'vitest'
import { configMap, enacting, refTo } from '../../test/simulation/loop-machine.ts'

describe('what somebody else does to an object', () => {
  test('is put right within a second, with one write', async () => {
    const { it, bed } = await enacting({ objects: [configMap('a', { x: '1' }), configMap('b')] })
    const since = bed.clock.now()
    await bed.changes(refTo('a'), { data: { x: 'drift' } })
    await bed.deletes(refTo('b'))
    await bed.time.pass(1_000)
    expect(it.writes(since).toSorted()).toEqual(['write ConfigMap a', 'write ConfigMap b'])
    expect((await bed.live(refTo('a')))?.data).toEqual({ x: '1' })
  })

  test('again and again is noticed, left to them for a while, and told with who it is', async () => {
    const { it, bed } = await enacting({ objects: [configMap('a', { x: '1' }), configMap('b')] })
    const stubborn = async () => {
      await bed.changes(refTo('a'), { data: { x: 'mine' } })
      await bed.time.pass(1_000)
    }
    for (let n = 0; n < 20; n++) await stubborn()
    expect(it.writes().filter(each => each === 'write ConfigMap a').length).toBeLessThanOrEqual(7)
    expect(it.said('one')).toEqual([
      expect.stringMatching(
        /^ConfigMap calico-system\/a data.*field manager kubectl has changed it back .*\. Let only one of both write the field/,
      ),
    ])
    // What is not fought over is kept all the same.
    await bed.deletes(refTo('b'))
    await bed.time.pass(1_000)
    expect(await bed.live(refTo('b'))).toBeDefined()
    // When the other one has given up it is put right once more.
    await bed.time.pass(1_200_000)
    expect((await bed.live(refTo('a')))?.data).toEqual({ x: '1' })
    expect(it.said('one')).toEqual([])
  })

  test('does not matter for what is only to be there', async () => {
    const { it, bed } = await enacting({ objects: [{ object: configMap('a', { x: 'ours' }), createOnly: true }] })
    await bed.changes(refTo('a'), { data: { x: 'theirs' } })
    await bed.time.pass(1_000)
    expect(it.writes()).toEqual(['create ConfigMap a'])
    expect((await bed.live(refTo('a')))?.data).toEqual({ x: 'theirs' })
  })

  test('does not matter where only a part is ours, but there it does', async () => {
    const { bed } = await enacting({
      objects: [{ object: configMap('a', { ours: '1' }), part: true, defaults: { data: { theirs: 'default' } } }],
    })
    expect((await bed.live(refTo('a')))?.data).toEqual({ ours: '1', theirs: 'default' })
    await bed.changes(refTo('a'), { data: { ours: '2', theirs: 'mine', more: 'mine' } })
    await bed.time.pass(1_000)
    expect((await bed.live(refTo('a')))?.data).toEqual({ ours: '1', theirs: 'mine', more: 'mine' })
    await bed.changes(refTo('a'), { data: { theirs: null } })
    await bed.time.pass(1_000)
    expect((await bed.live(refTo('a')))?.data).toEqual({ ours: '1', theirs: 'default', more: 'mine' })
  })
})

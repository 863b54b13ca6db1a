import { describe, expect, test } from 'vitest'
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { IPPool } from '../kinds.ts'
import { ipPool } from '../testdata/asked.ts'
import { names, network, ours, pools, standard } from '../testdata/pools.ts'
import { foundPool } from './convert.ts'
import { poolChanges } from './ownership.ts'

describe('what becomes of the pools that are there', () => {
  const changes = (listed: Pool[] | undefined, ...found: IPPool[]) => {
    const decision = pools(network(listed), { pools: found })
    const { apply, remove, problems, foreign } = poolChanges(decision.pools, found.map(foundPool))
    return { apply: names(apply), remove, problems: problems.map(({ message }) => message), ...(foreign.length > 0 && { foreign }) }
  }

  test('one that is missing is made', () => {
    expect(changes([{ cidr: '10.0.0.0/16' }])).toEqual({ apply: ['default-ipv4-ippool'], remove: [], problems: [] })
  })

  test('one of the operator that is not listed any more goes, one of somebody else stays', () => {
    expect(changes([], ours('a', standard), ipPool('b', { cidr: '10.0.0.0/16' }))).toEqual({ apply: [], remove: ['a'], problems: [] })
  })

  test('one that already is what is listed becomes the operator’s, also without encapsulation', () => {
    const bare: Pool = { cidr: '10.0.0.0/16', encapsulation: 'None', natOutgoing: 'Disabled' }
    expect(changes([bare], ipPool('mine', { cidr: '10.0.0.0/16' }))).toEqual({ apply: ['mine'], remove: [], problems: [] })
    const listed: Pool = {
      name: 'default-ipv4-ippool',
      cidr: '192.168.0.0/16',
      encapsulation: 'IPIP',
      natOutgoing: 'Enabled',
      blockSize: 26,
    }
    expect(changes([listed], ipPool('default-ipv4-ippool', standard))).toMatchObject({ apply: ['default-ipv4-ippool'], problems: [] })
  })

  test('one of somebody else that is otherwise is left alone, and what differs is told without being a problem', () => {
    expect(
      changes([{ cidr: '10.0.0.0/16', encapsulation: 'VXLAN', natOutgoing: 'Enabled' }], ipPool('mine', { cidr: '10.0.0.0/16' })),
    ).toEqual({
      apply: [],
      remove: [],
      problems: [],
      foreign: [
        expect.stringMatching(
          /^Cannot update an IP pool not owned by the operator: of mine \(10\.0\.0\.0\/16\) encapsulation is None, not VXLAN; natOutgoing is Disabled, not Enabled\./,
        ),
      ],
    })
  })

  test('the name of a pool and the range of a name never change', () => {
    expect(changes([{ name: 'b', cidr: '192.168.0.0/16' }], ours('a', standard)).problems).toEqual([
      'IP pool 192.168.0.0/16 is to be called b, and is called a; the name of a pool never changes',
    ])
    expect(changes([{ name: 'a', cidr: '10.0.0.0/16' }], ipPool('a', standard)).problems).toEqual([
      'IP pool a is to have 10.0.0.0/16, and has 192.168.0.0/16; the range of a pool never changes',
    ])
  })

  test('a name or a range is free again when the pool that has it is gone, and not before', () => {
    expect(changes([{ name: 'a', cidr: '10.0.0.0/16' }], ours('a', standard))).toEqual({ apply: [], remove: ['a'], problems: [] })
    expect(changes([{ name: 'a', cidr: '10.0.0.0/16' }])).toEqual({ apply: ['a'], remove: [], problems: [] })
  })

  test('one that overlaps a pool that stays is not made', () => {
    expect(changes([{ cidr: '10.0.0.0/8' }], ipPool('mine', { cidr: '10.48.0.0/16' })).problems).toEqual([
      'IP pool default-ipv4-ippool (10.0.0.0/8) overlaps mine (10.48.0.0/16), which is in the cluster',
    ])
    expect(changes([{ cidr: '192.168.0.0/20', name: 'b' }], ours('a', standard))).toEqual({ apply: [], remove: ['a'], problems: [] })
  })

  test('where pools are no concern none is touched', () => {
    expect(poolChanges(undefined, [foundPool(ours('a', standard))])).toEqual({ apply: [], remove: [], problems: [], foreign: [] })
  })
})

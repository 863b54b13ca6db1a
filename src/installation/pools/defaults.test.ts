import { describe, expect, test } from 'vitest'
import type { InstallationSpec, IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { IPPool } from '../kinds.ts'
import { ipPool } from '../testdata/asked.ts'
import { messages, names, network, ours, pools, standard } from '../testdata/pools.ts'

describe('the name of a pool without one', () => {
  const named = (cidrs: string[], found: IPPool[] = []) => names(pools(network(cidrs.map(cidr => ({ cidr }))), { pools: found }).pools)

  test.each([
    ['is the known one when it is the only pool', ['10.0.0.0/24'], ['default-ipv4-ippool']],
    ['is the known one of its family', ['fd00::/64'], ['default-ipv6-ippool']],
    ['is the known one for two pools of two families', ['fd00::/64', '10.0.0.0/24'], ['default-ipv6-ippool', 'default-ipv4-ippool']],
    ['follows from the range for two pools of one family', ['10.0.0.0/24', '10.0.1.0/24'], ['10.0.0.0-24', '10.0.1.0-24']],
    [
      'follows from the range, written out, for more than two',
      ['10.0.0.0/24', 'fe80::/64', '10.1.2.3/16'],
      ['10.0.0.0-24', 'fe80.0000.0000.0000.0000.0000.0000.0000-64', '10.1.0.0-16'],
    ],
  ])('%s', (_, cidrs, result) => {
    expect(named(cidrs)).toEqual(result)
  })

  test('is that of the pool that is there, also when its range is spelled otherwise', () => {
    expect(named(['fd00:0::/64', '10.0.0.0/24'], [ipPool('mine', { cidr: 'fd00::/64' })])).toEqual(['mine', 'default-ipv4-ippool'])
  })
})

describe('what a pool of a list has beyond what is said', () => {
  const first = (pool: Pool, found: IPPool[] = [], more: InstallationSpec = {}) =>
    pools({ ...more, ...network([pool]) }, { pools: found }).pools?.[0]

  test('is left to the user where the user says it', () => {
    const said: Pool = {
      name: 'a',
      cidr: '10.0.0.0/16',
      encapsulation: 'VXLAN',
      natOutgoing: 'Disabled',
      nodeSelector: "zone == 'a'",
      blockSize: 28,
      disableBGPExport: true,
      disableNewAllocations: true,
      allowedUses: ['Tunnel'],
      assignmentMode: 'Manual',
    }
    expect(first(said, [ours('a', standard)])).toEqual(said)
  })

  test('is IPIP for IPv4, and no encapsulation for IPv6 and for the plugins of others', () => {
    expect(first({ cidr: '10.0.0.0/16' })?.encapsulation).toBe('IPIP')
    expect(first({ cidr: 'fd00::/64' })?.encapsulation).toBe('None')
    expect(first({ cidr: '10.0.0.0/16' }, [], { cni: { type: 'AmazonVPC' } })?.encapsulation).toBe('None')
  })

  test('is nothing that load balancers could do with, so they are refused without a word about encapsulation', () => {
    expect(messages(network([{ cidr: '10.0.0.0/16', name: 'a', allowedUses: ['LoadBalancer'] }]))).toEqual([
      'spec.calicoNetwork.ipPools[0].encapsulation: IP pool a is for load balancers and has the encapsulation IPIP',
    ])
  })

  test('is, for a pool of the operator, what cannot be changed, and that somebody closed it', () => {
    const live = ours('a', { ...standard, blockSize: 24, disabled: true, natOutgoing: false })
    expect(first({ cidr: '192.168.0.0/16' }, [live])).toMatchObject({ blockSize: 24, disableNewAllocations: true, natOutgoing: 'Enabled' })
    expect(first({ cidr: '192.168.0.0/16', disableNewAllocations: false }, [live])).toMatchObject({ disableNewAllocations: false })
  })

  test('is the default for a pool of somebody else, whatever that has: only one that is alike becomes the operator’s', () => {
    const live = ipPool('theirs', { cidr: '192.168.0.0/16', natOutgoing: false, blockSize: 24, assignmentMode: 'Manual' })
    expect(first({ cidr: '192.168.0.0/16' }, [live])).toMatchObject({ name: 'theirs', natOutgoing: 'Enabled', blockSize: 26 })
  })
})

import { describe, expect, test } from 'vitest'
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import { ipPool, resolving } from '../testdata/asked.ts'
import { kubeadm, messages, network } from '../testdata/pools.ts'

describe('a list is refused', () => {
  const path = 'spec.calicoNetwork.ipPools'

  test.each<[string, Pool[], string[]]>([
    [
      'with a range that is none',
      [{ cidr: '10.48.0.300/16' }],
      [`${path}[0].cidr: IP pool CIDR (10.48.0.300/16) is invalid: invalid CIDR address: 10.48.0.300/16`],
    ],
    [
      'with one range twice, however it is spelled',
      [
        { cidr: 'fd00::/64', name: 'a', encapsulation: 'None' },
        { cidr: 'fd00:0::/64', name: 'b', encapsulation: 'None' },
      ],
      [`${path}[1].cidr: IP pool fd00:0::/64 is specified more than once`],
    ],
    [
      'with ranges that overlap',
      [
        { cidr: '10.0.0.0/8', name: 'a' },
        { cidr: '10.48.0.0/16', name: 'b' },
      ],
      [`${path}[1].cidr: IP pool 10.48.0.0/16 overlaps 10.0.0.0/8`],
    ],
    [
      'with one name twice',
      [
        { cidr: '10.0.0.0/16', name: 'a' },
        { cidr: '10.1.0.0/16', name: 'a' },
      ],
      [`${path}[1].name: IP pool a is specified more than once`],
    ],
    [
      'with blocks that are too large',
      [{ cidr: '10.0.0.0/16', blockSize: 19 }],
      [`${path}[0].blockSize: IPv4 pool block size must be greater than 19 and less than or equal to 32, and is 19`],
    ],
    [
      'with blocks that are too small for IPv6',
      [{ cidr: 'fd00::/64', blockSize: 26 }],
      [
        `${path}[0].blockSize: IPv6 pool block size must be greater than 115 and less than or equal to 128, and is 26`,
        `${path}[0].cidr: IP pool size is too small. It must be equal to or greater than the block size: fd00::/64 has no block of /26`,
      ],
    ],
    [
      'with a pool smaller than its blocks',
      [{ cidr: '10.0.0.0/28' }],
      [`${path}[0].cidr: IP pool size is too small. It must be equal to or greater than the block size: 10.0.0.0/28 has no block of /26`],
    ],
    [
      'with load balancers and anything else',
      [
        {
          name: 'a',
          cidr: '10.0.0.0/16',
          allowedUses: ['LoadBalancer', 'Workload'],
          nodeSelector: 'has(x)',
          encapsulation: 'IPIP',
          disableBGPExport: true,
        },
      ],
      [
        `${path}[0].allowedUses: IP pool a AllowedUse LoadBalancer cannot be used with Workload/Tunnel`,
        `${path}[0].nodeSelector: IP pool a is for load balancers and has the node selector has(x)`,
        `${path}[0].encapsulation: IP pool a is for load balancers and has the encapsulation IPIP`,
        `${path}[0].disableBGPExport: IP pool a is for load balancers and is not exported by BGP`,
      ],
    ],
    [
      'with words that nobody knows',
      [{ name: 'a', cidr: '10.0.0.0/16', allowedUses: ['Play'], assignmentMode: 'Never' }],
      [`${path}[0].allowedUses: Play is no use of addresses`, `${path}[0].assignmentMode: Never is no way to give out addresses`],
    ],
  ])('%s', (_, list, problems) => {
    expect(messages(network(list))).toEqual(problems)
  })

  test('with node selectors that the plugin of another does not heed', () => {
    const spec = { cni: { type: 'AmazonVPC' as const }, ...network([{ cidr: '10.0.0.0/16', name: 'a', nodeSelector: 'has(x)' }]) }
    expect(messages(spec)).toEqual([`${path}[0].nodeSelector: IP pool a has the node selector has(x), which only Calico CNI heeds`])
  })

  test('with a range that the platform did not give to pods, but only while there is no pool', () => {
    const list = network([{ cidr: '10.42.1.0/24' }, { cidr: '10.43.0.0/16', name: 'b' }])
    expect(messages(list, kubeadm('10.42.0.0/16'))).toEqual([
      `${path}[1].cidr: IPPool 10.43.0.0/16 is not within the platform's configured pod network CIDR(s) 10.42.0.0/16`,
    ])
    expect(messages(list, kubeadm())).toHaveLength(2)
    expect(messages(list, { ...kubeadm('10.42.0.0/16'), pools: [ipPool('x', { cidr: '10.1.0.0/16' })] })).toEqual([])
  })

  test('without holding up what does not depend on pools', () => {
    expect('calico' in resolving(network([{ cidr: 'nonsense' }]))).toBe(true)
  })
})

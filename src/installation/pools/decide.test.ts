import { describe, expect, test } from 'vitest'
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import type { Facts } from '../facts.ts'
import type { IPPool } from '../kinds.ts'
import { ipPool } from '../testdata/asked.ts'
import { kubeadm, messages, names, network, ours, pools, standard } from '../testdata/pools.ts'
import { foundPool } from './convert.ts'
import { poolChanges } from './ownership.ts'

describe('without a list and without pools', () => {
  test('there is the one that everybody knows', () => {
    expect(pools({}).pools).toEqual([
      {
        name: 'default-ipv4-ippool',
        cidr: '192.168.0.0/16',
        encapsulation: 'IPIP',
        natOutgoing: 'Enabled',
        nodeSelector: 'all()',
        blockSize: 26,
        disableBGPExport: false,
        disableNewAllocations: false,
        allowedUses: ['Workload', 'Tunnel'],
        assignmentMode: 'Automatic',
      },
    ])
  })

  test('there is one for each range of the platform, the first of each family with the known name', () => {
    const list = pools({}, kubeadm('10.42.0.0/16', 'fd00:42::/48', '10.43.0.0/16')).pools
    expect(names(list)).toEqual(['default-ipv4-ippool', 'default-ipv6-ippool', '10.43.0.0-16'])
    expect(list?.[1]).toMatchObject({ encapsulation: 'None', natOutgoing: 'Disabled', blockSize: 122 })
  })

  test('ranges of the platform that are none are left aside', () => {
    expect(pools({}, kubeadm('10.42.0.0', '10.43.0.0/16')).pools?.map(({ cidr }) => cidr)).toEqual(['10.43.0.0/16'])
  })

  test('a platform that should name a range and does not is a problem, also for pools that are listed', () => {
    const silent = {
      podCidrs: {
        from: 'ConfigMap kube-system/kubeadm-config',
        cidrs: [],
        missing: 'kubeadm configuration is missing required podSubnet field',
      },
    }
    const problem = 'spec.calicoNetwork.ipPools: error filling IP pool defaults: kubeadm configuration is missing required podSubnet field'
    expect(messages({}, silent)).toEqual([problem])
    expect(messages(network([{ cidr: '10.0.0.0/16' }]), silent)).toEqual([problem])
    expect(messages(network([{ cidr: '10.0.0.0/16' }]), { ...silent, pools: [ipPool('mine', { cidr: '10.1.0.0/16' })] })).toEqual([])
  })

  test('there is none with the IPAM of another', () => {
    expect(pools({ cni: { type: 'AmazonVPC' } }, kubeadm('10.42.0.0/16')).pools).toBeUndefined()
    expect(pools({ cni: { type: 'Calico', ipam: { type: 'HostLocal' } } }).pools).toBeUndefined()
  })

  test('there is IPIP also without BGP, where Felix makes the routes', () => {
    const byFelix = pools({ calicoNetwork: { bgp: 'Disabled', clusterRoutingMode: 'Felix' } })
    expect(byFelix.pools?.[0]?.encapsulation).toBe('IPIP')
  })
})

describe('without a list, where there are pools', () => {
  const both = [ours('default-ipv4-ippool', standard), ours('default-ipv6-ippool', { cidr: 'fd00:42::/48', blockSize: 122 })]
  const list = (found: IPPool[], recorded?: Pool[], facts: Partial<Facts> = {}) => pools({}, { pools: found, ...facts }, recorded).pools

  test('those of the operator stay as they are, and none is taken away', () => {
    const changed = ours('default-ipv4-ippool', { ...standard, ipipMode: 'Never', vxlanMode: 'Always', disabled: true })
    const decided = list([changed])
    expect(decided).toMatchObject([{ name: 'default-ipv4-ippool', encapsulation: 'VXLAN', disableNewAllocations: true }])
    expect(poolChanges(decided, [changed].map(foundPool)).remove).toEqual([])
  })

  test('one that somebody has changed becomes again as it was decided, but is not opened when it was closed', () => {
    const recorded = [{ name: 'default-ipv4-ippool', cidr: '192.168.0.0/16', encapsulation: 'IPIP' as const, disableNewAllocations: false }]
    const changed = ours('default-ipv4-ippool', { ...standard, ipipMode: 'Never', vxlanMode: 'Always', natOutgoing: false, disabled: true })
    expect(list([changed], recorded)).toMatchObject([{ encapsulation: 'IPIP', natOutgoing: 'Enabled', disableNewAllocations: true }])
  })

  test('those of others are left alone', () => {
    const decided = list([ipPool('mine', { cidr: '10.0.0.0/16' })])
    expect(decided).toEqual([])
    expect(poolChanges(decided, [foundPool(ipPool('mine', { cidr: '10.0.0.0/16' }))])).toMatchObject({
      apply: [],
      remove: [],
      problems: [],
    })
  })

  test('none is a concern once pods get their addresses from another plugin, and none is taken away', () => {
    const recorded = [{ name: 'default-ipv4-ippool', cidr: '192.168.0.0/16', encapsulation: 'IPIP' as const }]
    const elsewhere = pools({ cni: { type: 'AmazonVPC' } }, { pools: both }, recorded)
    expect(elsewhere).toEqual({ problems: [] })
    expect(poolChanges(elsewhere.pools, both.map(foundPool))).toMatchObject({ apply: [], remove: [], problems: [] })
  })

  test('the order is that of the record, whatever they are called', () => {
    const recorded = [
      { name: 'default-ipv6-ippool', cidr: 'fd00:42::/48' },
      { name: 'default-ipv4-ippool', cidr: '192.168.0.0/16' },
    ]
    expect(names(list(both, recorded))).toEqual(['default-ipv6-ippool', 'default-ipv4-ippool'])
  })

  test('what was recorded and is gone comes back', () => {
    expect(names(list([], [{ name: 'first', cidr: '10.1.0.0/16' }]))).toEqual(['first'])
    expect(
      names(
        list(
          [both[0]!],
          [
            { name: 'default-ipv4-ippool', cidr: '192.168.0.0/16' },
            { name: 'second', cidr: '10.1.0.0/16' },
          ],
        ),
      ),
    ).toEqual(['default-ipv4-ippool', 'second'])
  })

  test('a decision that was interrupted before it was recorded is finished', () => {
    const platform = kubeadm('192.168.0.0/16', 'fd00:42::/48')
    expect(names(list([both[0]!], undefined, platform))).toEqual(['default-ipv4-ippool', 'default-ipv6-ippool'])
    // With a pool in the cluster that was never decided, nothing was interrupted.
    expect(names(list([both[0]!, ours('other', { cidr: '10.1.0.0/16' })], undefined, platform))).toEqual(['default-ipv4-ippool', 'other'])
  })

  test('one whose label was taken away is no longer the operator’s', () => {
    expect(list([ipPool('default-ipv4-ippool', standard)], [{ name: 'default-ipv4-ippool', cidr: '192.168.0.0/16' }])).toEqual([])
  })
})

import { expect, test } from 'vitest'
import type { ManagementClusterConnectionSpec } from '../../api/managementclusterconnection.ts'
import { connectionFaults } from './guardian.ts'

const faults = (spec?: ManagementClusterConnectionSpec) =>
  connectionFaults({
    apiVersion: 'operator.tigera.io/v1',
    kind: 'ManagementClusterConnection',
    metadata: { name: 'tigera-secure' },
    ...(spec && { spec }),
  }).map(({ reason, path }) => [reason, path])

test('a connection says nothing that only the other product can do, and all of it is told', () => {
  expect(faults({ managementClusterAddr: 'mgmt:9449', impersonation: {}, tls: { ca: 'Public' } })).toEqual([
    ['ResourceValidationError', 'spec.impersonation'],
    ['InvalidConfigurationError', 'spec.tls.ca'],
  ])
  expect(faults({ managementClusterAddr: 'mgmt:9449', tls: { ca: 'Tigera' } })).toEqual([])
})

test.each([undefined, '', 'mgmt', 'mgmt:', 'mgmt:0', 'mgmt:99999', 'https://mgmt:9449', 'fd00::1:9449', 'mgmt:9449/path'])(
  '%s is no address',
  address => {
    expect(faults(address === undefined ? undefined : { managementClusterAddr: address })).toEqual([
      ['InvalidConfigurationError', 'spec.managementClusterAddr'],
    ])
  },
)

test.each(['10.0.0.1:9449', '[fd00::1]:9449', 'mgmt.example.com:443'])('%s is one', managementClusterAddr => {
  expect(faults({ managementClusterAddr })).toEqual([])
})

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
  expect(faults({ impersonation: {}, tls: { ca: 'Public' } })).toEqual([
    ['ResourceValidationError', 'spec.impersonation'],
    ['InvalidConfigurationError', 'spec.tls.ca'],
  ])
  expect(faults({ managementClusterAddr: 'mgmt:9449', tls: { ca: 'Tigera' } })).toEqual([])
  expect(faults()).toEqual([])
})

/** What a ManagementClusterConnection may say where the open-source product runs. Never talks to the cluster (spec/goldmane-whisker-guardian.md §5.2). */
import type { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'

/** Everything in it that only the other product can do. */
export function connectionFaults(connection: ManagementClusterConnection): Problem[] {
  const { impersonation, tls, managementClusterAddr: address = '' } = connection.spec ?? {}
  const object = refOf(connection)
  const faults: (Problem | false)[] = [
    !isAddress(address) && {
      reason: 'InvalidConfigurationError',
      message: `${JSON.stringify(address)} is no address of a managing cluster`,
      object,
      path: 'spec.managementClusterAddr',
      remedy: 'Write host and port, as management.example.com:9449',
    },
    impersonation !== undefined && {
      reason: 'ResourceValidationError',
      message: 'Guardian of Calico acts as itself, and as nobody else',
      object,
      path: 'spec.impersonation',
      remedy: 'Remove the field',
    },
    tls?.ca === 'Public' && {
      reason: 'InvalidConfigurationError',
      message: 'Guardian CA cannot be public in Calico.',
      object,
      path: 'spec.tls.ca',
      remedy: 'Write Tigera, or leave it out',
    },
  ]
  return faults.filter(fault => fault !== false)
}

/** A host that needs no brackets, or an IPv6 address in them, and a port. */
function isAddress(text: string): boolean {
  const [, port] = /^(?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(text) ?? []
  return Number(port) >= 1 && Number(port) <= 65535
}

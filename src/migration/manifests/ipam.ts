/** Where the manifest takes pods' addresses from, and whether it routes by BGP (spec/namespace-migration.md §A.3.9, points 2 and 3). Pure. */

import type { InstallationSpec } from '../../../api/installation.ts'
import { isMap } from '../../kube/objects.ts'
import type { CniIpam } from './cni-config.ts'
import type { Examination } from './examination.ts'

type Backend = 'bird' | 'vxlan' | 'none'
type Ipam = 'Calico' | 'HostLocal'

/** What goes together, and whether it is with BGP. */
const together: Readonly<Record<Ipam, Partial<Record<Backend, 'Enabled' | 'Disabled'>>>> = {
  Calico: { bird: 'Enabled', vxlan: 'Disabled' },
  HostLocal: { bird: 'Enabled', none: 'Disabled' },
}
const types: Readonly<Record<string, Ipam>> = { 'calico-ipam': 'Calico', 'host-local': 'HostLocal' }

export function ipam(seen: Examination): InstallationSpec {
  const found = seen.cni.calico!.ipam
  const type = types[found.type ?? '']
  const backend = backendOf(seen)
  if (!type) {
    const message = `the IPAM plugin ${JSON.stringify(found.type)} is not known here`
    seen.refuse({ path: seen.cniPath, message, remedy: `Use one of ${Object.keys(types).join(', ')}` })
    return {}
  }
  const faults = type === 'Calico' ? faultsOfCalico(found) : faultsOfHostLocal(found)
  for (const message of faults) seen.refuse({ path: seen.cniPath, message: `ipam: ${message}`, remedy: 'Remove it' })
  const bgp = backend && together[type][backend]
  if (backend && !bgp) {
    const message = `${backendVariable} is ${backend}, which does not go with the IPAM plugin ${found.type}`
    seen.refuse({ path: seen.pathOf(backendVariable), message, remedy: `Set it to ${Object.keys(together[type]).join(' or ')}` })
  }
  return { cni: { type: 'Calico', ipam: { type } }, ...(bgp && { calicoNetwork: { bgp } }) }
}

const backendVariable = 'CALICO_NETWORKING_BACKEND'

function backendOf(seen: Examination): Backend | undefined {
  const value = seen.value(backendVariable) || 'bird'
  if (value === 'bird' || value === 'vxlan' || value === 'none') return value
  const message = `${backendVariable} is ${JSON.stringify(value)}, which is not known here`
  seen.refuse({ path: seen.pathOf(backendVariable), message, remedy: 'Set it to bird, vxlan or none' })
  return undefined
}

/** Pools are chosen by the pools themselves. */
const faultsOfCalico = (found: CniIpam): string[] =>
  ['subnet', 'ipv4_pools', 'ipv6_pools'].filter(field => isGiven(found[field])).map(field => `${field} is not taken over`)

const fields = ['type', 'name', 'ranges', 'subnet', 'rangeStart', 'rangeEnd', 'gateway', 'routes', 'dataDir', 'resolvConf']
const fieldsOfRange = ['subnet', 'rangeStart', 'rangeEnd', 'gateway']
const ofNode = ['usePodCidr', 'usePodCidrIPv6']

/** Pods get addresses of the range of their node, and of nothing else. */
function faultsOfHostLocal(found: CniIpam): string[] {
  const sets = Array.isArray(found.ranges) ? (found.ranges as unknown[]) : []
  const ranges = sets.flatMap(set => (Array.isArray(set) ? (set as unknown[]) : [set]))
  return [
    ...Object.keys(found).flatMap(field => (fields.includes(field) ? [] : [`${field} is not known here`])),
    ...['rangeStart', 'rangeEnd', 'gateway', 'routes', 'dataDir', 'resolvConf'].flatMap(field =>
      isGiven(found[field]) ? [`${field} is not taken over`] : [],
    ),
    ...faultOfSubnet(found.subnet, 'subnet'),
    ...(sets.length > 2 ? ['there are more than two sets of ranges'] : []),
    ...(sets.some(set => Array.isArray(set) && set.length > 1) ? ['a set has more than one range'] : []),
    ...ranges.flatMap(range => (isMap(range) ? faultsOfRange(range) : ['a range is none'])),
  ]
}

const faultsOfRange = (range: Record<string, unknown>): string[] => [
  ...Object.keys(range).flatMap(field => (fieldsOfRange.includes(field) ? [] : [`ranges: ${field} is not known here`])),
  ...['rangeStart', 'rangeEnd', 'gateway'].flatMap(field => (isGiven(range[field]) ? [`ranges: ${field} is not taken over`] : [])),
  ...faultOfSubnet(range.subnet, 'ranges: subnet'),
]

const faultOfSubnet = (subnet: unknown, where: string): string[] =>
  !isGiven(subnet) || ofNode.includes(String(subnet))
    ? []
    : [`${where} is ${JSON.stringify(subnet)}, and only ${ofNode.join(' or ')} can be taken over`]

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)

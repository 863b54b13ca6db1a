/** Sets of addresses that policies select by label: in a namespace, and for the whole cluster. */
import { resource } from '../resource.ts'
import { type Of, obj, req } from '../schema.ts'
import { nets, v3 } from './group.ts'

const spec = obj({ nets })

export const NetworkSet = resource({
  ...v3,
  kind: 'NetworkSet',
  plural: 'networksets',
  scope: 'Namespaced',
  description: 'Addresses that policies of its namespace select by its labels.',
  spec: req(spec),
})
export interface NetworkSet extends Of<typeof NetworkSet> {}

export const GlobalNetworkSet = resource({
  ...v3,
  kind: 'GlobalNetworkSet',
  plural: 'globalnetworksets',
  shortNames: ['gns'],
  scope: 'Cluster',
  description: 'Addresses that any policy selects by its labels.',
  spec: req(spec),
  subresources: {},
  columns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
})
export interface GlobalNetworkSet extends Of<typeof GlobalNetworkSet> {}

/** ClusterInformation: what Calico says about itself, written by calico-node; and whether the datastore may be used. */
import { resource } from '../resource.ts'
import { bool, type Of, obj, req, str } from '../schema.ts'
import { v3 } from './group.ts'

const spec = obj({ clusterGUID: str(), clusterType: str(), calicoVersion: str(), datastoreReady: bool(), variant: str() })

export const ClusterInformation = resource({
  ...v3,
  kind: 'ClusterInformation',
  plural: 'clusterinformations',
  shortNames: ['clusterinfo', 'clusterinfos'],
  scope: 'Cluster',
  description: 'The version of Calico, and whether its datastore may be used.',
  spec: req(spec),
  subresources: {},
  columns: [
    { name: 'Version', type: 'string', jsonPath: '.spec.calicoVersion' },
    { name: 'Ready', type: 'boolean', jsonPath: '.spec.datastoreReady' },
    { name: 'Types', type: 'string', jsonPath: '.spec.clusterType' },
  ],
})
export interface ClusterInformation extends Of<typeof ClusterInformation> {}
export interface ClusterInformationSpec extends Of<typeof spec> {}

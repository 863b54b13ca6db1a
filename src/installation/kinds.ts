/**
 * Kinds that are one thing here and lie in different places: Calico's own, in the group of the mode the cluster is in, and those of OpenShift, of which little is known.
 * Holds no logic (spec/installation-controller.md §1.3).
 */
import * as v1 from '../../api/v1/kinds.ts'
import type { BGPConfigurationSpec } from '../../api/v3/bgp-configuration.ts'
import type { ClusterInformationSpec } from '../../api/v3/cluster-information.ts'
import type { FelixConfigurationSpec } from '../../api/v3/felix-configuration.ts'
import * as v3 from '../../api/v3/index.ts'
import type { IPPoolSpec } from '../../api/v3/ip-pool.ts'
import type { KubeControllersConfigurationSpec } from '../../api/v3/kube-controllers-configuration.ts'
import type { Kind, KubeObject } from '../kube/objects.ts'

interface Of<Spec> extends KubeObject {
  spec?: Spec
}

export interface IPPool extends Of<IPPoolSpec> {}
export interface FelixConfiguration extends Of<FelixConfigurationSpec> {}
export interface BGPConfiguration extends Of<BGPConfigurationSpec> {}
export interface KubeControllersConfiguration extends Of<KubeControllersConfigurationSpec> {}
export interface ClusterInformation extends Of<ClusterInformationSpec> {}

export interface CalicoKinds {
  readonly ipPool: Kind<IPPool>
  readonly felix: Kind<FelixConfiguration>
  readonly bgp: Kind<BGPConfiguration>
  readonly kubeControllers: Kind<KubeControllersConfiguration>
  readonly clusterInformation: Kind<ClusterInformation>
}

const kinds = (of: typeof v1 | typeof v3): CalicoKinds => ({
  ipPool: of.IPPool,
  felix: of.FelixConfiguration,
  bgp: of.BGPConfiguration,
  kubeControllers: of.KubeControllersConfiguration,
  clusterInformation: of.ClusterInformation,
})

/** In projectcalico.org/v3 where that is what CRDs are of, else in crd.projectcalico.org/v1. */
export const calicoKinds = (inV3: boolean): CalicoKinds => (inV3 ? kinds(v3) : kinds(v1))

/** The API server's aggregated view keeps what a user wrote of metadata in this annotation of the older group. */
const keptMetadata = 'projectcalico.org/metadata'

/** Labels and annotations as users of projectcalico.org/v3 see them. An annotation that is no JSON says nothing. */
export function metadataOf({ metadata }: KubeObject): { labels: Record<string, string>; annotations: Record<string, string> } {
  const kept = parsed(metadata.annotations?.[keptMetadata])
  return { labels: { ...metadata.labels, ...kept.labels }, annotations: { ...metadata.annotations, ...kept.annotations } }
}

function parsed(text: string | undefined): { labels?: Record<string, string>; annotations?: Record<string, string> } {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

interface OpenShiftNetworkSpec {
  clusterNetwork?: { cidr: string; hostPrefix?: number }[]
  serviceNetwork?: string[]
  networkType?: string
}
/** Its kind has no path of its own for status. */
export interface OpenShiftNetwork extends Of<OpenShiftNetworkSpec> {
  status?: OpenShiftNetworkSpec & { clusterNetworkMTU?: number }
}
export const OpenShiftNetwork: Kind<OpenShiftNetwork> = {
  apiVersion: 'config.openshift.io/v1',
  kind: 'Network',
  plural: 'networks',
  namespaced: false,
}

/** Where the cluster runs. */
export interface OpenShiftInfrastructure extends KubeObject {
  status?: { platform?: string; platformStatus?: { type?: string }; controlPlaneTopology?: string }
}
export const OpenShiftInfrastructure: Kind<OpenShiftInfrastructure> = {
  apiVersion: 'config.openshift.io/v1',
  kind: 'Infrastructure',
  plural: 'infrastructures',
  namespaced: false,
}

/** Its presence is what tells OpenShift from other clusters. */
export const OpenShiftClusterVersion: Kind = {
  apiVersion: 'config.openshift.io/v1',
  kind: 'ClusterVersion',
  plural: 'clusterversions',
  namespaced: false,
}

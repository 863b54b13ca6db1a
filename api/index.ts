/** Every custom resource, by who owns it. A list, and which of them a cluster needs. */
import { APIServer } from './apiserver.ts'
import { ClusterNetworkPolicy } from './cluster-network-policy.ts'
import { DatastoreMigration } from './datastore-migration.ts'
import { GatewayAPI } from './gatewayapi.ts'
import { Goldmane } from './goldmane.ts'
import { ImageSet } from './imageset.ts'
import { Installation } from './installation.ts'
import { Istio } from './istio.ts'
import { ManagementClusterConnection } from './managementclusterconnection.ts'
import type { AnyResource, CustomResourceDefinition } from './resource.ts'
import { TigeraStatus } from './tigerastatus.ts'
import * as v1 from './v1/kinds.ts'
import * as v3 from './v3/index.ts'
import { Whisker } from './whisker.ts'

/** operator.tigera.io/v1: what a user asks for. */
export const operatorKinds: readonly AnyResource[] = [
  APIServer,
  GatewayAPI,
  Goldmane,
  ImageSet,
  Installation,
  Istio,
  ManagementClusterConnection,
  TigeraStatus,
  Whisker,
]

/** projectcalico.org/v3: Calico's data, in a cluster that keeps them in CRDs of this group. */
export const v3Kinds: readonly AnyResource[] = [
  v3.BGPConfiguration,
  v3.BGPFilter,
  v3.BGPPeer,
  v3.BlockAffinity,
  v3.CalicoNodeStatus,
  v3.ClusterInformation,
  v3.FelixConfiguration,
  v3.GlobalNetworkPolicy,
  v3.GlobalNetworkSet,
  v3.HostEndpoint,
  v3.IPAMBlock,
  v3.IPAMConfiguration,
  v3.IPAMHandle,
  v3.IPPool,
  v3.IPReservation,
  v3.KubeControllersConfiguration,
  v3.NetworkPolicy,
  v3.NetworkSet,
  v3.StagedGlobalNetworkPolicy,
  v3.StagedKubernetesNetworkPolicy,
  v3.StagedNetworkPolicy,
  v3.Tier,
]

/** crd.projectcalico.org/v1: the same data, in a cluster that keeps them behind an aggregated API server. */
export const v1Kinds: readonly AnyResource[] = [
  v1.BGPConfiguration,
  v1.BGPFilter,
  v1.BGPPeer,
  v1.BlockAffinity,
  v1.CalicoNodeStatus,
  v1.ClusterInformation,
  v1.FelixConfiguration,
  v1.GlobalNetworkPolicy,
  v1.GlobalNetworkSet,
  v1.HostEndpoint,
  v1.IPAMBlock,
  v1.IPAMConfig,
  v1.IPAMHandle,
  v1.IPPool,
  v1.IPReservation,
  v1.KubeControllersConfiguration,
  v1.NetworkPolicy,
  v1.NetworkSet,
  v1.StagedGlobalNetworkPolicy,
  v1.StagedKubernetesNetworkPolicy,
  v1.StagedNetworkPolicy,
  v1.Tier,
]

/** policy.networking.k8s.io: policies that Calico enforces and Kubernetes defines. */
export const policyKinds: readonly AnyResource[] = [ClusterNetworkPolicy]

/** migration.projectcalico.org: applied by whoever moves a cluster from v1 to v3, and by nobody else. */
export const migrationKinds: readonly AnyResource[] = [DatastoreMigration]

export const allKinds: readonly AnyResource[] = [...operatorKinds, ...v3Kinds, ...v1Kinds, ...policyKinds, ...migrationKinds]

/** The group in which a cluster keeps Calico's data. */
export type Mode = 'v1' | 'v3'

/** The CRDs that an operator installs in a cluster of this mode, slim (spec/installation-controller.md §8.1). */
export const crds = (mode: Mode): CustomResourceDefinition[] => installedKinds(mode).map(kind => kind.crd())

/** Their names, without making them. */
export const crdNames = (mode: Mode): string[] => installedKinds(mode).map(({ definition: { plural, group } }) => `${plural}.${group}`)

const installedKinds = (mode: Mode): readonly AnyResource[] => [...operatorKinds, ...(mode === 'v3' ? v3Kinds : v1Kinds), ...policyKinds]

/**
 * What was asked, and what was found in the cluster before anything is decided: the shapes of both, below everything that judges them. Reads nothing; that is read.ts.
 */

import type { ImageSet } from '../../api/imageset.ts'
import { Installation, type InstallationSpec } from '../../api/installation.ts'
import type { ConfigMap, DaemonSet, Deployment, EndpointSlice, PodDNSConfig, Secret, Service } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Endpoint, OperatorIdentity } from './calico.ts'
import type { CniType } from './cni.ts'
import type { Imported } from './imported.ts'
import type { BGPConfiguration, FelixConfiguration, IPPool, KubeControllersConfiguration } from './kinds.ts'
import type { NodeFacts } from './nodes.ts'
import { overlaid } from './overlay.ts'
import type { Detected } from './provider-detection.ts'
import type { ProviderName } from './providers.ts'
import { understoodSpec } from './understood.ts'

/** What was asked: the Installation named default, and the one named overlay where there is one. */
export interface Asked {
  readonly base: Installation
  readonly overlay?: Installation
  /** What neither's schema knows, and which is left out of both. */
  readonly unclear?: readonly Problem[]
  /** From an installation by manifest; part of the base's spec as it stands here. */
  readonly imported?: Imported
}

/** Takes out of both what nobody here understands, so that whatever the CRD of the cluster let pass is told instead of acted upon. */
export function heard(base: Installation, overlay?: Installation): Asked {
  const { known, problems } = understoodSpec(base, Installation.definition.spec.json)
  if (!overlay) return { base: known, unclear: problems }
  const over = understoodSpec(overlay, Installation.definition.spec.json)
  return { base: known, overlay: over.known, unclear: [...problems, ...over.problems] }
}

/** As whose problem it is told what nobody in particular has written. */
export const installationRef: ObjectRef = { apiVersion: Installation.apiVersion, kind: Installation.kind, name: 'default' }

/** The spec in force: the overlay's fields over those of the other. */
export const specOf = ({ base, overlay }: Pick<Asked, 'base' | 'overlay'>): InstallationSpec => overlaid(base.spec ?? {}, overlay?.spec)

/** What the process knows without asking the cluster for objects (spec/installation-controller.md §1.2, §1.3). */
export interface Environment {
  readonly operator: OperatorIdentity
  /** Calico's own resources are CRDs of projectcalico.org/v3. */
  readonly v3: boolean
  /** CRDs and admission policies are installed and kept (`-manage-crds`). */
  readonly manageCrds: boolean
  readonly clusterDomain: string
  readonly kubernetes?: { major: number; minor: number }
  /** Where the operator itself reaches the API: KUBERNETES_SERVICE_HOST and _PORT. */
  readonly endpoint?: Endpoint
}

/** Which addresses the platform says that pods have; `missing` when it should say so and does not. */
export interface PodCidrs {
  /** The object that says so. */
  readonly from: string
  readonly cidrs: readonly string[]
  readonly missing?: string
}

export interface Facts {
  readonly environment: Environment
  readonly nodes: NodeFacts
  readonly provider?: Detected
  /** What else the cluster tells of it by now, in words (memory.ts). */
  readonly otherProvider?: string
  /** DaemonSet kube-system/aws-node is there: the Amazon VPC CNI plugin connects pods. */
  readonly awsNode: boolean
  /** The CNI plugin that Calico runs with, where it was never named (memory.ts). */
  readonly cniBefore?: CniType
  /** The provider whose defaults were taken with that plugin. */
  readonly usualBefore?: ProviderName
  /** Deployment calico-system/calico-typha; read only while there are too few nodes for it. */
  readonly typha?: Deployment
  /** All of them, disabled ones too. */
  readonly pools: readonly IPPool[]
  /** Read only until the pools are decided, made and recorded. */
  readonly podCidrs?: PodCidrs
  readonly felix?: FelixConfiguration
  readonly bgp?: BGPConfiguration
  readonly kubeControllers?: KubeControllersConfiguration
  /** DaemonSet calico-system/calico-node; read only for the BPF dataplane, which is switched on when it is rolled out, and beside one of a manifest. */
  readonly calicoNode?: DaemonSet
  /** ConfigMap kubernetes-services-endpoint. */
  readonly servicesEndpoint?: ConfigMap
  /** How Service default/kubernetes and its endpoints are found; read only when bpfNetworkBootstrap asks for it. */
  readonly apiServer?: { readonly service?: Service; readonly slices: readonly EndpointSlice[] }
  readonly birdTemplates?: ConfigMap
  readonly bgpLayout?: ConfigMap
  /** Of the operator's own Deployment; undefined when it has none. */
  readonly operatorDns?: { readonly policy?: string; readonly config?: PodDNSConfig }
  readonly goldmane?: { readonly service?: Service }
  /** Somebody asks for Envoy Gateway. */
  readonly gateways?: boolean
  readonly tier: boolean
  /** Admission policies of ours label every policy with its tier. */
  readonly tierLabels: boolean
  readonly imageSets: readonly ImageSet[]
  /** Those of the spec that exist, in the order of the spec. */
  readonly pullSecrets: readonly Secret[]
  /** DaemonSet kube-system/calico-node, of an installation by manifest. */
  readonly predecessor?: DaemonSet
  /** Nodes are taken over from that one. */
  readonly migratingNamespace: boolean
}

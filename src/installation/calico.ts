/**
 * Decides what Calico should look like, from what was asked and what was found. Never talks to the cluster.
 * A `Calico` is complete: what has a default has its value here, so that renderers never choose one. Optional means that there really may be none.
 */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Affinity, ConfigMap, DaemonSetUpdateStrategy, PodDNSConfig, Secret, Toleration } from '../kube/kinds.ts'
import type { OwnerReference } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { CniFacts, IpamType } from './cni.ts'
import type { ImageName } from './images.ts'
import type { ProviderFacts } from './providers.ts'

/** Where the Kubernetes API answers: host without brackets, port as text. */
export interface Endpoint {
  host: string
  port: string
}

/** The process that speaks: from OPERATOR_NAMESPACE, OPERATOR_NAME, OPERATOR_SERVICEACCOUNT (spec/installation-controller.md §1.2). */
export interface OperatorIdentity {
  namespace: string
  name: string
  serviceAccount: string
}

/** Exactly one of these moves packets; met in one exhaustive switch per component that cares. */
export type Dataplane =
  | { kind: 'iptables' }
  | { kind: 'nftables' }
  | { kind: 'vpp' }
  /** `bootstrap`: how calico-node reaches the API before kube-proxy's work is taken over; both lists are `host:port`, IPv6 bracketed. */
  | { kind: 'bpf'; bootstrap?: { servicePorts: string[]; apiServerEndpoints: string[] } }

export interface Calico {
  /** The asked spec with overlay and every default: published as `status.computed`. Renderers take structured members below first. */
  readonly spec: InstallationSpec
  /** The Installation, as the owner of what is rendered. */
  readonly owner: OwnerReference
  readonly operator: OperatorIdentity
  /** Calico's own resources are CRDs of projectcalico.org/v3 (true), or of crd.projectcalico.org/v1 behind an aggregated API server. */
  readonly v3: boolean
  /** `cluster.local`, or empty. */
  readonly clusterDomain: string
  /** What the API server reports: `1.35`; undefined when it could not be read. */
  readonly kubernetes?: { major: number; minor: number }
  readonly provider: ProviderFacts
  /** The plugin's row, and what was decided about it. */
  readonly cni: CniFacts & {
    ipam: IpamType
    /** Pods get addresses of their node's own range, which Kubernetes gives out. */
    usePodCidr: boolean
    binDir: string
    confDir: string
    /** The portmap plugin follows Calico's. */
    hostPorts: boolean
    /** How pods get more than one interface, in lower case; undefined: they do not say. */
    multiInterfaceMode?: string
    /** Pods may forward IP packets. */
    ipForwarding: boolean
    /** Seconds that a new pod waits for its policy; 0: it does not wait. */
    policySetupTimeout: number
    /** The tuning plugin follows, with these settings, possibly none; undefined: it does not. */
    sysctl?: { key: string; value: string }[]
    /** What of the plugin's own log is set; empty where the plugin is not Calico's. */
    logging: { severity?: string; maxSizeMiB?: number; maxCount?: number; maxAgeDays?: number }
  }
  readonly dataplane: Dataplane
  /** What Windows nodes are given; undefined: they are left alone. */
  readonly windows?: {
    /** As written in the spec, with or without a drive. */
    cniDirs: { bin: string; config: string; log: string }
    /** Of the addresses of pods with VXLAN. */
    macPrefix: string
    /** The interface for VXLAN; empty: found by calico-node itself. */
    adapter: string
    serviceCIDRs: readonly string[]
  }
  /** The full reference of an image: registry, path, prefix, tag or digest (spec/installation-controller.md §9.4). Throws when the ImageSet lacks it: ask `lacks` first. */
  readonly image: (name: ImageName) => string
  /** What is wrong with the ImageSets, and a problem for each of these images that the one in use lacks. It holds up what is run from images, and nothing else. */
  readonly lacks: (names: readonly ImageName[]) => Problem[]
  /** The ImageSet whose digests are used: status.imageSet. */
  readonly imageSet?: string
  readonly fips: boolean
  /** The names of the cipher suites that TLS servers may use; empty: their own choice. */
  readonly tlsCipherSuites: readonly string[]
  /** The user's pull secrets as found in the operator's namespace, in the order of the spec. */
  readonly pullSecrets: readonly Secret[]
  readonly endpoints: { host?: Endpoint; pod?: Endpoint }
  /** Families that have an enabled pool in the cluster. */
  readonly pools: { ipv4: boolean; ipv6: boolean }
  /** The value of IP_AUTODETECTION_METHOD per family (`first-found`, `can-reach=8.8.8.8`); absent: no address of that family. */
  readonly autodetection: { ipv4?: string; ipv6?: string }
  /** Nodes are to have IPv6 addresses, whether a method finds them or not. */
  readonly ipv6Nodes: boolean
  /** Through whom what leaves the cluster goes; absent: directly. */
  readonly proxy: { httpProxy?: string; httpsProxy?: string; noProxy?: string }
  readonly bgp: boolean
  /** Undefined: found by calico-node itself. 0 is a value (spec/installation-render.md §6.6). */
  readonly mtu?: number
  readonly felix: { healthPort: number; vxlanVNI: number; cgroupV2Path?: string }
  /** BGPConfiguration bindMode, when set. */
  readonly bgpBindMode?: string
  /** A Goldmane resource exists; its Service has this address. */
  readonly goldmane?: { clusterIP: string }
  /** DNS of calico-node: that of the operator's Deployment (spec/installation-render.md §6.3). */
  readonly dns: { policy: string; config?: PodDNSConfig }
  /** ConfigMaps of the operator's namespace that are copied for calico-node. */
  readonly birdTemplates?: ConfigMap
  readonly bgpLayout?: ConfigMap
  readonly controlPlane: { replicas: number; nodeSelector: Record<string, string>; tolerations: Toleration[] }
  readonly typha: {
    replicas: number
    /** Seconds: terminationGracePeriodSeconds, after overrides. */
    gracePeriod: number
    metricsPort?: number
    /** All of them, those for the provider included; an override's list replaces them. */
    tolerations: Toleration[]
    /** From typhaAffinity, with the zone spread; undefined in the one case without any (spec/installation-render.md §5). */
    affinity?: Affinity
  }
  readonly node: {
    metricsPort?: number
    appArmorProfile?: string
    updateStrategy: DaemonSetUpdateStrategy
    /** The kubelet's directory of FlexVolume drivers, as written in the spec; undefined: no driver. */
    flexVolumeDir?: string
  }
  readonly kubeControllers: { metricsPort?: number }
  /** Absolute path of the kubelet's directory, when the CSI driver is wanted; undefined: no CSI driver (off by default, D2). */
  readonly csi?: { kubeletDir: string }
  /** Tier calico-system exists: policies may be written. */
  readonly tier: boolean
  /**
   * Policies carry their tier as a label: admission policies of ours see to that, but the API server minds them a moment after it has stored them,
   * and what is written within that moment would go without.
   */
  readonly tierLabels: boolean
  readonly terminating: boolean
  /** A manifest install in kube-system is being moved (spec/installation-controller.md §7.2). */
  readonly migratingNamespace: boolean
  /** The node-certs and typha-certs pairs come from CSRs signed by this authority instead of the operator's own CA. */
  readonly certificateManagement?: NonNullable<InstallationSpec['certificateManagement']>
  /** What works otherwise than one would expect, in sentences. */
  readonly warnings: readonly string[]
}

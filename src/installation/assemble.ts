/** Puts one complete `Calico` together from what was decided. Decides nothing that has a file of its own, and refuses nothing. */
import type { ImageSet } from '../../api/imageset.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import { ownerOf } from '../kube/objects.ts'
import { timesContained } from '../kube/quantity.ts'
import type { Problem } from '../reconcile/problems.ts'
import { autodetectionMethod } from './autodetection.ts'
import type { Calico } from './calico.ts'
import { cniTypes } from './cni.ts'
import { dataplaneOf } from './dataplane.ts'
import { apiEndpoints } from './endpoints.ts'
import type { Asked, Facts } from './facts.ts'
import { imageReferences, lackingImages } from './images.ts'
import { type FoundPool, isUsed } from './pools/convert.ts'
import type { ProviderFacts } from './providers.ts'
import { typhaOf } from './typha.ts'
import { windowsOf } from './windows.ts'

interface Decided {
  readonly asked: Asked
  readonly facts: Facts
  /** With every default. */
  readonly spec: InstallationSpec
  readonly provider: ProviderFacts
  readonly imageSet?: ImageSet
  /** What is wrong with the ImageSets. */
  readonly problems: readonly Problem[]
  readonly found: readonly FoundPool[]
  readonly warnings: readonly string[]
}

export function assembled(decided: Decided): Calico {
  const { asked, facts, spec, provider, imageSet, problems, found, warnings } = decided
  const { environment, felix, bgp } = facts
  const { calicoNetwork: network = {} } = spec
  return {
    ...environmentOf(facts),
    ...nodeSettings(decided),
    spec,
    owner: ownerOf(asked.base),
    provider,
    cni: cniOf(spec),
    dataplane: dataplaneOf(spec, facts),
    windows: windowsOf(spec),
    image: imageReferences(spec, imageSet),
    lacks: names => [...problems, ...lackingImages(imageSet, names)],
    imageSet: imageSet?.metadata.name,
    fips: spec.fipsMode === 'Enabled',
    tlsCipherSuites: (spec.tlsCipherSuites ?? []).flatMap(({ name }) => name ?? []),
    pullSecrets: facts.pullSecrets,
    endpoints: apiEndpoints(facts.servicesEndpoint, environment.endpoint),
    pools: { ipv4: isUsed(found, 'IPv4'), ipv6: isUsed(found, 'IPv6') },
    autodetection: {
      ipv4: autodetectionMethod(network.nodeAddressAutodetectionV4),
      ipv6: autodetectionMethod(network.nodeAddressAutodetectionV6),
    },
    ipv6Nodes: network.nodeAddressAutodetectionV6 !== undefined,
    proxy: proxyOf(spec),
    bgp: network.bgp === 'Enabled',
    mtu: network.mtu,
    felix: {
      healthPort: felix?.spec?.healthPort ?? provider.felix.healthPort,
      vxlanVNI: felix?.spec?.vxlanVNI ?? provider.felix.vxlanVNI,
      cgroupV2Path: felix?.spec?.cgroupV2Path || undefined,
    },
    bgpBindMode: bgp?.spec?.bindMode,
    controlPlane: {
      replicas: spec.controlPlaneReplicas ?? 2,
      nodeSelector: spec.controlPlaneNodeSelector ?? {},
      tolerations: spec.controlPlaneTolerations ?? [],
    },
    typha: typhaOf(spec, provider, facts),
    kubeControllers: { metricsPort: facts.kubeControllers?.spec?.prometheusMetricsPort || undefined },
    csi: given(spec.kubeletVolumePluginPath) ? { kubeletDir: spec.kubeletVolumePluginPath! } : undefined,
    terminating: asked.base.metadata.deletionTimestamp !== undefined,
    certificateManagement: spec.certificateManagement,
    warnings,
  }
}

const proxyOf = ({ proxy: { httpProxy, httpsProxy, noProxy } = {} }: InstallationSpec): Calico['proxy'] => ({
  httpProxy: httpProxy || undefined,
  httpsProxy: httpsProxy || undefined,
  noProxy: noProxy || undefined,
})

const given = (path: string | undefined): boolean => path !== undefined && path !== 'None'

const environmentOf = ({ environment, goldmane, operatorDns, birdTemplates, bgpLayout, tier, tierLabels, migratingNamespace }: Facts) => {
  const address = goldmane?.service?.spec?.clusterIP
  return {
    operator: environment.operator,
    v3: environment.v3,
    clusterDomain: environment.clusterDomain,
    kubernetes: environment.kubernetes,
    goldmane: address && address !== 'None' ? { clusterIP: address } : undefined,
    // A Deployment without a policy is one that nobody has defaulted, as a render of files is.
    dns: operatorDns ? { policy: operatorDns.policy || 'ClusterFirstWithHostNet', config: operatorDns.config } : { policy: 'Default' },
    birdTemplates,
    bgpLayout,
    tier,
    tierLabels,
    migratingNamespace,
  }
}

function nodeSettings({ asked, spec }: Decided): Pick<Calico, 'node'> {
  const profile = asked.base.metadata.annotations?.['tech-preview.operator.tigera.io/node-apparmor-profile']
  return {
    node: {
      metricsPort: spec.nodeMetricsPort,
      appArmorProfile: profile || undefined,
      updateStrategy: spec.nodeUpdateStrategy ?? {},
      flexVolumeDir: given(spec.flexVolumePath) ? spec.flexVolumePath : undefined,
    },
  }
}

function cniOf({ cni, calicoNetwork: network = {}, logging }: InstallationSpec): Calico['cni'] {
  const { logSeverity, logFileMaxSize, logFileMaxCount, logFileMaxAgeDays } = logging?.cni ?? {}
  const facts = cniTypes[cni?.type ?? 'Calico']
  const ipam = cni?.ipam?.type ?? facts.ipams[0]
  return {
    ...facts,
    ipam,
    usePodCidr: ipam === 'HostLocal',
    binDir: cni?.binDir ?? '',
    confDir: cni?.confDir ?? '',
    hostPorts: network.hostPorts === 'Enabled',
    multiInterfaceMode: network.multiInterfaceMode?.toLowerCase(),
    ipForwarding: network.containerIPForwarding === 'Enabled',
    policySetupTimeout: network.linuxPolicySetupTimeoutSeconds ?? 0,
    sysctl: network.sysctl,
    logging: {
      severity: logSeverity,
      maxSizeMiB: logFileMaxSize === undefined ? undefined : timesContained(logFileMaxSize, '1Mi'),
      maxCount: logFileMaxCount,
      maxAgeDays: logFileMaxAgeDays,
    },
  }
}

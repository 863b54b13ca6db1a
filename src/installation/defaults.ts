/**
 * Every default of an Installation, filled in where the user says nothing. They are computed each time and published in status; the user's spec is never written
 * (spec/installation-api.md §6.2).
 */
import type { InstallationSpec } from '../../api/installation.ts'
import { familyOf } from './cidr.ts'
import { cniTypeOf, cniTypes } from './cni.ts'
import type { Facts } from './facts.ts'
import { type FoundPool, isUsed } from './pools/convert.ts'
import { decidePools, type PoolDecision } from './pools/decide.ts'
import { type ProviderFacts, providerNamed } from './providers.ts'
import { wantsWindows } from './windows.ts'

type Network = NonNullable<InstallationSpec['calicoNetwork']>

/** What defaults depend on beside the spec. */
export interface Around {
  readonly provider: ProviderFacts
  readonly facts: Pick<Facts, 'awsNode' | 'cniBefore' | 'usualBefore' | 'podCidrs'>
  readonly found: readonly FoundPool[]
  /** The pools decided before. */
  readonly recorded?: Network['ipPools']
}

export function withDefaults(asked: InstallationSpec, around: Around): { spec: InstallationSpec; pools: PoolDecision } {
  const { provider } = around
  const usual = usualProvider(asked, around)
  const type = cniTypeOf(asked, provider, around.facts)
  const cni = {
    ...asked.cni,
    type,
    ipam: asked.cni?.ipam ?? { type: cniTypes[type].ipams[0] },
    binDir: asked.cni?.binDir || usual.cniDirs.binDir,
    confDir: asked.cni?.confDir || usual.cniDirs.confDir,
  }
  const spec: InstallationSpec = {
    ...asked,
    variant: asked.variant || 'Calico',
    ...(provider.name !== 'none' && { kubernetesProvider: provider.name }),
    cni,
    controlPlaneReplicas: asked.controlPlaneReplicas ?? 2,
    flexVolumePath: asked.flexVolumePath || usual.flexVolumePath,
    kubeletVolumePluginPath: asked.kubeletVolumePluginPath || 'None',
    nodeUpdateStrategy: updateStrategy(asked.nodeUpdateStrategy),
    ...(asked.typhaAffinity === undefined && provider.typhaNodeAffinity && { typhaAffinity: { nodeAffinity: provider.typhaNodeAffinity } }),
    ...(asked.azure === undefined && provider.azure && { azure: provider.azure }),
    ...(type === 'Calico' && { logging: { ...asked.logging, cni: { ...cniLogging, ...asked.logging?.cni } } }),
  }
  const calicoNetwork = basicNetwork(spec, usual)
  const pools = decidePools({ spec: { ...spec, calicoNetwork }, ...around, podCidrs: around.facts.podCidrs })
  const whole = { ...calicoNetwork, ...(pools.pools && { ipPools: pools.pools }) }
  const network = withAddresses(whole, { ...around, provider: usual, asked })
  return { spec: { ...spec, ...windowsNodes(spec, network, provider), calicoNetwork: network }, pools }
}

/** Whose defaults count. Where the plugin is the one that always was, as nobody has named one, so is what was taken with it, whoever the provider turns out to be. */
const usualProvider = ({ cni }: InstallationSpec, { provider, facts }: Around): ProviderFacts =>
  cni?.type || !facts.cniBefore ? provider : providerNamed(facts.usualBefore ?? provider.name)

const cniLogging = { logSeverity: 'Info', logFileMaxCount: 10, logFileMaxAgeDays: 30, logFileMaxSize: '100Mi' } as const

const updateStrategy = ({ type, rollingUpdate }: NonNullable<InstallationSpec['nodeUpdateStrategy']> = {}) => ({
  type: type || 'RollingUpdate',
  rollingUpdate: { ...rollingUpdate, maxUnavailable: rollingUpdate?.maxUnavailable === 0 ? 0 : rollingUpdate?.maxUnavailable || 1 },
})

function basicNetwork({ cni, calicoNetwork = {} }: InstallationSpec, provider: ProviderFacts): Network {
  const byCalico = cni?.type === 'Calico'
  const linuxDataplane = calicoNetwork.linuxDataplane || 'Iptables'
  return {
    ...calicoNetwork,
    linuxDataplane,
    windowsDataplane: calicoNetwork.windowsDataplane || 'Disabled',
    bgp: calicoNetwork.bgp || (byCalico && provider.bgp ? 'Enabled' : 'Disabled'),
    ...(byCalico && {
      hostPorts: calicoNetwork.hostPorts || 'Enabled',
      multiInterfaceMode: calicoNetwork.multiInterfaceMode || 'None',
      ...(linuxDataplane === 'Iptables' && { linuxPolicySetupTimeoutSeconds: calicoNetwork.linuxPolicySetupTimeoutSeconds ?? 0 }),
    }),
  }
}

/**
 * Nodes have addresses of the families of the pools that are in use, and with the BPF dataplane IPv4 ones in any case; it cannot do without, so with it the pools that are
 * decided here count before they are there. Who lists pools for it himself says how IPv6 addresses are found, too (spec/installation-api.md §6.2, §8).
 */
function withAddresses(network: Network, { found, provider, asked }: Around & { asked: InstallationSpec }): Network {
  const bpf = network.linuxDataplane === 'BPF'
  const coming = !asked.calicoNetwork?.ipPools && (network.ipPools ?? []).some(({ cidr }) => familyOf(cidr) === 'IPv6')
  return {
    ...network,
    ...((bpf || isUsed(found, 'IPv4')) && { nodeAddressAutodetectionV4: network.nodeAddressAutodetectionV4 ?? provider.autodetection }),
    ...((isUsed(found, 'IPv6') || (bpf && coming)) && {
      nodeAddressAutodetectionV6: network.nodeAddressAutodetectionV6 ?? { firstFound: true },
    }),
  }
}

function windowsNodes({ windowsNodes: asked = {} }: InstallationSpec, calicoNetwork: Network, { windowsCniDirs }: ProviderFacts) {
  if (!wantsWindows({ calicoNetwork })) return {}
  return {
    windowsNodes: {
      ...asked,
      cniBinDir: asked.cniBinDir || windowsCniDirs.binDir,
      cniConfigDir: asked.cniConfigDir || windowsCniDirs.confDir,
      cniLogDir: asked.cniLogDir || '/var/log/calico/cni',
    },
  }
}

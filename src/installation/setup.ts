/** One Installation as a combination of words, which the table of capabilities is asked about. Reads a complete spec and decides nothing. */
import type { InstallationSpec, IPPoolSpec } from '../../api/installation.ts'
import { methods } from './autodetection.ts'
import { familyOf } from './cidr.ts'
import { apiEndpoints } from './endpoints.ts'
import type { Facts } from './facts.ts'

/** One combination, as words; `unset` where the user says nothing and there is no default. */
export interface Setup {
  readonly variant: string
  readonly provider: string
  readonly cni: string
  readonly ipam: string
  readonly dataplane: string
  readonly bgp: string
  readonly routing: string
  readonly windows: string
  readonly bpfBootstrap: string
  readonly hostPorts: string
  readonly multiInterface: string
  readonly ipForwarding: string
  readonly policyTimeout: string
  readonly cniLogging: string
  readonly azure: string
  readonly windowsNodes: string
  readonly autodetectionV4: string
  readonly autodetectionV6: string
  readonly serviceCIDRs: string
  /** Whether it is known where the Kubernetes API answers to pods in the host network. */
  readonly apiEndpoint: string
  readonly fips: string
  /** Whether pods request their certificates themselves. */
  readonly certificateManagement: string
  /** The group of the CRDs of Calico's own resources. */
  readonly crds: string
  /** The version, as `1.35`. */
  readonly kubernetes: string
}

/** The same with one of its pools. */
export interface PoolSetup extends Setup {
  readonly cidr: string
  readonly family: string
  readonly encapsulation: string
  /** `yes` for the first pool of its family. */
  readonly first: string
}

const told = (value: unknown): string => (value === undefined || value === null ? 'unset' : 'set')

/** Stands for a word that nobody here knows: nothing can be said of what goes with it. */
export const unclear = 'unclear'

/** Where the words of an axis are written, as far as they can be others than are known. */
const writtenAt: { readonly [A in keyof Setup]?: string } = {
  variant: 'spec.variant',
  provider: 'spec.kubernetesProvider',
  cni: 'spec.cni.type',
  ipam: 'spec.cni.ipam.type',
  fips: 'spec.fipsMode',
  dataplane: 'spec.calicoNetwork.linuxDataplane',
  bgp: 'spec.calicoNetwork.bgp',
  routing: 'spec.calicoNetwork.clusterRoutingMode',
  windows: 'spec.calicoNetwork.windowsDataplane',
  bpfBootstrap: 'spec.calicoNetwork.bpfNetworkBootstrap',
  hostPorts: 'spec.calicoNetwork.hostPorts',
  multiInterface: 'spec.calicoNetwork.multiInterfaceMode',
  ipForwarding: 'spec.calicoNetwork.containerIPForwarding',
}

interface Place {
  readonly path?: string
}

const isAt = (places: readonly Place[], path: string): boolean => places.some(place => place.path === path)

/** Of a spec with its defaults, from which what stood at some places was taken because it is unclear. */
export function setupOf(
  spec: InstallationSpec,
  { environment, servicesEndpoint }: Pick<Facts, 'environment' | 'servicesEndpoint'>,
  places: readonly Place[] = [],
): Setup {
  const { kubernetes, v3, endpoint } = environment
  const missing = Object.entries(writtenAt).filter(([, path]) => isAt(places, path))
  return {
    ...networkWords(spec.calicoNetwork ?? {}),
    variant: spec.variant ?? 'Calico',
    provider: spec.kubernetesProvider || 'none',
    cni: spec.cni?.type ?? 'unset',
    ipam: spec.cni?.ipam?.type ?? 'unset',
    cniLogging: told(spec.logging?.cni),
    azure: told(spec.azure),
    windowsNodes: told(spec.windowsNodes),
    serviceCIDRs: spec.serviceCIDRs?.length ? 'set' : 'unset',
    apiEndpoint: told(apiEndpoints(servicesEndpoint, endpoint).host),
    fips: spec.fipsMode ?? 'Disabled',
    certificateManagement: told(spec.certificateManagement),
    crds: v3 ? 'projectcalico.org/v3' : 'crd.projectcalico.org/v1',
    kubernetes: kubernetes ? `${kubernetes.major}.${kubernetes.minor}` : 'unset',
    ...Object.fromEntries(missing.map(([axis]) => [axis, unclear])),
  }
}

const networkWords = (network: NonNullable<InstallationSpec['calicoNetwork']>) => ({
  dataplane: network.linuxDataplane ?? 'unset',
  bgp: network.bgp ?? 'unset',
  routing: network.clusterRoutingMode ?? 'BIRD',
  windows: network.windowsDataplane ?? 'unset',
  bpfBootstrap: network.bpfNetworkBootstrap ?? 'unset',
  hostPorts: network.hostPorts ?? 'unset',
  multiInterface: network.multiInterfaceMode ?? 'unset',
  ipForwarding: network.containerIPForwarding ?? 'unset',
  policyTimeout: told(network.linuxPolicySetupTimeoutSeconds),
  autodetectionV4: methods(network.nodeAddressAutodetectionV4).length > 0 ? 'set' : 'unset',
  autodetectionV6: methods(network.nodeAddressAutodetectionV6).length > 0 ? 'set' : 'unset',
})

/** The same with each of its pools, whose encapsulation is `unset` before it is decided. */
export const poolSetups = (setup: Setup, pools: readonly IPPoolSpec[], places: readonly Place[] = []): PoolSetup[] =>
  pools.map(({ cidr, encapsulation }, index) => {
    const family = familyOf(cidr)
    const before = pools.slice(0, index).some(other => familyOf(other.cidr) === family)
    const known = isAt(places, `spec.calicoNetwork.ipPools[${index}].encapsulation`) ? unclear : encapsulation || 'unset'
    return { ...setup, cidr, family, encapsulation: known, first: before ? 'no' : 'yes' }
  })

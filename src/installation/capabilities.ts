/**
 * What goes with what: CNI plugin, IPAM, provider, dataplane, routing, encapsulation, operating system, Kubernetes. A table and nothing else: what does not work together is refused
 * with its reason, not ignored; by whom, says refusals.ts. Holds no defaults (spec/installation-api.md §8).
 */
import { type CniType, cniTypes } from './cni.ts'
import type { PoolSetup, Setup } from './setup.ts'

export type Values = { readonly in: readonly string[] } | { readonly notIn: readonly string[] } | { readonly below: string }

/** A combination that does not work: it applies when every axis has one of its values. In `because` and `remedy`, `{axis}` stands for the value. */
export interface Unsupported<Axes = Setup> {
  readonly id: string
  readonly path: string
  readonly when: { readonly [A in keyof Axes]?: Values }
  readonly because: string
  readonly remedy: string
}

const is = (...values: string[]): Values => ({ in: values })
const isNot = (...values: string[]): Values => ({ notIn: values })
const below = (version: string): Values => ({ below: version })
const set = isNot('unset')
const onWindows = isNot('Disabled', 'unset')
const foreignCni = isNot('Calico')
const types = Object.keys(cniTypes) as CniType[]
const network = 'spec.calicoNetwork'

const ipamOfCni = types.map(
  (type): Unsupported => ({
    id: `ipam-of-${type}`,
    path: 'spec.cni.ipam.type',
    when: { cni: is(type), ipam: isNot(...cniTypes[type].ipams) },
    because: `spec.cni.ipam.type {ipam} is not compatible with spec.cni.type {cni}, valid IPAM values ${cniTypes[type].ipams.join(',')}`,
    remedy: `Write ${cniTypes[type].ipams.join(' or ')}`,
  }),
)

const providerOfCni = types.flatMap((type): Unsupported | [] => {
  const { provider } = cniTypes[type]
  if (!provider) return []
  return {
    id: `provider-of-${type}`,
    path: 'spec.cni.type',
    when: { cni: is(type), provider: isNot(provider, 'none') },
    because: 'spec.kubernetesProvider {provider} is not compatible with spec.cni.type {cni}',
    remedy: `Choose another CNI plugin, or ${provider} as the provider if it is`,
  }
})

const onlyCalicoCni = (axis: keyof Setup, [path, values]: readonly [string, Values]): Unsupported => ({
  id: `calico-cni-for-${axis}`,
  path,
  when: { cni: foreignCni, [axis]: values },
  because: `${path} is supported only for Calico CNI, and spec.cni.type is {cni}`,
  remedy: 'Leave it out, or choose the CNI plugin Calico',
})

/** Combinations that are refused whatever the pools are. */
export const unsupported: readonly Unsupported[] = [
  {
    id: 'variant',
    path: 'spec.variant',
    when: { variant: isNot('Calico') },
    because: 'the variant {variant} is not installed by this operator',
    remedy: 'Write Calico, or leave it out',
  },
  ...ipamOfCni,
  ...providerOfCni,
  ...(
    [
      [
        'cni',
        { cni: foreignCni },
        'the VPP dataplane needs the CNI plugin Calico, and spec.cni.type is {cni}',
        'Choose the CNI plugin Calico',
      ],
      ['bgp', { bgp: isNot('Enabled') }, 'the VPP dataplane needs BGP, and it is {bgp}', 'Write bgp: Enabled'],
      [
        'hostPorts',
        { hostPorts: is('Disabled') },
        'the VPP dataplane always has host ports, and they are {hostPorts}',
        'Write hostPorts: Enabled',
      ],
    ] as const
  ).map(
    ([id, when, because, remedy]): Unsupported => ({
      id: `vpp-${id}`,
      path: `${network}.linuxDataplane`,
      when: { dataplane: is('VPP'), ...when },
      because,
      remedy: `${remedy}, or choose another dataplane`,
    }),
  ),
  onlyCalicoCni('hostPorts', [`${network}.hostPorts`, is('Enabled')]),
  onlyCalicoCni('multiInterface', [`${network}.multiInterfaceMode`, set]),
  onlyCalicoCni('ipForwarding', [`${network}.containerIPForwarding`, set]),
  onlyCalicoCni('cniLogging', ['spec.logging.cni', set]),
  {
    id: 'policy-timeout-dataplane',
    path: `${network}.linuxPolicySetupTimeoutSeconds`,
    when: { policyTimeout: set, dataplane: isNot('Iptables', 'BPF', 'Nftables') },
    because: 'pods cannot wait for their policies with the dataplane {dataplane}',
    remedy: 'Leave it out, or choose the dataplane Iptables, Nftables or BPF',
  },
  {
    id: 'bpf-bootstrap-dataplane',
    path: `${network}.bpfNetworkBootstrap`,
    when: { bpfBootstrap: is('Enabled'), dataplane: isNot('BPF') },
    because: 'bpfNetworkBootstrap is Enabled, and the dataplane is {dataplane}',
    remedy: 'Leave it out, or choose the dataplane BPF',
  },
  {
    id: 'azure-on-aks',
    path: 'spec.azure',
    when: { azure: set, provider: isNot('AKS') },
    because: 'spec.azure is for AKS, and the provider is {provider}',
    remedy: 'Leave it out, or write kubernetesProvider: AKS if it is',
  },
  {
    id: 'windows-nodes-without-windows',
    path: 'spec.windowsNodes',
    when: { windowsNodes: set, windows: is('Disabled', 'unset') },
    because: 'spec.windowsNodes is set, and the Windows dataplane is {windows}',
    remedy: 'Leave it out, or write windowsDataplane: HNS',
  },
  {
    id: 'windows-service-cidrs',
    path: 'spec.serviceCIDRs',
    when: { windows: onWindows, cni: is('Calico'), serviceCIDRs: is('unset') },
    because: 'installation spec.ServiceCIDRs must be provided when using Calico CNI on Windows',
    remedy: 'List the ranges of the Services of the cluster',
  },
  {
    id: 'windows-api-endpoint',
    path: `${network}.windowsDataplane`,
    when: { windows: onWindows, apiEndpoint: is('unset') },
    because: 'Windows nodes need to know where the Kubernetes API answers, and nothing says so',
    remedy: 'Create the ConfigMap kubernetes-services-endpoint with KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT',
  },
]

const encapsulation = `${network}.ipPools[].encapsulation`
const byCalico = { cni: is('Calico'), ipam: is('Calico'), routing: isNot('Felix') }

/** Combinations that are refused for a pool. */
export const unsupportedPools: readonly Unsupported<PoolSetup>[] = [
  {
    id: 'bpf-ipv4-address',
    path: `${network}.nodeAddressAutodetectionV4`,
    when: { dataplane: is('BPF'), family: is('IPv4'), autodetectionV4: is('unset') },
    because: 'the BPF dataplane needs the IPv4 addresses of nodes for the pool {cidr}, and their detection is off',
    remedy: 'Choose a method of detection, such as firstFound: true',
  },
  {
    id: 'bpf-ipv6-address',
    path: `${network}.nodeAddressAutodetectionV6`,
    when: { dataplane: is('BPF'), family: is('IPv6'), autodetectionV6: is('unset') },
    because: 'the BPF dataplane needs the IPv6 addresses of nodes for the pool {cidr}, and their detection is off',
    remedy: 'Choose a method of detection, such as firstFound: true',
  },
  {
    id: 'ipip-ipv6',
    path: encapsulation,
    when: { family: is('IPv6'), encapsulation: is('IPIP', 'IPIPCrossSubnet') },
    because: 'IPIP encapsulation is not supported by IPv6 pools, but it is set for {cidr}',
    remedy: 'Write VXLAN, VXLANCrossSubnet or None',
  },
  {
    id: 'ipip-needs-bgp',
    path: encapsulation,
    when: { ...byCalico, bgp: is('Disabled'), encapsulation: is('IPIP', 'IPIPCrossSubnet') },
    because: 'with BIRD cluster routing mode, {encapsulation} encapsulation requires that BGP is enabled',
    remedy: 'Write VXLAN, or bgp: Enabled, or clusterRoutingMode: Felix',
  },
  {
    id: 'bare-needs-bgp',
    path: encapsulation,
    when: { ...byCalico, bgp: is('Disabled'), encapsulation: is('None') },
    because: 'with BIRD cluster routing mode, unencapsulated pools require that BGP is enabled',
    remedy: 'Write VXLAN, or bgp: Enabled, or clusterRoutingMode: Felix',
  },
  {
    id: 'vxlan-host-local',
    path: encapsulation,
    when: { cni: is('Calico'), ipam: is('HostLocal'), encapsulation: is('VXLAN', 'VXLANCrossSubnet') },
    because: '{encapsulation} is invalid for ipPool.encapsulation with Calico CNI and HostLocal IPAM',
    remedy: 'Write IPIP or None, or choose the IPAM Calico',
  },
  {
    id: 'encapsulation-of-foreign-cni',
    path: encapsulation,
    when: { cni: foreignCni, encapsulation: isNot('None', 'unset') },
    because: '{encapsulation} is invalid for ipPool.encapsulation when using non-Calico CNI, should be None',
    remedy: 'Write None, or choose the CNI plugin Calico',
  },
  {
    id: 'bgp-of-foreign-cni',
    path: `${network}.bgp`,
    when: { cni: foreignCni, bgp: is('Enabled') },
    because: 'BGP is not supported when using non-Calico CNI',
    remedy: 'Write Disabled, or leave it out',
  },
  {
    id: 'windows-encapsulation',
    path: encapsulation,
    when: { windows: onWindows, cni: is('Calico'), family: is('IPv4'), first: is('yes'), encapsulation: isNot('VXLAN', 'None') },
    because: 'IPv4 pool encapsulation {encapsulation} is not supported by Calico for Windows',
    remedy: 'Write VXLAN or None',
  },
]

/** Combinations that work, but not all of what one would expect; these are told, and nothing is refused. */
export const limited: readonly Unsupported[] = [
  {
    id: 'policy-defaults-need-admission-policies',
    path: 'spec',
    when: { crds: is('projectcalico.org/v3'), kubernetes: below('1.32') },
    because: 'Kubernetes {kubernetes} does not know MutatingAdmissionPolicy, so types and tiers of policies are not filled in',
    remedy: 'Write spec.types and spec.tier in every policy, or use Kubernetes 1.32 or later',
  },
  {
    id: 'bpf-bootstrap-provider',
    path: `${network}.bpfNetworkBootstrap`,
    when: { bpfBootstrap: is('Enabled'), dataplane: is('BPF'), provider: isNot('none') },
    because: 'the addresses of the Kubernetes API are those that its Service has now, and {provider} may change them',
    remedy: 'See that nodes reach them, or create the ConfigMap kubernetes-services-endpoint with an address that lasts',
  },
  {
    id: 'fips-windows',
    path: 'spec.fipsMode',
    when: { fips: is('Enabled'), windows: onWindows },
    because: 'there are no images for FIPS on Windows, so Windows nodes run the ordinary ones',
    remedy: 'Leave Windows nodes out of what must follow FIPS',
  },
  {
    id: 'certificate-requests-windows',
    path: 'spec.certificateManagement',
    when: { certificateManagement: set, windows: onWindows },
    because: 'pods on Windows nodes cannot request their certificates, without which they do not reach Typha',
    remedy: 'Keep a pair for them in the Secret node-certs beside the operator',
  },
]

/** A resource that is understood, and for which nothing is installed. */
export interface NotInstalled {
  readonly kind: string
  readonly because: string
  readonly remedy: string
}

/** Kinds of operator.tigera.io that another operator serves, and this one refuses. */
export const notInstalled: readonly NotInstalled[] = [
  {
    kind: 'Istio',
    because:
      'Istio is not installed by this operator, which has none of its charts: nothing is made, and what is there of another operator is left as it is',
    remedy:
      "Install Istio's ambient mode by its own Helm charts or istioctl, set istioAmbientMode: Enabled in FelixConfiguration default, and delete this resource",
  },
]

/**
 * The same resources in the older group crd.projectcalico.org/v1, where they lie behind an aggregated API server that checks and defaults them.
 * So their CRDs have no columns, short names or selectable fields, demand no spec, and mostly have no status. What else differs is said here.
 */
import { type Definition, resource } from '../resource.ts'
import { bool, int, type Of, obj, oneOf, req, type Schema, str } from '../schema.ts'
import { onOff } from '../v3/group.ts'
import * as v3 from '../v3/index.ts'

const v1 = { group: 'crd.projectcalico.org', version: 'v1' } as const

/** What is left of a resource of v3. */
const older = <const D extends Definition>({ definition: { kind, plural, scope, spec, rules } }: { readonly definition: D }) => ({
  ...v1,
  kind: kind as D['kind'],
  plural,
  scope,
  spec: { json: spec.json } as Schema<Of<D['spec']>>,
  ...(rules && { rules }),
})

export const BGPConfiguration = resource(older(v3.BGPConfiguration))
export interface BGPConfiguration extends Of<typeof BGPConfiguration> {}

export const BGPFilter = resource(older(v3.BGPFilter))
export interface BGPFilter extends Of<typeof BGPFilter> {}

export const BGPPeer = resource(older(v3.BGPPeer))
export interface BGPPeer extends Of<typeof BGPPeer> {}

/** Here deleted is the text "true" or "false". */
export const BlockAffinity = resource({
  ...older(v3.BlockAffinity),
  spec: obj({ cidr: req(str()), node: req(str()), state: req(str()), type: str(), deleted: req(str()) }),
})
export interface BlockAffinity extends Of<typeof BlockAffinity> {}

export const CalicoNodeStatus = resource({ ...older(v3.CalicoNodeStatus), status: v3.CalicoNodeStatus.definition.status })
export interface CalicoNodeStatus extends Of<typeof CalicoNodeStatus> {}

export const ClusterInformation = resource(older(v3.ClusterInformation))
export interface ClusterInformation extends Of<typeof ClusterInformation> {}

export const FelixConfiguration = resource(older(v3.FelixConfiguration))
export interface FelixConfiguration extends Of<typeof FelixConfiguration> {}

export const GlobalNetworkPolicy = resource(older(v3.GlobalNetworkPolicy))
export interface GlobalNetworkPolicy extends Of<typeof GlobalNetworkPolicy> {}

export const GlobalNetworkSet = resource(older(v3.GlobalNetworkSet))
export interface GlobalNetworkSet extends Of<typeof GlobalNetworkSet> {}

export const HostEndpoint = resource(older(v3.HostEndpoint))
export interface HostEndpoint extends Of<typeof HostEndpoint> {}

export const IPAMBlock = resource({ ...older(v3.IPAMBlock), spec: v3.block({ cidr: str(), affinity: str() }) })
export interface IPAMBlock extends Of<typeof IPAMBlock> {}

/** Named otherwise than in v3, with no defaults and a wider bound. */
export const IPAMConfig = resource({
  ...older(v3.IPAMConfiguration),
  kind: 'IPAMConfig',
  plural: 'ipamconfigs',
  spec: obj({
    strictAffinity: req(bool()),
    autoAllocateBlocks: req(bool()),
    maxBlocksPerHost: int({ minimum: 0, maximum: 2147483647 }),
    kubeVirtVMAddressPersistence: oneOf(onOff),
  }),
})
export interface IPAMConfig extends Of<typeof IPAMConfig> {}

export const IPAMHandle = resource(older(v3.IPAMHandle))
export interface IPAMHandle extends Of<typeof IPAMHandle> {}

export const IPPool = resource(older(v3.IPPool))
export interface IPPool extends Of<typeof IPPool> {}

export const IPReservation = resource(older(v3.IPReservation))
export interface IPReservation extends Of<typeof IPReservation> {}

export const KubeControllersConfiguration = resource({
  ...older(v3.KubeControllersConfiguration),
  status: v3.KubeControllersConfiguration.definition.status,
  subresources: { status: {} },
})
export interface KubeControllersConfiguration extends Of<typeof KubeControllersConfiguration> {}

export const NetworkPolicy = resource(older(v3.NetworkPolicy))
export interface NetworkPolicy extends Of<typeof NetworkPolicy> {}

export const NetworkSet = resource(older(v3.NetworkSet))
export interface NetworkSet extends Of<typeof NetworkSet> {}

export const StagedGlobalNetworkPolicy = resource(older(v3.StagedGlobalNetworkPolicy))
export interface StagedGlobalNetworkPolicy extends Of<typeof StagedGlobalNetworkPolicy> {}

export const StagedKubernetesNetworkPolicy = resource(older(v3.StagedKubernetesNetworkPolicy))
export interface StagedKubernetesNetworkPolicy extends Of<typeof StagedKubernetesNetworkPolicy> {}

export const StagedNetworkPolicy = resource(older(v3.StagedNetworkPolicy))
export interface StagedNetworkPolicy extends Of<typeof StagedNetworkPolicy> {}

/** The one that demands a spec. */
export const Tier = resource({
  ...older(v3.Tier),
  spec: v3.Tier.definition.spec,
  rules: v3.builtInTiers(action => `self.spec.defaultAction == '${action}'`),
})
export interface Tier extends Of<typeof Tier> {}

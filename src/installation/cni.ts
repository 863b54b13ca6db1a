/** What follows from the CNI plugin, plugin by plugin. A table of facts; the provider is another axis (providers.ts), and so is the dataplane (spec/installation-render.md §5, §6.6). */

import type { InstallationSpec } from '../../api/installation.ts'

export type CniType = 'Calico' | 'GKE' | 'AmazonVPC' | 'AzureVNET'
export type IpamType = 'Calico' | 'HostLocal' | 'AmazonVPC' | 'AzureVNET'

export interface CniFacts {
  readonly type: CniType
  /** The first is what is used when the user names none. */
  readonly ipams: readonly [IpamType, ...IpamType[]]
  /** The one provider whose clusters have this plugin; absent: any. */
  readonly provider?: 'GKE' | 'EKS' | 'AKS'
  /** How the plugin names the interfaces of pods; absent: Calico's own way. */
  readonly interfacePrefix?: string
  /** Environment of calico-node beyond the interface prefix, in the order in which pods have it. */
  readonly nodeEnv: Readonly<Record<string, string>>
  /** Routing tables that Felix may use without meeting those of the plugin. */
  readonly routeTableRange?: { readonly min: number; readonly max: number }
  /** The HNS network on Windows nodes. */
  readonly windowsNetwork: string
}

const calico: CniFacts = { type: 'Calico', ipams: ['Calico', 'HostLocal'], nodeEnv: {}, windowsNetwork: 'Calico.*' }

export const cniTypes: Record<CniType, CniFacts> = {
  Calico: calico,
  GKE: {
    type: 'GKE',
    ipams: ['HostLocal'],
    provider: 'GKE',
    interfacePrefix: 'gke',
    nodeEnv: { FELIX_IPTABLESMANGLEALLOWACTION: 'Return', FELIX_IPTABLESFILTERALLOWACTION: 'Return' },
    routeTableRange: { min: 10, max: 250 },
    windowsNetwork: calico.windowsNetwork,
  },
  AmazonVPC: {
    type: 'AmazonVPC',
    ipams: ['AmazonVPC'],
    provider: 'EKS',
    interfacePrefix: 'eni',
    nodeEnv: { FELIX_IPTABLESMANGLEALLOWACTION: 'Return' },
    routeTableRange: { min: 65, max: 99 },
    windowsNetwork: 'vpc.*',
  },
  AzureVNET: {
    type: 'AzureVNET',
    ipams: ['AzureVNET'],
    provider: 'AKS',
    interfacePrefix: 'azv',
    nodeEnv: {},
    windowsNetwork: 'azure.*',
  },
}

/** What counts when the user names no plugin. */
export interface CniFound {
  /** DaemonSet kube-system/aws-node is there. */
  readonly awsNode: boolean
  /** The plugin that Calico has run with since it was installed. */
  readonly cniBefore?: CniType
}

/** The plugin in use when the user names none: the one that always was, or whose DaemonSet is there, even where the provider would suggest another. */
export const cniTypeOf = ({ cni }: InstallationSpec, provider: { readonly cniType: CniType }, { awsNode, cniBefore }: CniFound): CniType =>
  cni?.type || cniBefore || (awsNode ? 'AmazonVPC' : provider.cniType)

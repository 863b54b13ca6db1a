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
  /** It is Calico's own: calico-node installs it and writes its configuration. */
  readonly managed: boolean
  /** How the plugin names the interfaces of pods; absent: Calico's own way. */
  readonly interfacePrefix?: string
  /** The packet mark by which the plugin knows what must leave by the node's first interface. */
  readonly serviceMark?: string
  /** Which routes come from Felix; absent: all. What a cloud's plugin made must not come from Felix as well, only the routes of the pods themselves. */
  readonly routeSource?: 'WorkloadIPs'
  /** Environment of calico-node beyond these, in the order in which pods have it. */
  readonly nodeEnv: Readonly<Record<string, string>>
  /** Routing tables that Felix may use without meeting those of the plugin. */
  readonly routeTableRange?: { readonly min: number; readonly max: number }
  /** The HNS network on Windows nodes. */
  readonly windowsNetwork: string
}

const calico: CniFacts = { type: 'Calico', ipams: ['Calico', 'HostLocal'], managed: true, nodeEnv: {}, windowsNetwork: 'Calico.*' }
/** Of plugins that are there already. */
const foreign = { managed: false, routeSource: 'WorkloadIPs' } as const

export const cniTypes: Record<CniType, CniFacts> = {
  Calico: calico,
  GKE: {
    ...foreign,
    type: 'GKE',
    ipams: ['HostLocal'],
    provider: 'GKE',
    interfacePrefix: 'gke',
    nodeEnv: { FELIX_IPTABLESMANGLEALLOWACTION: 'Return', FELIX_IPTABLESFILTERALLOWACTION: 'Return' },
    routeTableRange: { min: 10, max: 250 },
    windowsNetwork: calico.windowsNetwork,
  },
  AmazonVPC: {
    ...foreign,
    type: 'AmazonVPC',
    ipams: ['AmazonVPC'],
    provider: 'EKS',
    interfacePrefix: 'eni',
    serviceMark: '0x80',
    nodeEnv: { FELIX_IPTABLESMANGLEALLOWACTION: 'Return' },
    routeTableRange: { min: 65, max: 99 },
    windowsNetwork: 'vpc.*',
  },
  AzureVNET: {
    ...foreign,
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

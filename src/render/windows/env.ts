/** The environment of what runs on Windows nodes, in the order in which running pods have it (spec/installation-render.md §9, §13.2). */
import type { Calico } from '../../installation/calico.ts'
import { addresses, backend, basics, clusterType, cniPlugin, metrics, typhaClient, typhaName } from '../node/env.ts'
import type { NodeKeys } from '../node/keys.ts'
import { apiServerEnv, type Env, fieldRef } from '../parts/container.ts'
import { when } from '../parts/present.ts'
import { onDriveC } from './paths.ts'

export interface WindowsNeeds {
  windows: NonNullable<Calico['windows']>
  keys: NodeKeys
  /** Of the cluster's DNS. */
  dnsAddresses: readonly string[]
}

export const cniConfigName = 'cni-config-windows'

/** Who makes the routes: RRAS, the routing service of Windows, speaks BGP. */
export const windowsBackend = (calico: Calico): string => backend(calico, 'windows-bgp')

/** Of felix, node and confd alike. */
export const windowsEnv = (calico: Calico, { windows, keys }: WindowsNeeds): Env => ({
  CNI_PLUGIN_TYPE: calico.cni.type,
  ...basics({ clusterType: clusterType(calico, ',windows') }),
  ...typhaClient(keys),
  VXLAN_VNI: calico.felix.vxlanVNI,
  VXLAN_ADAPTER: windows.adapter,
  ...typhaName(keys),
  ...cniPlugin(calico),
  KUBE_NETWORK: calico.cni.windowsNetwork,
  FELIX_VXLANMTU: calico.mtu,
  FELIX_WIREGUARDMTU: calico.mtu,
  USE_POD_CIDR: when(calico.cni.usePodCidr, true),
  CALICO_NETWORKING_BACKEND: windowsBackend(calico),
  ...addresses(calico),
  ...metrics(calico),
  FELIX_ROUTESOURCE: calico.cni.routeSource,
  ...apiServerEnv(calico.endpoints.host),
})

/** Of both init containers. */
export const cniEnv = ({ cni }: Calico, configDir: string): Env => ({
  SLEEP: false,
  CNI_PLUGIN_TYPE: cni.type,
  CNI_BIN_DIR: '/host/opt/cni/bin',
  CNI_CONF_NAME: '10-calico.conflist',
  CNI_NET_DIR: configDir,
})

export const installCniEnv = (calico: Calico, { windows, dnsAddresses }: WindowsNeeds): Env => ({
  ...cniEnv(calico, onDriveC(windows.cniDirs.config)),
  KUBERNETES_DNS_SERVERS: dnsAddresses.join(','),
  KUBERNETES_SERVICE_CIDRS: windows.serviceCIDRs.join(','),
  VXLAN_VNI: calico.felix.vxlanVNI,
  KUBERNETES_NODE_NAME: fieldRef('spec.nodeName'),
  CNI_NETWORK_CONFIG: { configMapKeyRef: { name: cniConfigName, key: 'config' } },
  ...apiServerEnv(calico.endpoints.host),
})

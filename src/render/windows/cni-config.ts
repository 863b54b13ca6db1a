/** The configuration of the CNI plugin on Windows nodes (spec/installation-render.md §9). Its text is hashed: a changed byte restarts calico-node-windows. */
import type { Calico } from '../../installation/calico.ts'
import type { ConfigMap } from '../../kube/kinds.ts'
import type { Json } from '../../kube/objects.ts'
import { cniLogging, cniNetwork, k8sApiRoot } from '../parts/cni.ts'
import { calicoSystem } from '../parts/places.ts'
import { cniConfigName, type WindowsNeeds, windowsBackend } from './env.ts'
import { fileOnDriveC } from './paths.ts'

export const windowsCniConfig = (calico: Calico, needs: WindowsNeeds): ConfigMap & { data: Record<string, string> } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: cniConfigName, namespace: calicoSystem },
  data: { config: cniNetwork('Calico', [plugin(calico, needs)]) },
})

/** What is in underscores the installer knows on its node. */
const plugin = (calico: Calico, { windows: { cniDirs, macPrefix, serviceCIDRs }, dnsAddresses }: WindowsNeeds): Json => ({
  type: 'calico',
  name: 'Calico',
  mode: windowsBackend(calico),
  vxlan_mac_prefix: macPrefix,
  vxlan_vni: calico.felix.vxlanVNI,
  windows_use_single_network: true,
  windows_loopback_DSR: '__DSR_SUPPORT__',
  capabilities: { dns: true },
  DNS: { Nameservers: [...dnsAddresses], Search: ['svc.cluster.local'] },
  nodename: '__KUBERNETES_NODE_NAME__',
  nodename_file: '__NODENAME_FILE__',
  nodename_file_optional: true,
  datastore_type: 'kubernetes',
  mtu: calico.mtu ?? 0,
  ipam: { type: calico.cni.usePodCidr ? 'host-local' : 'calico-ipam', subnet: 'usePodCidr' },
  policy: { type: 'k8s' },
  log_file_path: 'c:/var/log/calico/cni/cni.log',
  ...cniLogging(calico.cni.logging),
  kubernetes: { kubeconfig: fileOnDriveC(cniDirs.config, 'calico-kubeconfig'), ...k8sApiRoot(calico.endpoints.host) },
  // Services are no destinations outside the cluster, and kube-proxy on the node has to see what is sent to them.
  policies: [
    endpointPolicy({ Type: 'OutBoundNAT', ExceptionList: [...serviceCIDRs] }),
    ...serviceCIDRs.map(cidr => endpointPolicy({ Type: 'SDNROUTE', DestinationPrefix: cidr, NeedEncap: true })),
  ],
})

const endpointPolicy = (value: { [field: string]: Json }): Json => ({ Name: 'EndpointPolicy', Value: value })

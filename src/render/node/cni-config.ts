/** The configuration of the CNI plugins on Linux nodes (spec/installation-render.md §6.2). Its text is hashed: a changed byte restarts every calico-node. */
import type { Calico } from '../../installation/calico.ts'
import type { ConfigMap } from '../../kube/kinds.ts'
import type { Json } from '../../kube/objects.ts'
import { cniLogging, cniNetwork, k8sApiRoot } from '../parts/cni.ts'
import { calicoSystem } from '../parts/places.ts'
import { present } from '../parts/present.ts'
import { dataplaneParts } from './dataplane.ts'

export const cniConfigName = 'cni-config'

export const cniConfig = (calico: Calico): ConfigMap & { data: Record<string, string> } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: cniConfigName, namespace: calicoSystem },
  data: { config: cniNetwork('k8s-pod-network', plugins(calico)) },
})

const plugins = (calico: Calico): Json[] =>
  present<Json>(
    calicoPlugin(calico),
    calico.cni.hostPorts && { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    calico.cni.sysctl && { type: 'tuning', sysctl: Object.fromEntries(calico.cni.sysctl.map(({ key, value }) => [key, value])) },
  )

function calicoPlugin(calico: Calico): Json {
  const { cni, mtu, v3, provider } = calico
  const { cniOptions } = dataplaneParts(calico)
  return {
    type: 'calico',
    datastore_type: 'kubernetes',
    mtu: mtu === undefined ? 0 : mtu, // 0: calico-node tells the plugin what it found
    nodename_file_optional: provider.nodenameFileOptional,
    log_file_path: '/var/log/calico/cni/cni.log',
    ...cniLogging(cni.logging),
    ipam: ipam(cni, calico.pools),
    container_settings: { allow_ip_forwarding: cni.ipForwarding },
    policy: { type: 'k8s' },
    policy_setup_timeout_seconds: cni.policySetupTimeout,
    endpoint_status_dir: '/var/run/calico/endpoint-status',
    calico_api_group: v3 ? 'projectcalico.org/v3' : '',
    kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__', ...k8sApiRoot(calico.endpoints.host) },
    ...(cniOptions !== undefined && { dataplane_options: cniOptions }),
  }
}

/** Where pods get their addresses: from Calico's pools, or from the node's own range. */
function ipam({ usePodCidr }: Calico['cni'], { ipv4, ipv6 }: Calico['pools']): Json {
  if (!usePodCidr) return { type: 'calico-ipam', assign_ipv4: String(ipv4), assign_ipv6: String(ipv6) }
  const subnets = present(!(ipv6 && !ipv4) && 'usePodCidr', ipv6 && 'usePodCidrIPv6').map(subnet => ({ subnet }))
  return { type: 'host-local', ...(subnets.length === 1 ? subnets[0] : { ranges: subnets.map(range => [range]) }) }
}

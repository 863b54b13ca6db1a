/** The environment of calico-node, in the order in which running pods have it (spec/installation-render.md §6.6, §13.1). */
import type { Calico } from '../../installation/calico.ts'
import { apiServerEnv, type Env, fieldRef } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { when } from '../parts/present.ts'
import { dataplaneParts } from './dataplane.ts'
import type { NodeKeys } from './keys.ts'
import { earlyNetworking } from './volumes.ts'

export function nodeEnv(calico: Calico, keys: NodeKeys): Env {
  const { clusterType: special, env, bird } = dataplaneParts(calico)
  return {
    ...basics({ clusterType: clusterType(calico, special), healthPort: calico.felix.healthPort }),
    ...typhaClient(keys),
    NO_DEFAULT_POOLS: true,
    ...flowLogs(calico),
    ...typhaName(keys),
    ...cniPlugin(calico),
    ...env,
    FELIX_VXLANMTU: calico.mtu,
    FELIX_WIREGUARDMTU: calico.mtu,
    USE_POD_CIDR: when(calico.cni.usePodCidr, true),
    CALICO_NETWORKING_BACKEND: backend(calico, bird ? 'bird' : 'none'),
    FELIX_IPINIPMTU: when(calico.bgp, calico.mtu),
    ...addresses(calico),
    ...metrics(calico),
    FELIX_WIREGUARDHOSTENCRYPTIONENABLED: when(calico.provider.hostEncryptionWith === calico.cni.type, true),
    FELIX_INTERFACEPREFIX: calico.cni.interfacePrefix,
    ...calico.cni.nodeEnv,
    FELIX_ROUTESOURCE: calico.cni.routeSource,
    ...apiServerEnv(calico.endpoints.host),
    CALICO_EARLY_NETWORKING: when(calico.bgpLayout !== undefined, earlyNetworking),
    FELIX_ENDPOINTSTATUSPATHPREFIX: when(calico.cni.policySetupTimeout > 0, '/var/run/calico'),
  }
}

/** `special` is what makes these nodes so, with its comma. */
export const clusterType = ({ provider, bgp }: Calico, special: string): string =>
  `k8s,operator${provider.clusterType}${bgp ? ',bgp' : ''}${special}`

export const basics = ({ clusterType, healthPort }: { clusterType: string; healthPort?: number }): Env => ({
  DATASTORE_TYPE: 'kubernetes',
  WAIT_FOR_DATASTORE: true,
  CLUSTER_TYPE: clusterType,
  CALICO_DISABLE_FILE_LOGGING: false,
  FELIX_DEFAULTENDPOINTTOHOSTACTION: 'ACCEPT',
  FELIX_HEALTHENABLED: true,
  FELIX_HEALTHPORT: healthPort,
  NODENAME: fieldRef('spec.nodeName'),
  NAMESPACE: fieldRef('metadata.namespace'),
})

export const typhaClient = ({ client, trust }: NodeKeys): Env => ({
  FELIX_TYPHAK8SNAMESPACE: calicoSystem,
  FELIX_TYPHAK8SSERVICENAME: 'calico-typha',
  FELIX_TYPHACAFILE: trust.path,
  FELIX_TYPHACERTFILE: client.certFile,
  FELIX_TYPHAKEYFILE: client.keyFile,
})

/** Whom Felix expects to answer. */
export const typhaName = ({ typha }: NodeKeys): Env => ({
  FELIX_TYPHACN: typha.commonName || undefined,
  FELIX_TYPHAURISAN: typha.uriSan || undefined,
})

export const cniPlugin = ({ cni }: Calico): Env => ({
  CALICO_MANAGE_CNI: cni.managed,
  FELIX_BPFEXTTOSERVICECONNMARK: cni.serviceMark,
})

const flowLogs = ({ goldmane }: Calico): Env =>
  goldmane === undefined ? {} : { FELIX_FLOWLOGSGOLDMANESERVER: 'goldmane.calico-system.svc:7443', FELIX_FLOWLOGSFLUSHINTERVAL: 15 }

/** Who makes the routes between nodes; `speaker` with BGP. */
export function backend({ bgp, cni }: Calico, speaker: string): string {
  if (bgp) return speaker
  return cni.managed && !cni.usePodCidr ? 'vxlan' : 'none'
}

export const addresses = ({ autodetection: { ipv4, ipv6 }, bgp, mtu }: Calico): Env => ({
  IP: ipv4 === undefined ? 'none' : 'autodetect',
  IP_AUTODETECTION_METHOD: ipv4,
  IP6: ipv6 === undefined ? 'none' : 'autodetect',
  IP6_AUTODETECTION_METHOD: ipv6,
  FELIX_IPV6SUPPORT: ipv6 !== undefined,
  // A router's identity looks like an IPv4 address; without one it is made from the node's name.
  CALICO_ROUTER_ID: when(bgp && ipv6 !== undefined && ipv4 === undefined, 'hash'),
  FELIX_VXLANMTUV6: when(ipv6 !== undefined, mtu),
  FELIX_WIREGUARDMTUV6: when(ipv6 !== undefined, mtu),
})

export const metrics = ({ node: { metricsPort } }: Calico): Env => ({
  FELIX_PROMETHEUSMETRICSENABLED: when(metricsPort !== undefined, true),
  FELIX_PROMETHEUSMETRICSPORT: metricsPort,
})

/** Variables may refer to those before them, and another order restarts pods: for every container, in whatever cluster, the order is that of running pods (spec/installation-render.md §12, §13). */
import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import type { Calico } from '../installation/calico.ts'
import type { Facts } from '../installation/facts.ts'
import { decided, ipPool } from '../installation/testdata/asked.ts'
import type { KubeObject } from '../kube/objects.ts'
import { csi } from './csi/csi.ts'
import { finish } from './finish.ts'
import { kubeControllers } from './kube-controllers/kube-controllers.ts'
import { node } from './node/node.ts'
import { keyPair, trust } from './testdata/keys.ts'
import { typha } from './typha/typha.ts'
import { windows } from './windows/windows.ts'
import { isWorkload } from './workloads.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)
const apiServer = 'KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT'
const initTail = 'CALICO_API_GROUP'
const tail = 'CALICO_API_GROUP TLS_CIPHER_SUITES'
const begin = (healthPort = '') => `DATASTORE_TYPE WAIT_FOR_DATASTORE CLUSTER_TYPE CALICO_DISABLE_FILE_LOGGING
  FELIX_DEFAULTENDPOINTTOHOSTACTION FELIX_HEALTHENABLED ${healthPort} NODENAME NAMESPACE FELIX_TYPHAK8SNAMESPACE
  FELIX_TYPHAK8SSERVICENAME FELIX_TYPHACAFILE FELIX_TYPHACERTFILE FELIX_TYPHAKEYFILE`
const addresses = `IP IP_AUTODETECTION_METHOD IP6 IP6_AUTODETECTION_METHOD FELIX_IPV6SUPPORT CALICO_ROUTER_ID
  FELIX_VXLANMTUV6 FELIX_WIREGUARDMTUV6 FELIX_PROMETHEUSMETRICSENABLED FELIX_PROMETHEUSMETRICSPORT`
const onWindows = `CNI_PLUGIN_TYPE ${begin()} VXLAN_VNI VXLAN_ADAPTER FELIX_TYPHACN FELIX_TYPHAURISAN CALICO_MANAGE_CNI
  FELIX_BPFEXTTOSERVICECONNMARK KUBE_NETWORK FELIX_VXLANMTU FELIX_WIREGUARDMTU USE_POD_CIDR CALICO_NETWORKING_BACKEND
  ${addresses} FELIX_ROUTESOURCE ${apiServer} ${tail}`
const uninstall = 'SLEEP CNI_PLUGIN_TYPE CNI_BIN_DIR CNI_CONF_NAME CNI_NET_DIR'

/** All that a container may have. */
const orders: Record<string, string> = {
  'calico-node/flexvol-driver': initTail,
  'calico-node/ebpf-bootstrap': `KUBERNETES_SERVICE_IPS_PORTS KUBERNETES_APISERVER_ENDPOINTS CALICO_CGROUP_PATH ${initTail}`,
  'calico-node/install-cni': `CNI_CONF_NAME SLEEP CNI_NET_DIR CNI_NETWORK_CONFIG ${apiServer} ${initTail}`,
  'calico-node/calico-node': `${begin('FELIX_HEALTHPORT')} NO_DEFAULT_POOLS FELIX_FLOWLOGSGOLDMANESERVER FELIX_FLOWLOGSFLUSHINTERVAL
    FELIX_TYPHACN FELIX_TYPHAURISAN CALICO_MANAGE_CNI FELIX_BPFEXTTOSERVICECONNMARK FELIX_USEINTERNALDATAPLANEDRIVER
    FELIX_DATAPLANEDRIVER FELIX_XDPENABLED FELIX_AWSSRCDSTCHECK FELIX_VXLANMTU FELIX_WIREGUARDMTU USE_POD_CIDR
    CALICO_NETWORKING_BACKEND FELIX_IPINIPMTU ${addresses} FELIX_WIREGUARDHOSTENCRYPTIONENABLED FELIX_INTERFACEPREFIX
    FELIX_IPTABLESMANGLEALLOWACTION FELIX_IPTABLESFILTERALLOWACTION FELIX_ROUTESOURCE ${apiServer} CALICO_EARLY_NETWORKING
    FELIX_ENDPOINTSTATUSPATHPREFIX ${tail}`,
  'calico-node-windows/uninstall-calico': `${uninstall} ${initTail}`,
  'calico-node-windows/install-cni': `${uninstall} KUBERNETES_DNS_SERVERS KUBERNETES_SERVICE_CIDRS VXLAN_VNI KUBERNETES_NODE_NAME
    CNI_NETWORK_CONFIG ${apiServer} ${initTail}`,
  'calico-node-windows/felix': onWindows,
  'calico-node-windows/node': onWindows,
  'calico-node-windows/confd': onWindows,
  'calico-typha/calico-typha': `TYPHA_LOGSEVERITYSCREEN TYPHA_LOGFILEPATH TYPHA_LOGSEVERITYSYS TYPHA_CONNECTIONREBALANCINGMODE
    TYPHA_DATASTORETYPE TYPHA_HEALTHENABLED TYPHA_HEALTHPORT TYPHA_K8SNAMESPACE TYPHA_CAFILE TYPHA_SERVERCERTFILE
    TYPHA_SERVERKEYFILE TYPHA_SHUTDOWNTIMEOUTSECS TYPHA_CLIENTCN TYPHA_CLIENTURISAN FELIX_INTERFACEPREFIX USE_POD_CIDR
    ${apiServer} TYPHA_PROMETHEUSMETRICSENABLED TYPHA_PROMETHEUSMETRICSPORT ${tail}`,
  'calico-kube-controllers/calico-kube-controllers': `KUBE_CONTROLLERS_CONFIG_NAME DATASTORE_TYPE ENABLED_CONTROLLERS
    DISABLE_KUBE_CONTROLLERS_CONFIG_API ${apiServer} CA_CRT_PATH ${tail}`,
  'csi-node-driver/calico-csi': `LOG_LEVEL KUBE_NODE_NAME ${tail}`,
  'csi-node-driver/csi-node-driver-registrar': `ADDRESS DRIVER_REG_SOCK_PATH KUBE_NODE_NAME ${tail}`,
}
/** Where confd runs, Calico is what connects pods. */
const never: Record<string, string[]> = { 'calico-node-windows/confd': words('FELIX_BPFEXTTOSERVICECONNMARK FELIX_ROUTESOURCE') }

const v4 = ipPool('v4', { cidr: '10.0.0.0/16' })
const v6 = ipPool('v6', { cidr: 'fd00::/48' })
const endpoints: Facts['servicesEndpoint'] = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kubernetes-services-endpoint', namespace: 'tigera-operator' },
  data: {
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    KUBERNETES_SERVICE_PORT: '6443',
    KUBERNETES_SERVICE_HOST_POD_NETWORK: '10.96.0.1',
    KUBERNETES_SERVICE_PORT_POD_NETWORK: '443',
  },
}
const bgpLayout: Facts['bgpLayout'] = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'bgp-layout', namespace: 'tigera-operator' },
  data: { earlyNetworkConfiguration: 'layout' },
}
const everything: InstallationSpec = {
  nodeMetricsPort: 9091,
  typhaMetricsPort: 9093,
  kubeletVolumePluginPath: '/var/lib/kubelet',
  tlsCipherSuites: [{ name: 'TLS_AES_128_GCM_SHA256' }],
  serviceCIDRs: ['10.96.0.0/12'],
}
const network: NonNullable<InstallationSpec['calicoNetwork']> = { mtu: 1400, windowsDataplane: 'HNS' }
const pools = (encapsulation: 'None' | 'VXLAN', cidr = '10.0.0.0/16') => ({ ipPools: [{ cidr, encapsulation }] })

/** Clusters that together have everything. */
const clusters: Calico[] = [
  decided(
    { ...everything, calicoNetwork: { ...network, ...pools('None'), linuxPolicySetupTimeoutSeconds: 5 } },
    { pools: [v4, v6], servicesEndpoint: endpoints, bgpLayout },
  ),
  decided({ ...everything, calicoNetwork: { ...network, ...pools('None', 'fd00::/48') } }, { pools: [v6], servicesEndpoint: endpoints }),
  decided(
    {
      ...everything,
      kubernetesProvider: 'EKS',
      cni: { type: 'Calico' },
      calicoNetwork: { ...network, ...pools('None'), linuxDataplane: 'VPP', bgp: 'Enabled' },
    },
    { pools: [v4], servicesEndpoint: endpoints },
  ),
  decided({ ...everything, kubernetesProvider: 'EKS', calicoNetwork: network }, { servicesEndpoint: endpoints }),
  decided({ ...everything, kubernetesProvider: 'GKE', calicoNetwork: network }, { servicesEndpoint: endpoints }),
  decided(
    { ...everything, cni: { type: 'Calico', ipam: { type: 'HostLocal' } }, calicoNetwork: { ...network, ...pools('None') } },
    { pools: [v4], servicesEndpoint: endpoints },
  ),
].map((calico, index) => ({
  ...calico,
  goldmane: { clusterIP: '10.96.0.7' },
  felix: { ...calico.felix, cgroupV2Path: '/run/cgroup' },
  ...(index === 0 && { dataplane: { kind: 'bpf', bootstrap: { servicePorts: ['10.96.0.1:443'], apiServerEndpoints: ['10.0.0.1:6443'] } } }),
}))

const keys = { client: keyPair('node-certs'), typha: keyPair('typha-certs', { uriSan: 'spiffe://typha' }), trust }

const rendered = (calico: Calico): KubeObject[] =>
  finish(calico, [
    ...node(calico, keys),
    ...windows(calico, { windows: calico.windows!, keys, dnsAddresses: ['10.96.0.10'] }),
    ...typha(calico, { server: keys.typha, client: keyPair('node-certs', { uriSan: 'spiffe://node' }), trust }),
    ...kubeControllers(calico, trust),
    ...csi(calico),
  ])

/** Of every container of every cluster the names of its variables. */
const found: [container: string, names: string[]][] = clusters.flatMap(calico =>
  rendered(calico)
    .filter(isWorkload)
    .flatMap(({ metadata, spec }) =>
      [...(spec.template.spec?.initContainers ?? []), ...(spec.template.spec?.containers ?? [])].map((container): [string, string[]] => [
        `${metadata.name}/${container.name}`,
        (container.env ?? []).map(({ name }) => name),
      ]),
    ),
)

test.each(Object.entries(orders))('%s has its variables in order', (container, text) => {
  const order = words(text)
  const lists = found.filter(([name]) => name === container).map(([, names]) => names)
  for (const names of lists) expect(names).toEqual(order.filter(name => names.includes(name)))
  const missing = order.filter(name => !lists.some(names => names.includes(name)))
  expect(missing).toEqual(never[container] ?? [])
})

test('no container is forgotten', () => {
  expect([...new Set(found.map(([name]) => name))].filter(name => !(name in orders))).toEqual([])
})

/** Installation: what a user asks of Calico as a whole. One object named default is acted on; one named overlay changes single fields of it. */
import { named, onOff, operator } from './operator.ts'
import { containers, initContainers, overlay, scheduling, strategy } from './overrides.ts'
import {
  conditions,
  dnsConfig,
  dnsPolicy,
  labels,
  preferredNodes,
  requiredNodes,
  resources,
  rollingUpdate,
  tolerations,
  topologySpreadConstraints,
} from './pod.ts'
import { resource } from './resource.ts'
import { also, atomic, bool, bytes, int32, int64, list, type Of, obj, oneOf, quantity, req, str } from './schema.ts'

const ipPool = obj({
  name: str('Names the IPPool that is created. Without it the name follows from the address range.'),
  cidr: req(str('Gives pods addresses from this range.')),
  encapsulation: oneOf(
    ['IPIPCrossSubnet', 'IPIP', 'VXLAN', 'VXLANCrossSubnet', 'None'],
    "Wraps packets between nodes in this way; the CrossSubnet forms only between nodes of different subnets. IPIP for IPv4 with Calico's CNI plugin, else None.",
  ),
  natOutgoing: oneOf(
    onOff,
    'Hides the addresses of pods behind that of their node when they speak to anything outside of all pools. Enabled for IPv4, Disabled for IPv6.',
  ),
  nodeSelector: str('Uses the pool on nodes that this Calico selector takes. All nodes, all(), when absent.'),
  blockSize: int32('Hands addresses to nodes in blocks of this prefix length: 20 to 32, 26 when absent; for IPv6 116 to 128, and 122.'),
  disableBGPExport: bool({ description: 'Keeps the routes of this pool out of what BGP tells its peers.', default: false }),
  disableNewAllocations: bool('Gives out no more addresses of this pool; those in use stay.'),
  allowedUses: list(
    str(),
    'Gives addresses to these only: Workload, Tunnel or LoadBalancer, the last always alone. Workload and Tunnel when absent.',
  ),
  assignmentMode: str('Gives out addresses to whoever needs one (Automatic), or only where the pool is asked for by name (Manual).'),
})

const addressAutodetection = obj({
  firstFound: bool('Takes the first address of the first interface that is not known to be local.'),
  kubernetes: oneOf(['NodeInternalIP'], 'Takes the address that the Node object reports as its InternalIP.'),
  interface: str('Takes the address of the first interface whose name this regular expression matches.'),
  skipInterface: str('Takes the first address found, leaving out interfaces whose names this regular expression matches.'),
  canReach: str('Takes the address from which the node would speak to this host or address.'),
  cidrs: list(str(), 'Takes the first address that lies in one of these ranges.'),
})

const calicoNetwork = obj({
  linuxDataplane: oneOf(
    ['Iptables', 'BPF', 'VPP', 'Nftables'],
    'Moves packets and enforces policy on Linux by this means. Iptables when absent.',
  ),
  windowsDataplane: oneOf(['HNS', 'Disabled'], 'Runs Calico on Windows nodes (HNS), or leaves them alone (Disabled, when absent).'),
  bpfNetworkBootstrap: oneOf(
    onOff,
    'Finds by itself, with the BPF dataplane, how calico-node reaches the API server before Services work; in place of the ConfigMap kubernetes-services-endpoint.',
  ),
  kubeProxyManagement: oneOf(
    onOff,
    'Stops the kube-proxy DaemonSet of the cluster while the BPF dataplane does its work, and starts it again afterwards.',
  ),
  bgp: oneOf(
    onOff,
    "Exchanges routes between nodes and with routers by BGP. Enabled with Calico's CNI plugin except on EKS, else Disabled.",
  ),
  clusterRoutingMode: oneOf(
    ['BIRD', 'Felix'],
    'Programs the routes to pods of other nodes by BIRD (when absent), or by Felix, which needs no BGP for it.',
  ),
  ipPools: list(ipPool, {
    description:
      'Creates and keeps exactly these IPPools. When absent one fits the cluster; when pools exist already they stay; an empty list creates none.',
    maxItems: 25,
  }),
  mtu: int32('Sets the MTU of pod interfaces. 0, or nothing, finds the largest that the network and the encapsulation let through.'),
  nodeAddressAutodetectionV4: also(addressAutodetection, 'Finds the IPv4 address of each node by one of these methods.'),
  nodeAddressAutodetectionV6: also(addressAutodetection, 'Finds the IPv6 address of each node by one of these methods.'),
  hostPorts: oneOf(onOff, "Lets pods take ports of their node. Enabled with Calico's CNI plugin, which alone has the choice."),
  multiInterfaceMode: oneOf(['None', 'Multus'], 'Says whether pods may have more than one Calico interface. None when absent.'),
  containerIPForwarding: oneOf(onOff, 'Lets pods forward packets that are not theirs. Disabled when absent.'),
  sysctl: list(
    obj({
      key: req(
        oneOf(
          ['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_keepalive_time'],
          'Sets this kernel parameter.',
        ),
      ),
      value: req(str('Gives it this value.')),
    }),
    'Sets kernel parameters inside pods, by the tuning plugin of CNI.',
  ),
  linuxPolicySetupTimeoutSeconds: int32(
    'Holds a new pod back until its policies are in force, at most so many seconds. 0, when absent, does not wait.',
  ),
})

const cni = obj({
  type: req(
    oneOf(
      ['Calico', 'GKE', 'AmazonVPC', 'AzureVNET'],
      'Connects pods by this CNI plugin; Calico installs its own, and leaves the others to the cloud.',
    ),
  ),
  ipam: obj(
    {
      type: req(
        oneOf(
          ['Calico', 'HostLocal', 'AmazonVPC', 'AzureVNET'],
          "Takes pods' addresses from Calico's pools, from the podCIDR of the node (HostLocal), or from the cloud.",
        ),
      ),
    },
    'Says where the addresses of pods come from.',
  ),
  binDir: str('Puts the CNI binaries into this directory of each node.'),
  confDir: str('Puts the CNI configuration into this directory of each node.'),
})

const logging = obj({
  cni: obj(
    {
      logSeverity: oneOf(['Error', 'Warning', 'Info', 'Debug'], 'Writes messages of this severity and above. Info when absent.'),
      logFileMaxSize: quantity('Starts a new log file at this size. 100Mi when absent.'),
      logFileMaxAgeDays: int32('Removes log files after so many days. 30 when absent.'),
      logFileMaxCount: int32('Keeps so many log files beside the current one. 10 when absent.'),
    },
    'Sets the log files that the CNI plugin writes on each node.',
  ),
})

const certificateManagement = obj({
  caCert: req(bytes('Trusts certificates of this CA (PEM).')),
  signerName: req(str('Asks this signer for certificates, as DOMAIN/NAME.')),
  keyAlgorithm: oneOf(
    ['', 'RSAWithSize2048', 'RSAWithSize4096', 'RSAWithSize8192', 'ECDSAWithCurve256', 'ECDSAWithCurve384', 'ECDSAWithCurve521'],
    'Makes keys of this kind. RSAWithSize2048 when absent.',
  ),
  signatureAlgorithm: oneOf(
    ['', 'SHA256WithRSA', 'SHA384WithRSA', 'SHA512WithRSA', 'ECDSAWithSHA256', 'ECDSAWithSHA384', 'ECDSAWithSHA512'],
    'Signs requests in this way. SHA256WithRSA when absent.',
  ),
})

const cipherSuite = oneOf(
  [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
    'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
    'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  ],
  'Allows this suite.',
)

const windowsNodes = obj({
  cniBinDir: str('Puts the CNI binaries into this directory of each Windows node.'),
  cniConfigDir: str('Puts the CNI configuration into this directory of each Windows node.'),
  cniLogDir: str("Writes the CNI plugin's log into this directory of each Windows node."),
  vxlanMACPrefix: str({
    description: 'Begins the MAC addresses of VXLAN with these two bytes. 0E-2A when absent.',
    pattern: '^[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}$',
  }),
  vxlanAdapter: str('Sends VXLAN over this network adapter; over the one with the node address when absent.'),
})

/** What each workload of this resource may be given. */
const workloads = {
  calicoNodeDaemonSet: overlay('Changes the DaemonSet calico-node.', {
    pod: {
      ...scheduling,
      containers: containers(['calico-node']),
      initContainers: initContainers([
        'install-cni',
        'hostpath-init',
        'flexvol-driver',
        'ebpf-bootstrap',
        'node-certs-key-cert-provisioner',
        'calico-node-prometheus-server-tls-key-cert-provisioner',
        'mount-bpffs',
      ]),
      dnsPolicy: also(dnsPolicy, 'Replaces the DNS policy of the pods.'),
      dnsConfig: also(dnsConfig, 'Replaces the DNS configuration of the pods.'),
    },
  }),
  calicoNodeWindowsDaemonSet: overlay('Changes the DaemonSet calico-node-windows.', {
    pod: {
      ...scheduling,
      containers: containers(['calico-node-windows', 'node', 'felix', 'confd']),
      initContainers: initContainers([
        'install-cni',
        'hostpath-init',
        'flexvol-driver',
        'node-certs-key-cert-provisioner',
        'calico-node-windows-prometheus-server-tls-key-cert-provisioner',
      ]),
    },
  }),
  calicoKubeControllersDeployment: overlay('Changes the Deployment calico-kube-controllers.', {
    pod: { ...scheduling, containers: containers(['calico-kube-controllers', 'es-calico-kube-controllers']) },
  }),
  csiNodeDriverDaemonSet: overlay('Changes the DaemonSet csi-node-driver.', {
    pod: { ...scheduling, containers: containers(['calico-csi', 'csi-node-driver-registrar', 'csi-node-driver']) },
  }),
  typhaDeployment: overlay('Changes the Deployment calico-typha.', {
    spec: { strategy },
    pod: {
      ...scheduling,
      containers: containers(['calico-typha']),
      initContainers: initContainers(['typha-certs-key-cert-provisioner']),
      topologySpreadConstraints: also(topologySpreadConstraints, 'Replaces how the pods spread over the cluster.'),
      terminationGracePeriodSeconds: int64('Gives a Typha so many seconds to hand its clients to others before it ends. 300 when absent.'),
    },
  }),
  calicoWindowsUpgradeDaemonSet: overlay('Changes nothing any more: the workload is gone, and the field is kept for old manifests.', {
    pod: { ...scheduling, containers: containers(['calico-windows-upgrade']) },
  }),
}

const spec = obj(
  {
    variant: oneOf(
      ['Calico', 'TigeraSecureEnterprise'],
      'Installs this product. Calico when absent, and the only one that this operator installs.',
    ),
    registry: str('Pulls all images from this registry in place of quay.io.'),
    imagePath: str('Pulls all images from this path of the registry, in place of calico and the like.'),
    imagePrefix: str('Puts this before the name of every image.'),
    imagePullSecrets: list(
      atomic(obj({ name: str({ description: "Names a Secret in the operator's namespace.", default: '' }) })),
      'Copies these Secrets to where pods run, and pulls images with them.',
    ),
    kubernetesProvider: oneOf(
      ['', 'EKS', 'GKE', 'AKS', 'OpenShift', 'DockerEnterprise', 'RKE2', 'TKG', 'Kind'],
      'Fits the installation to this provider of Kubernetes. Found in the cluster when absent; AKS never is.',
    ),
    cni: also(cni, 'Chooses how pods are connected. By the provider when absent.'),
    calicoNetwork: also(calicoNetwork, 'Sets the network that Calico makes.'),
    controlPlaneNodeSelector: also(
      labels,
      'Runs kube-controllers, the API server and other Deployments, though not Typha, only on nodes that carry these labels too.',
    ),
    controlPlaneTolerations: also(
      tolerations,
      'Lets kube-controllers, the API server and other Deployments run on nodes with these taints; for Typha in place of tolerating all.',
    ),
    controlPlaneReplicas: int32('Runs so many pods of the API server and the webhooks. 2 when absent.'),
    nodeMetricsPort: int32("Serves calico-node's Prometheus metrics at this port of each node; not at all when absent."),
    typhaMetricsPort: int32("Serves Typha's Prometheus metrics at this port; not at all when absent."),
    flexVolumePath: str(
      'Installs the FlexVolume driver into this absolute path of each node; None installs none. By the provider when absent.',
    ),
    kubeletVolumePluginPath: str(
      "Installs Calico's CSI driver, with this absolute path as the directory of the kubelet. No driver when absent or None.",
    ),
    nodeUpdateStrategy: obj(
      {
        type: str('Replaces the pods of calico-node in turn: RollingUpdate, and nothing else.'),
        rollingUpdate: also(rollingUpdate, 'Sets the pace of the update. One node at a time when absent.'),
      },
      'Says how a new version of calico-node, on Linux and Windows, reaches the nodes.',
    ),
    certificateManagement: also(
      certificateManagement,
      'Has pods request their certificates from a signer of the cluster, in place of the CA of the operator.',
    ),
    tlsCipherSuites: list(obj({ name: cipherSuite }), 'Allows only these cipher suites, in this order, wherever a component serves TLS.'),
    fipsMode: oneOf(onOff, 'Runs the images built for FIPS 140-2, and only what it allows. Disabled when absent.'),
    logging: also(logging, 'Sets what components log.'),
    windowsNodes: also(windowsNodes, 'Sets paths and VXLAN on Windows nodes.'),
    serviceCIDRs: list(str(), 'Says which addresses the Services of the cluster have; Windows nodes need to know.'),
    azure: obj(
      {
        policyMode: oneOf(['Default', 'Manual'], {
          description: 'Labels the namespaces of Calico so that policies of Azure leave them alone (Default), or does not (Manual).',
          default: 'Default',
        }),
      },
      'Sets what only AKS knows.',
    ),
    proxy: obj(
      {
        httpProxy: str('Sends HTTP requests that leave the cluster through this proxy.'),
        httpsProxy: str('Sends HTTPS requests that leave the cluster through this proxy.'),
        noProxy: str('Sends requests to these hosts and ranges, separated by commas, through no proxy.'),
      },
      'Gives components that speak to the outside these proxies.',
    ),
    ...workloads,
    componentResources: list(
      obj({
        componentName: req(
          oneOf(
            ['Node', 'Typha', 'KubeControllers', 'NodeWindows', 'FelixWindows', 'ConfdWindows'],
            'Names the component; only the first three have an effect.',
          ),
        ),
        resourceRequirements: req(also(resources, 'Sets the requests and limits of its main container.')),
      }),
      'Sets resources of components in the old way; the fields named after the workloads win over it.',
    ),
    typhaAffinity: obj(
      {
        nodeAffinity: obj(
          {
            preferredDuringSchedulingIgnoredDuringExecution: preferredNodes,
            requiredDuringSchedulingIgnoredDuringExecution: requiredNodes,
          },
          'Draws Typha to nodes by the labels of nodes.',
        ),
      },
      'Draws Typha to nodes in the old way; typhaDeployment wins over it.',
    ),
    nonPrivileged: str('Does nothing any more: Enabled is refused.'),
  },
  'What is asked.',
)

const status = obj(
  {
    variant: oneOf(['Calico', 'TigeraSecureEnterprise'], 'The product that was last completely available.'),
    mtu: int32('The MTU of pod interfaces; 0 while it is not known.'),
    imageSet: str('The ImageSet whose digests are used; empty without one.'),
    computed: also(spec, 'The specification as it is acted on: with the overlay, and with every default.'),
    calicoVersion: str('The version of Calico that was last completely available.'),
    conditions: also(
      conditions,
      'Whether it is Ready, Progressing or Degraded, as the TigeraStatus calico says; and what the operator has to remember, such as, under Imported, what an installation by manifest said.',
    ),
  },
  'What was made of it.',
)

export const Installation = resource({
  ...operator,
  kind: 'Installation',
  plural: 'installations',
  description:
    'Installs Calico, and keeps it as this says. The object named default is acted on; one named overlay changes single fields of it.',
  spec,
  status,
  rules: named(['default', 'tigera-secure', 'overlay']),
})
export interface Installation extends Of<typeof Installation> {}
export interface InstallationSpec extends Of<typeof spec> {}
export interface InstallationStatus extends Of<typeof status> {}
/** A pool as it is asked for; the IPPool that is made of it is in v3/ip-pool.ts. */
export type IPPoolSpec = Of<typeof ipPool>
export type NodeAddressAutodetection = Of<typeof addressAutodetection>

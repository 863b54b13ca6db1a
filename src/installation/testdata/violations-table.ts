/** One violation of every rule, alone and with what it takes to be one, so that they can be put together at random. Data for tests. */
import type { InstallationSpec } from '../../../api/installation.ts'
import type { Facts } from '../facts.ts'
import { factsWith } from './asked.ts'

export interface Violation {
  /** The rule. */
  readonly id: string
  /** All that it depends on is said, so that nothing beside it changes what it means. */
  readonly spec?: object
  /** Pools of its own; `@0` in a path is the first of them. */
  readonly pools?: readonly object[]
  readonly facts?: Partial<Facts>
  readonly path: string
  /** Something of the message: the value, wherever there is one. */
  readonly says: string
}

const at = 'spec.calicoNetwork'
const pool = (index: number, field: string) => `${at}.ipPools[@${index}].${field}`
const network = (calicoNetwork: NonNullable<InstallationSpec['calicoNetwork']> | Record<string, unknown>) => ({ calicoNetwork })
const byCalico = { cni: { type: 'Calico', ipam: { type: 'Calico' } } }
const foreign = { cni: { type: 'AmazonVPC', ipam: { type: 'AmazonVPC' } } }
const pod = (workload: string, spec: object) => ({ [workload]: { spec: { template: { spec } } } })
const resources = (more: object) => ({ resources: more })
const logging = (cni: object) => ({ ...byCalico, logging: { cni } })
const windows = (more: object = {}) => ({ ...byCalico, serviceCIDRs: ['10.96.0.0/12'], calicoNetwork: { windowsDataplane: 'HNS' }, ...more })

const { environment } = factsWith()
const { endpoint: _, ...nowhere } = environment

const ofSchema: Violation[] = [
  { id: 'schema', spec: { variant: 'Enterprise' }, path: 'spec.variant', says: 'Enterprise' },
  { id: 'schema', spec: { kubernetesProvider: 'Kubernetes' }, path: 'spec.kubernetesProvider', says: 'Kubernetes' },
  { id: 'schema', spec: { cni: { type: 'Flannel' } }, path: 'spec.cni.type', says: 'Flannel' },
  { id: 'schema', spec: { cni: { type: 'Calico', ipam: { type: 'Whereabouts' } } }, path: 'spec.cni.ipam.type', says: 'Whereabouts' },
  { id: 'schema', spec: network({ linuxDataplane: 'eBPF' }), path: `${at}.linuxDataplane`, says: 'eBPF' },
  { id: 'schema', spec: network({ bgp: true }), path: `${at}.bgp`, says: 'true' },
  { id: 'schema', spec: network({ mtu: '1400' }), path: `${at}.mtu`, says: '"1400"' },
  { id: 'schema', spec: network({ sysctl: [{ key: 'kernel.panic', value: '1' }] }), path: `${at}.sysctl[0].key`, says: 'kernel.panic' },
  { id: 'schema', spec: { nodeMetricsPort: 9091.5 }, path: 'spec.nodeMetricsPort', says: '9091.5' },
  { id: 'schema', spec: { controlPlaneTolerations: {} }, path: 'spec.controlPlaneTolerations', says: 'an object' },
  { id: 'schema', spec: { tlsCipherSuites: [{ name: 'RC4' }] }, path: 'spec.tlsCipherSuites[0].name', says: 'RC4' },
  { id: 'schema', spec: { typhaDeployment: { spec: { minReadySeconds: -1 } } }, path: 'spec.typhaDeployment.spec.minReadySeconds', says: '-1' },
  { id: 'schema', spec: { logging: { cni: { logFileMaxSize: 'large' } } }, path: 'spec.logging.cni.logFileMaxSize', says: 'large' },
  { id: 'schema', pools: [{ name: 'without' }], path: pool(0, 'cidr'), says: 'not there' },
  { id: 'schema', pools: [{ cidr: '10.1.0.0/16', encapsulation: 'Geneve' }], path: pool(0, 'encapsulation'), says: 'Geneve' },
  { id: 'schema', pools: [{ cidr: '10.2.0.0/16', natOutgoing: 'On' }], path: pool(0, 'natOutgoing'), says: 'On' },
]

const cniFields = [
  ['calico-cni-for-hostPorts', network({ hostPorts: 'Enabled' }), `${at}.hostPorts`],
  ['calico-cni-for-multiInterface', network({ multiInterfaceMode: 'Multus' }), `${at}.multiInterfaceMode`],
  ['calico-cni-for-ipForwarding', network({ containerIPForwarding: 'Enabled' }), `${at}.containerIPForwarding`],
  ['calico-cni-for-cniLogging', { logging: { cni: { logSeverity: 'Info' } } }, 'spec.logging.cni'],
] as const

const ofCapabilities: Violation[] = [
  { id: 'variant', spec: { variant: 'TigeraSecureEnterprise' }, path: 'spec.variant', says: 'TigeraSecureEnterprise' },
  ...(
    [
      ['Calico', 'AzureVNET'],
      ['GKE', 'Calico'],
      ['AmazonVPC', 'HostLocal'],
      ['AzureVNET', 'Calico'],
    ] as const
  ).map(([type, ipam]) => ({ id: `ipam-of-${type}`, spec: { cni: { type, ipam: { type: ipam } } }, path: 'spec.cni.ipam.type', says: ipam })),
  ...(
    [
      ['GKE', 'EKS'],
      ['AmazonVPC', 'GKE'],
      ['AzureVNET', 'OpenShift'],
    ] as const
  ).map(([type, kubernetesProvider]) => ({
    id: `provider-of-${type}`,
    spec: { kubernetesProvider, cni: { type } },
    path: 'spec.cni.type',
    says: kubernetesProvider,
  })),
  { id: 'vpp-cni', spec: { ...foreign, ...network({ linuxDataplane: 'VPP' }) }, path: `${at}.linuxDataplane`, says: 'AmazonVPC' },
  { id: 'vpp-bgp', spec: network({ linuxDataplane: 'VPP', bgp: 'Disabled' }), path: `${at}.linuxDataplane`, says: 'Disabled' },
  { id: 'vpp-hostPorts', spec: network({ linuxDataplane: 'VPP', hostPorts: 'Disabled' }), path: `${at}.linuxDataplane`, says: 'Disabled' },
  ...cniFields.map(([id, spec, path]) => ({ id, spec: { ...foreign, ...spec }, path, says: 'AmazonVPC' })),
  {
    id: 'policy-timeout-dataplane',
    spec: network({ linuxDataplane: 'VPP', linuxPolicySetupTimeoutSeconds: 5 }),
    path: `${at}.linuxPolicySetupTimeoutSeconds`,
    says: 'VPP',
  },
  {
    id: 'bpf-bootstrap-dataplane',
    spec: network({ linuxDataplane: 'Nftables', bpfNetworkBootstrap: 'Enabled' }),
    path: `${at}.bpfNetworkBootstrap`,
    says: 'Nftables',
  },
  { id: 'azure-on-aks', spec: { kubernetesProvider: 'RKE2', azure: { policyMode: 'Manual' } }, path: 'spec.azure', says: 'RKE2' },
  {
    id: 'windows-nodes-without-windows',
    spec: { windowsNodes: { vxlanAdapter: 'Ethernet' }, ...network({ windowsDataplane: 'Disabled' }) },
    path: 'spec.windowsNodes',
    says: 'Disabled',
  },
  {
    id: 'windows-service-cidrs',
    spec: { ...byCalico, serviceCIDRs: [], ...network({ windowsDataplane: 'HNS' }) },
    path: 'spec.serviceCIDRs',
    says: 'ServiceCIDRs',
  },
  { id: 'windows-api-endpoint', spec: windows(), facts: { environment: nowhere }, path: `${at}.windowsDataplane`, says: 'Kubernetes API' },
  {
    id: 'bpf-ipv4-address',
    spec: network({ linuxDataplane: 'BPF', nodeAddressAutodetectionV4: { firstFound: false } }),
    pools: [{ cidr: '10.3.0.0/16' }],
    path: `${at}.nodeAddressAutodetectionV4`,
    says: '10.3.0.0/16',
  },
  {
    id: 'bpf-ipv6-address',
    spec: network({ linuxDataplane: 'BPF', nodeAddressAutodetectionV6: { firstFound: false } }),
    pools: [{ cidr: 'fd00:4::/64' }],
    path: `${at}.nodeAddressAutodetectionV6`,
    says: 'fd00:4::/64',
  },
  { id: 'ipip-ipv6', pools: [{ cidr: 'fd00:5::/64', encapsulation: 'IPIP' }], path: pool(0, 'encapsulation'), says: 'fd00:5::/64' },
  {
    id: 'ipip-needs-bgp',
    spec: { ...byCalico, ...network({ bgp: 'Disabled', clusterRoutingMode: 'BIRD' }) },
    pools: [{ cidr: '10.6.0.0/16', encapsulation: 'IPIPCrossSubnet' }],
    path: pool(0, 'encapsulation'),
    says: 'IPIPCrossSubnet',
  },
  {
    id: 'bare-needs-bgp',
    spec: { ...byCalico, ...network({ bgp: 'Disabled', clusterRoutingMode: 'BIRD' }) },
    pools: [{ cidr: '10.7.0.0/16', encapsulation: 'None' }],
    path: pool(0, 'encapsulation'),
    says: 'unencapsulated',
  },
  {
    id: 'vxlan-host-local',
    spec: { cni: { type: 'Calico', ipam: { type: 'HostLocal' } } },
    pools: [{ cidr: '10.8.0.0/16', encapsulation: 'VXLAN' }],
    path: pool(0, 'encapsulation'),
    says: 'VXLAN',
  },
  {
    id: 'encapsulation-of-foreign-cni',
    spec: foreign,
    pools: [{ cidr: '10.9.0.0/16', encapsulation: 'VXLAN' }],
    path: pool(0, 'encapsulation'),
    says: 'VXLAN',
  },
  {
    id: 'bgp-of-foreign-cni',
    spec: { ...foreign, ...network({ bgp: 'Enabled' }) },
    pools: [{ cidr: '10.10.0.0/16', encapsulation: 'None' }],
    path: `${at}.bgp`,
    says: 'BGP',
  },
]

const ofFields: Violation[] = [
  { id: 'log-file-count', spec: logging({ logFileMaxCount: 0 }), path: 'spec.logging.cni.logFileMaxCount', says: '0' },
  { id: 'log-file-size', spec: logging({ logFileMaxSize: '100M' }), path: 'spec.logging.cni.logFileMaxSize', says: '100M' },
  { id: 'log-file-age', spec: logging({ logFileMaxAgeDays: -3 }), path: 'spec.logging.cni.logFileMaxAgeDays', says: '-3' },
  ...(['nodeAddressAutodetectionV4', 'nodeAddressAutodetectionV6'] as const).flatMap(field => [
    {
      id: `one-${field}`,
      spec: network({ [field]: { canReach: 'example.com', interface: 'eth0' } }),
      path: `${at}.${field}`,
      says: 'interface, canReach',
    },
    { id: `one-${field}`, spec: network({ [field]: { cidrs: ['10.0.0.0/33'] } }), path: `${at}.${field}.cidrs[0]`, says: '10.0.0.0/33' },
  ]),
  { id: 'mtu', spec: network({ mtu: -1 }), path: `${at}.mtu`, says: '-1' },
  {
    id: 'policy-timeout',
    spec: network({ linuxPolicySetupTimeoutSeconds: -5 }),
    path: `${at}.linuxPolicySetupTimeoutSeconds`,
    says: '-5',
  },
  { id: 'node-update-strategy', spec: { nodeUpdateStrategy: { type: 'OnDelete' } }, path: 'spec.nodeUpdateStrategy.type', says: 'OnDelete' },
  {
    id: 'node-update-pace',
    spec: { nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: '200%' } } },
    path: 'spec.nodeUpdateStrategy.rollingUpdate.maxUnavailable',
    says: '200%',
  },
  {
    id: 'control-plane-on-linux',
    spec: { controlPlaneNodeSelector: { 'kubernetes.io/os': 'windows' } },
    path: 'spec.controlPlaneNodeSelector[kubernetes.io/os]',
    says: 'windows',
  },
  { id: 'control-plane-replicas', spec: { controlPlaneReplicas: 0 }, path: 'spec.controlPlaneReplicas', says: '0' },
  {
    id: 'component-resources',
    spec: { componentResources: [{ componentName: 'FelixWindows', resourceRequirements: {} }] },
    path: 'spec.componentResources[0].componentName',
    says: 'FelixWindows',
  },
  { id: 'non-privileged', spec: { nonPrivileged: 'Enabled' }, path: 'spec.nonPrivileged', says: 'Enabled' },
  { id: 'image-place', spec: { registry: 'https://registry.example.com/' }, path: 'spec.registry', says: 'https://registry.example.com/' },
  { id: 'image-place', spec: { imagePath: 'My Images' }, path: 'spec.imagePath', says: 'My Images' },
  { id: 'image-place', spec: { imagePrefix: '-' }, path: 'spec.imagePrefix', says: '-' },
  { id: 'image-place', spec: { registry: 'r'.repeat(500) }, path: 'spec.registry', says: '500' },
  { id: 'flex-volume-path', spec: { flexVolumePath: 'none' }, path: 'spec.flexVolumePath', says: 'none' },
  { id: 'kubelet-path', spec: { kubeletVolumePluginPath: '/var/../lib' }, path: 'spec.kubeletVolumePluginPath', says: '/var/../lib' },
  { id: 'cni-bin-dir', spec: { cni: { type: 'Calico', binDir: 'opt/cni' } }, path: 'spec.cni.binDir', says: 'opt/cni' },
  { id: 'cni-conf-dir', spec: { cni: { type: 'Calico', confDir: '../etc' } }, path: 'spec.cni.confDir', says: '../etc' },
  { id: 'port-nodeMetricsPort', spec: { nodeMetricsPort: 0 }, path: 'spec.nodeMetricsPort', says: '0' },
  { id: 'port-typhaMetricsPort', spec: { typhaMetricsPort: 65536 }, path: 'spec.typhaMetricsPort', says: '65536' },
  {
    id: 'control-plane-labels',
    spec: { controlPlaneNodeSelector: { 'no good/ key': 'x' } },
    path: 'spec.controlPlaneNodeSelector',
    says: 'no good/ key',
  },
  {
    id: 'control-plane-tolerations',
    spec: { controlPlaneTolerations: [{ operator: 'Exists' }, { key: 'a', effect: 'Never' }] },
    path: 'spec.controlPlaneTolerations[1].effect',
    says: 'Never',
  },
  {
    id: 'typha-affinity',
    spec: { typhaAffinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
    path: 'spec.typhaAffinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms',
    says: 'no term',
  },
  {
    id: 'component-amounts',
    spec: { componentResources: [{ componentName: 'Node', resourceRequirements: { limits: { cpu: '-1' } } }] },
    path: 'spec.componentResources[0].resourceRequirements.limits[cpu]',
    says: '-1',
  },
  {
    id: 'certificate-management',
    spec: { certificateManagement: { caCert: 'bm9uZQ==', signerName: 'nobody' } },
    path: 'spec.certificateManagement.signerName',
    says: 'nobody',
  },
  { id: 'service-cidrs', spec: windows({ serviceCIDRs: ['10.96.0.0'] }), path: 'spec.serviceCIDRs[0]', says: '10.96.0.0' },
]

const ofOverrides: Violation[] = [
  {
    id: 'override-calicoNodeDaemonSet',
    spec: pod('calicoNodeDaemonSet', { containers: [{ name: 'calico-node', ...resources({ requests: { cpu: '2' }, limits: { cpu: '1' } }) }] }),
    path: 'spec.calicoNodeDaemonSet.spec.template.spec.containers[0].resources.requests[cpu]',
    says: '2 of cpu',
  },
  {
    id: 'override-calicoNodeWindowsDaemonSet',
    spec: pod('calicoNodeWindowsDaemonSet', { tolerations: [{ value: 'x' }] }),
    path: 'spec.calicoNodeWindowsDaemonSet.spec.template.spec.tolerations[0].operator',
    says: 'no key',
  },
  {
    id: 'override-calicoKubeControllersDeployment',
    spec: { calicoKubeControllersDeployment: { metadata: { labels: { team: 'a b' } } } },
    path: 'spec.calicoKubeControllersDeployment.metadata.labels[team]',
    says: 'a b',
  },
  {
    id: 'override-typhaDeployment',
    spec: { typhaDeployment: { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } } },
    path: 'spec.typhaDeployment.spec.strategy.rollingUpdate',
    says: 'none can be replaced',
  },
  {
    id: 'override-csiNodeDriverDaemonSet',
    spec: pod('csiNodeDriverDaemonSet', { nodeSelector: { disk: '/ssd' } }),
    path: 'spec.csiNodeDriverDaemonSet.spec.template.spec.nodeSelector[disk]',
    says: '/ssd',
  },
  {
    id: 'one-bpf-init-container',
    spec: pod('calicoNodeDaemonSet', {
      initContainers: [
        { name: 'mount-bpffs', resources: {} },
        { name: 'ebpf-bootstrap', resources: {} },
      ],
    }),
    path: 'spec.calicoNodeDaemonSet.spec.template.spec.initContainers',
    says: 'mount-bpffs',
  },
]

const balancer = { allowedUses: ['LoadBalancer'] }

const ofPools: Violation[] = [
  { id: 'pool-cidr', pools: [{ cidr: '10.11.0.300/16' }], path: pool(0, 'cidr'), says: '10.11.0.300/16' },
  {
    id: 'pool-cidr-once',
    pools: [
      { cidr: '10.12.0.0/16', name: 'twice-a' },
      { cidr: '10.12.0.1/16', name: 'twice-b' },
    ],
    path: pool(1, 'cidr'),
    says: '10.12.0.1/16',
  },
  ...[0, 1].map(index => ({
    id: 'pools-apart',
    pools: [
      { cidr: '10.13.0.0/17', name: 'half-a' },
      { cidr: '10.13.128.0/17', name: 'half-b' },
      { cidr: '10.13.0.0/16', name: 'whole' },
    ],
    path: pool(2, 'cidr'),
    says: `overlaps 10.13.${128 * index}.0/17`,
  })),
  { id: 'pool-name', pools: [{ cidr: '10.14.0.0/16', name: 'My Pool' }], path: pool(0, 'name'), says: 'My Pool' },
  {
    id: 'pool-name-once',
    pools: [
      { cidr: '10.15.0.0/17', name: 'same' },
      { cidr: '10.15.128.0/17', name: 'same' },
    ],
    path: pool(1, 'name'),
    says: 'same',
  },
  { id: 'pool-selector', pools: [{ cidr: '10.26.0.0/16', nodeSelector: 'rack = 1' }], path: pool(0, 'nodeSelector'), says: 'rack = 1' },
  {
    id: 'pool-load-balancer-alone',
    pools: [{ cidr: '10.16.0.0/16', encapsulation: 'None', allowedUses: ['LoadBalancer', 'Tunnel'], name: 'balanced' }],
    path: pool(0, 'allowedUses'),
    says: 'balanced',
  },
  {
    id: 'pool-load-balancer-everywhere',
    pools: [{ cidr: '10.17.0.0/16', ...balancer, nodeSelector: "rack == '1'" }],
    path: pool(0, 'nodeSelector'),
    says: "rack == '1'",
  },
  {
    id: 'pool-load-balancer-bare',
    pools: [{ cidr: '10.18.0.0/16', ...balancer, encapsulation: 'IPIP' }],
    path: pool(0, 'encapsulation'),
    says: 'load balancers and has the encapsulation IPIP',
  },
  {
    id: 'pool-load-balancer-exported',
    pools: [{ cidr: '10.19.0.0/16', ...balancer, disableBGPExport: true }],
    path: pool(0, 'disableBGPExport'),
    says: 'not exported',
  },
  {
    id: 'pool-everywhere',
    spec: foreign,
    pools: [{ cidr: '10.20.0.0/16', encapsulation: 'None', nodeSelector: 'has(gpu)' }],
    path: pool(0, 'nodeSelector'),
    says: 'has(gpu)',
  },
  { id: 'pool-uses', pools: [{ cidr: '10.21.0.0/16', allowedUses: ['Pods'] }], path: pool(0, 'allowedUses'), says: 'Pods' },
  { id: 'pool-assignment', pools: [{ cidr: '10.22.0.0/16', assignmentMode: 'Sometimes' }], path: pool(0, 'assignmentMode'), says: 'Sometimes' },
  { id: 'pool-block-size', pools: [{ cidr: '10.23.0.0/16', blockSize: 19 }], path: pool(0, 'blockSize'), says: '19' },
  { id: 'pool-holds-a-block', pools: [{ cidr: '10.24.0.0/28', blockSize: 26 }], path: pool(0, 'cidr'), says: '10.24.0.0/28' },
]

/** The first IPv4 pool is the one that Windows nodes depend on, so this one stands alone. */
export const alone: Violation[] = [
  { id: 'windows-encapsulation', spec: windows(), pools: [{ cidr: '10.25.0.0/16', encapsulation: 'IPIP' }], path: pool(0, 'encapsulation'), says: 'IPIP' },
]

/** Not of a rule's list: what the cluster says against what was asked. */
const ofFacts: Violation[] = [
  {
    id: 'provider',
    spec: { kubernetesProvider: 'EKS', cni: { type: 'Calico' } },
    facts: { provider: { name: 'GKE', evidence: 'a label' } },
    path: 'spec.kubernetesProvider',
    says: 'GKE',
  },
  {
    id: 'image-set',
    spec: { controlPlaneReplicas: 0 },
    facts: {
      imageSets: [
        {
          ...{ apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet', metadata: { name: 'calico-v3.32.1' } },
          spec: { images: [{ image: 'calico/nonsense', digest: 'latest' }] },
        },
      ],
    },
    path: 'spec.images[0].image',
    says: 'calico/nonsense',
  },
  { id: 'pull-secret', spec: { imagePullSecrets: [{ name: 'absent' }], controlPlaneReplicas: 0 }, path: 'spec.imagePullSecrets[0]', says: 'absent' },
  {
    id: 'bootstrap',
    spec: network({ linuxDataplane: 'BPF', bpfNetworkBootstrap: 'Enabled' }),
    path: `${at}.bpfNetworkBootstrap`,
    says: 'no EndpointSlice',
  },
]

export const violations: readonly Violation[] = [
  ...ofSchema,
  ...ofCapabilities,
  ...ofFields,
  ...ofOverrides,
  ...ofPools,
  ...ofFacts,
]

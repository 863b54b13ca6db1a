/**
 * Every field of every resource that overrides no workload changes something that all controllers together make, or is refused, or is listed here with the reason why it does
 * neither. Each is tried where it matters: in the recorded cluster, and beside the settings, that it is for.
 */
import { describe, expect, test } from 'vitest'
import { APIServer } from '../api/apiserver.ts'
import { GatewayAPI } from '../api/gatewayapi.ts'
import { Goldmane } from '../api/goldmane.ts'
import { ImageSet } from '../api/imageset.ts'
import { Installation } from '../api/installation.ts'
import { ManagementClusterConnection } from '../api/managementclusterconnection.ts'
import type { AnyResource } from '../api/resource.ts'
import { Whisker } from '../api/whisker.ts'
import { isMap, type KubeObject } from '../src/kube/objects.ts'
import type { Controller } from '../src/reconcile/controller.ts'
import { overlays } from '../src/render/overrides.ts'
import { type Leaf, leavesOf, type Samples, samplesOf, specWith } from './leaves.ts'
import { madeOf, withResource } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const recorded = (name: string): readonly KubeObject[] => recordedClusters().get(name)!

/** The certificates of two authorities. */
const caCert = ['default-v3crd', 'default-v1crd'].map(name => {
  const secret = recorded(name).find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'tigera-ca-private')
  return (secret as KubeObject & { data: Record<string, string> }).data['tls.crt']!
})

/** Good values, and two of each where one may be the default. */
const samples: Samples = {
  caCert,
  signerName: ['example.com/signer', 'example.com/other'],
  registry: ['registry.example.com/'],
  cidr: ['192.168.0.0/16', '10.7.0.0/16'],
  'ipPools.nodeSelector': ['all()', "rack == '7'"],
  'ipPools.blockSize': [27],
  allowedUses: ['Workload', 'Tunnel'],
  assignmentMode: ['Automatic', 'Manual'],
  cidrs: ['10.0.0.0/8'],
  serviceCIDRs: ['10.96.0.0/12', '10.97.0.0/16'],
  binDir: ['/opt/other'],
  confDir: ['/etc/other'],
  flexVolumePath: ['/opt/flex/', 'None'],
  kubeletVolumePluginPath: ['/var/lib/kubelet', 'None'],
  cniBinDir: ['/opt/other'],
  cniConfigDir: ['/etc/other'],
  cniLogDir: ['/var/log/other'],
  vxlanMACPrefix: ['0E-2B'],
  metricsPort: [9081],
  nodeMetricsPort: [9091],
  typhaMetricsPort: [9093],
  'rollingUpdate.maxSurge': [0, 1],
  'nodeUpdateStrategy.type': ['RollingUpdate', 'OnDelete'],
  logFileMaxSize: ['7Mi'],
  nonPrivileged: ['Disabled', 'Enabled'],
  notifications: ['Enabled', 'Disabled'],
  managementClusterAddr: ['management.example.com:9449', 'other.example.com:9449'],
  'images.image': ['calico/node', 'calico/cni'],
  'images.digest': [`sha256:${'0'.repeat(64)}`, `sha256:${'1'.repeat(64)}`],
  affinity: [
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
      },
    },
  ],
  tolerations: [[{ operator: 'Exists' }]],
  controlPlaneTolerations: [[{ operator: 'Exists' }]],
  nodeAffinity: [
    {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
      ],
    },
  ],
  topologySpreadConstraints: [[{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }]],
}

/** Where a field matters, and what is said beside it. */
interface Ground {
  readonly cluster: string
  readonly beside?: object
  /** What else is in the cluster. */
  readonly more?: readonly KubeObject[]
}

const usual: Ground = { cluster: 'default-v3crd' }

const kubeProxy = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  spec: { selector: { matchLabels: { 'k8s-app': 'kube-proxy' } }, template: { metadata: {}, spec: { containers: [] } } },
} as KubeObject

const bpf = { calicoNetwork: { linuxDataplane: 'BPF' } }
const onWindows = {
  serviceCIDRs: ['10.96.0.0/12'],
  calicoNetwork: { windowsDataplane: 'HNS', ipPools: [{ cidr: '192.168.0.0/16', encapsulation: 'VXLAN' }] },
}

/** The first that the path begins with. */
const grounds: readonly (readonly [AnyResource, string, Ground])[] = [
  [Installation, 'proxy', { cluster: 'guardian-connected' }],
  [Installation, 'calicoNetwork.multiInterfaceMode', { cluster: 'default-v1crd' }],
  [Installation, 'calicoNetwork.kubeProxyManagement', { cluster: 'ebpf', beside: bpf, more: [kubeProxy] }],
  [Installation, 'calicoNetwork.bpfNetworkBootstrap', { cluster: 'default-v3crd', beside: bpf }],
  [Installation, 'windowsNodes', { cluster: 'windows-rendered', beside: onWindows }],
  [Installation, 'serviceCIDRs', { cluster: 'windows-rendered', beside: { calicoNetwork: onWindows.calicoNetwork } }],
  [Installation, 'azure', { cluster: 'default-v3crd', beside: { kubernetesProvider: 'AKS', cni: { type: 'Calico' } } }],
  [
    Installation,
    'nodeUpdateStrategy.rollingUpdate.maxSurge',
    { cluster: 'default-v3crd', beside: { nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
  ],
  [Installation, 'calicoNetwork.ipPools[].natOutgoing', usual],
  [APIServer, '', { cluster: 'default-v1crd' }],
  [ManagementClusterConnection, '', { cluster: 'guardian-connected' }],
  [
    GatewayAPI,
    'gatewayClasses[].gatewayDaemonSet',
    { cluster: 'default-v3crd', beside: { gatewayClasses: [{ gatewayKind: 'DaemonSet' }] } },
  ],
]

/** By resource and the beginning of the path: why it is right that nothing happens. */
const excused: Readonly<Record<string, string>> = {
  'Installation calicoWindowsUpgradeDaemonSet':
    'the workload is gone, and the field is kept for old manifests (spec/installation-api.md §2)',
  'APIServer logging.queryServer': 'of the other product (spec/apiserver-tiers-webhooks.md §2)',
  'ManagementClusterConnection impersonation': 'is refused as a whole, with or without fields (spec/goldmane-whisker-guardian.md §1.3)',
  'ImageSet images[].digest': 'counts where all images that are needed have one (src/installation/images.test.ts)',
  'GatewayAPI crdManagement': 'is about CRDs, which are kept by a controller of their own, and tested with it',
}

const resources: readonly (readonly [AnyResource, string])[] = [
  [Installation, 'default'],
  [APIServer, 'default'],
  [Goldmane, 'default'],
  [Whisker, 'default'],
  [ManagementClusterConnection, 'tigera-secure'],
  [GatewayAPI, 'default'],
  [ImageSet, 'calico-v3.32.1'],
]

const overrides = new Set(Object.values(overlays).map(({ overlay }) => overlay))
/** Passed on as it is, and judged as a whole. */
const whole = /(?:Affinity|affinity|olerations|topologySpreadConstraints)$/

/** The name of what is meant, and more about a claim, of which any is refused. */
const isNone = (path: string): boolean => /containers\[\]\.name$|\.claims\[\]\.request$/.test(path)

const settingsOf = (kind: AnyResource): Leaf[] =>
  leavesOf(kind.definition.spec.json, path => whole.test(path) && path !== 'typhaAffinity').filter(
    ({ path, steps }) =>
      !overrides.has(steps[0]!) && !isNone(path) && !Object.keys(excused).some(beginning => `${kind.kind} ${path}`.startsWith(beginning)),
  )

function merged(one: object, other: object): object {
  const fields = Object.entries(other).map(([name, value]) => [name, joined(Reflect.get(one, name), value)])
  return { ...one, ...Object.fromEntries(fields) }
}

/** Of lists of one item each, the items are joined. */
function joined(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other) && one.length === 1 && other.length === 1) return [joined(one[0], other[0])]
  return isMap(one) && isMap(other) ? merged(one, other) : other
}

const results = new Map<string, Promise<string>>()

/** All that is made, as text; the same question is answered once. */
function madeWith(
  [kind, name]: readonly [AnyResource, string],
  { cluster, beside = {}, more = [] }: Ground,
  spec: object,
): Promise<string> {
  const asked = merged(beside, spec)
  const question = `${kind.kind} ${cluster} ${JSON.stringify(asked)}`
  const known = results.get(question)
  if (known) return known
  const { apiVersion } = kind
  const resource = { apiVersion, kind: kind.kind, metadata: { name, uid: '1', generation: 1 }, spec: asked } as KubeObject
  const isAsked = ({ serves }: Controller) => kind === Installation || kind === ImageSet || serves?.kind.kind === kind.kind
  const made = madeOf([...withResource(recorded(cluster), resource), ...more], isAsked).then(each => JSON.stringify(each))
  results.set(question, made)
  return made
}

describe.each(resources.map(([kind, name]) => ({ kind, name, title: kind.kind })))('$title', ({ kind, name }) => {
  test('has no field that is passed over', async () => {
    const idle: string[] = []
    for (const leaf of settingsOf(kind)) {
      const [, , ground] = grounds.find(([of, path]) => of === kind && leaf.path.startsWith(path)) ?? [kind, '', usual]
      const without = await madeWith([kind, name], ground, specWith(kind.definition.spec.json, leaf, { samples }))
      let heeded = false
      for (const value of samplesOf(leaf, samples)) {
        heeded ||= (await madeWith([kind, name], ground, specWith(kind.definition.spec.json, leaf, { value, samples }))) !== without
      }
      if (!heeded) idle.push(leaf.path)
    }
    expect(idle).toEqual([])
  })
})

test('nothing is excused that is not there', () => {
  const paths = resources.flatMap(([kind]) => leavesOf(kind.definition.spec.json).map(({ path }) => `${kind.kind} ${path}`))
  expect(Object.keys(excused).filter(beginning => !paths.some(path => path.startsWith(beginning)))).toEqual([])
})

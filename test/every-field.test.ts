/**
 * Nothing that a user can write is passed over: every single field of every resource changes something that is made, is refused, or is listed here with the reason why it does
 * not. Fields are found in the schemas, so a new one has to be heeded, or excused.
 */
import { describe, expect, test } from 'vitest'
import { APIServer } from '../api/apiserver.ts'
import { GatewayAPI } from '../api/gatewayapi.ts'
import { Goldmane } from '../api/goldmane.ts'
import { Installation, type InstallationSpec } from '../api/installation.ts'
import { ManagementClusterConnection } from '../api/managementclusterconnection.ts'
import type { AnyResource } from '../api/resource.ts'
import type { JsonSchema } from '../api/schema.ts'
import { Whisker } from '../api/whisker.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import { overlays, overridden } from '../src/render/overrides.ts'
import { isWorkload } from '../src/render/workloads.ts'
import { type Leaf, leavesOf, type Samples, samplesOf, specWith } from './leaves.ts'
import { madeOf, withResource } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const recorded = (name: string): readonly KubeObject[] => recordedClusters().get(name)!

const asking = ({ apiVersion, kind }: AnyResource, spec: object, name = 'default'): KubeObject =>
  ({ apiVersion, kind, metadata: { name, uid: '1', generation: 1 }, spec }) as KubeObject

/** The certificate of some authority. */
const caCert = (() => {
  const secret = recorded('default-v3crd').find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'tigera-ca-private')
  return (secret as KubeObject & { data: Record<string, string> }).data['tls.crt']!
})()
const certificateManagement = { caCert, signerName: 'example.com/signer' }

/** Fields that name a part of what they are in, and have no effect but by what stands beside them. */
const isName = ({ path }: Leaf): boolean => /ontainers\[\]\.name$/.test(path)

/** What makes the workloads of overrides, in all their forms. */
async function forms(): Promise<Map<string, KubeObject[]>> {
  const clusters = [
    ...['default-v3crd', 'default-v1crd', 'windows-rendered', 'guardian-connected'].map(recorded),
    changed('windows-rendered', { calicoNetwork: { bgp: 'Enabled' } }),
    changed('default-v3crd', { certificateManagement, kubeletVolumePluginPath: '/var/lib/kubelet' }),
    changed('default-v1crd', { certificateManagement }),
    withResource(recorded('default-v3crd'), asking(GatewayAPI, {})),
  ]
  const all = new Map<string, KubeObject[]>()
  for (const cluster of clusters) {
    for (const object of (await madeOf(cluster)).objects.filter(isWorkload)) {
      const name = `${object.kind}/${object.metadata.name}`
      all.set(name, [...(all.get(name) ?? []), object])
    }
  }
  return new Map([...all].map(([name, objects]) => [name, [...new Map(objects.map(object => [containersOf(object), object])).values()]]))
}

const containersOf = (object: KubeObject): string => {
  const { containers = [], initContainers = [] } = isWorkload(object) ? (object.spec.template.spec ?? { containers: [] }) : {}
  return [...containers, ...(initContainers ?? [])].map(({ name }) => name).join()
}

/** A recorded cluster whose Installation says this too. */
function changed(name: string, more: InstallationSpec): KubeObject[] {
  const cluster = recorded(name)
  const { spec } = cluster.find(({ kind, metadata }) => kind === 'Installation' && metadata.name === 'default') as Installation
  return withResource(cluster, asking(Installation, { ...spec, ...more, calicoNetwork: { ...spec?.calicoNetwork, ...more.calicoNetwork } }))
}

const made = forms()

/** Lists of an override's that have nothing to change (spec/goldmane-whisker-guardian.md §2.3). */
const excused = new Set(['Deployment/guardian initContainers'])

/** Containers that an override may name, of which no pod has any (spec/installation-api.md §4). */
const nowhere = new Set([
  'hostpath-init',
  'calico-node-windows',
  'csi-node-driver',
  'es-calico-kube-controllers',
  'calico-node-prometheus-server-tls-key-cert-provisioner',
  'calico-node-windows-prometheus-server-tls-key-cert-provisioner',
  // The old name of ebpf-bootstrap; the new one takes its place before anything is rendered.
  'mount-bpffs',
  // Of the other product.
  'tigera-queryserver',
  'calico-l7-admission-controller',
  // The node-certs of Windows pods are never requested by themselves; flexvol-driver is of Linux.
  'DaemonSet/calico-node-windows node-certs-key-cert-provisioner',
  'DaemonSet/calico-node-windows flexvol-driver',
  // Any name will do there, and there is no init container.
  'Deployment/guardian sample',
  'Deployment/guardian other',
])

const kinds = [Installation, APIServer, Goldmane, Whisker, ManagementClusterConnection, GatewayAPI]

/** Whether any value of the field makes any form of the workload another. */
const isHeeded = (
  leaf: Leaf,
  { root, objects, samples = {} }: { root: JsonSchema; objects: readonly KubeObject[]; samples?: Samples },
): boolean =>
  samplesOf(leaf, samples).some(value => {
    const [without, with_] = [specWith(root, leaf, { samples }), specWith(root, leaf, { value, samples })]
    return objects.some(object => json(overridden(object, with_)) !== json(overridden(object, without)))
  })

describe.each(Object.entries(overlays))('%s', (workload, { overlay }) => {
  const root = kinds.find(({ definition }) => overlay in (definition.spec.json.properties ?? {}))!.definition.spec.json
  const leaves = leavesOf(root.properties![overlay]!, undefined, [overlay])
  const names = new Set(leaves.filter(isName).flatMap(leaf => samplesOf(leaf, {}) as string[]))
  const called = (name: string): Samples => ({ 'containers.name': [name], 'initContainers.name': [name] })

  test('is changed by every field of its override', async () => {
    const objects = (await made).get(workload) ?? []
    const idle = leaves
      .filter(leaf => !isName(leaf) && !isOnlyWord(leaf) && !excused.has(`${workload} ${leaf.path.split('[]')[0]!.split('.').at(-1)}`))
      .filter(
        leaf => ![...names].some(name => isHeeded(leaf, { root, objects, samples: called(name) })) && !isHeeded(leaf, { root, objects }),
      )
    expect(idle.map(({ path }) => path)).toEqual([])
  })

  test.each([...names])('has a container %s, or is known to have none', async name => {
    const objects = (await made).get(workload) ?? []
    const isFound = leaves
      .filter(({ path }) => path.endsWith('resources.requests{}'))
      .some(leaf => isHeeded(leaf, { root, objects, samples: called(name) }))
    expect(isFound).toBe(!nowhere.has(name) && !nowhere.has(`${workload} ${name}`))
  })
})

/** There is one word to say, so saying it or not is the same. */
const isOnlyWord = ({ schema }: Leaf): boolean => schema.enum?.length === 1

const json = (object: KubeObject): string => JSON.stringify(object)

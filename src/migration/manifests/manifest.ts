/** An installation of Calico by its manifests: the objects in kube-system that say how it is set, as they were read. Reads; judges nothing. */
import type { FelixConfiguration, IPPool } from '../../installation/kinds.ts'
import { calicoKinds } from '../../installation/kinds.ts'
import type { Container, EnvVar, PodSpec } from '../../kube/kinds.ts'
import { ConfigMap, DaemonSet, Deployment } from '../../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../kube/objects.ts'
import type { Reader } from '../../reconcile/controller.ts'

/** Where the manifests put everything. */
export const home = 'kube-system'

export interface Manifest {
  readonly node: DaemonSet
  readonly kubeControllers?: Deployment
  readonly typha?: Deployment
  /** Those that variables of the three are taken from, by name. */
  readonly configMaps: Readonly<Record<string, ConfigMap | undefined>>
  readonly pools: readonly IPPool[]
  readonly felix?: FelixConfiguration
  /** kubernetes-services-endpoint, where it is. */
  readonly servicesEndpoint?: ConfigMap
  /** calico-node-windows is there too. */
  readonly windows: boolean
}

export const servicesEndpoint: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kubernetes-services-endpoint', namespace: home }

export const workloads = {
  node: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', namespace: home },
  kubeControllers: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'calico-kube-controllers', namespace: home },
  typha: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'calico-typha', namespace: home },
} as const satisfies Record<string, ObjectRef>

export type Component = keyof typeof workloads

/** Calico with the network of flannel: its manifests, and what older ones called it. */
const canal = ['canal-node', 'canal']

/** The DaemonSet of an installation that cannot be taken over at all; undefined when there is none. */
export async function readCanal(cluster: Reader): Promise<ObjectRef | undefined> {
  const found = await Promise.all(canal.map(name => cluster.get(DaemonSet, name, home)))
  const name = found.find(set => set !== undefined)?.metadata.name
  return name === undefined ? undefined : { ...workloads.node, name }
}

/** Whether there is a calico-node for Windows, of a manifest of its own. */
export const readWindows = async (cluster: Reader): Promise<boolean> =>
  (await cluster.get(DaemonSet, 'calico-node-windows', home)) !== undefined

export const readServicesEndpoint = (cluster: Reader): Promise<ConfigMap | undefined> => cluster.get(ConfigMap, servicesEndpoint.name, home)

/** Undefined when there is no such installation. */
export async function readManifest(cluster: Reader, v3: boolean): Promise<Manifest | undefined> {
  const node = await cluster.get(DaemonSet, workloads.node.name, home)
  if (!node) return undefined
  const { ipPool, felix: felixKind } = calicoKinds(v3)
  const [kubeControllers, typha, windows, pools, felix, endpoint] = await Promise.all([
    cluster.get(Deployment, workloads.kubeControllers.name, home),
    cluster.get(Deployment, workloads.typha.name, home),
    readWindows(cluster),
    cluster.list(ipPool),
    cluster.get(felixKind, 'default'),
    readServicesEndpoint(cluster),
  ])
  const names = new Set([node, kubeControllers, typha].flatMap(workload => (workload ? configMapsOf(workload) : [])))
  const found = await Promise.all([...names].map(async name => [name, await cluster.get(ConfigMap, name, home)] as const))
  return {
    ...{ node, kubeControllers, typha, pools, felix },
    configMaps: Object.fromEntries(found),
    servicesEndpoint: endpoint,
    windows,
  }
}

type Workload = KubeObject & { spec?: { template: { spec?: PodSpec } } }

/** All containers of its pods, those that run first after the others, as variables are looked up. */
export const containersOf = ({ spec }: Workload): Container[] => [
  ...(spec?.template.spec?.containers ?? []),
  ...(spec?.template.spec?.initContainers ?? []),
]

export const variablesOf = (container: Container): EnvVar[] => container.env ?? []

const configMapsOf = (workload: Workload): string[] =>
  containersOf(workload)
    .flatMap(variablesOf)
    .flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? [])

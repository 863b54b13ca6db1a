/** An installation by manifest, as the project's parity scenarios hold one, with changes that a test makes to it. Judges nothing. */
import { readFileSync } from 'node:fs'
import { parseManifests } from '../src/cli/manifests.ts'
import type { FelixConfiguration, IPPool } from '../src/installation/kinds.ts'
import type { ConfigMap, Container, DaemonSet, Deployment, EnvVar } from '../src/kube/kinds.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import type { Manifest } from '../src/migration/manifests/manifest.ts'

const file = 'parity/scenarios/migrate-manifest/input.yaml'
const recorded = parseManifests(file, readFileSync(new URL(file, import.meta.url), 'utf8'))

/** All its objects, the Installation included, new each time. */
export const manifestObjects = (): KubeObject[] => structuredClone(recorded)

/** Its parts, to be changed at will. */
export interface Parts {
  objects: KubeObject[]
  node: DaemonSet
  container: Container
  installer: Container
  kubeControllers: Deployment
  /** One like that of the manifests for larger clusters; counts only where it is put among the objects. */
  typha: Deployment
  config: ConfigMap & { data: Record<string, string> }
  pool: IPPool & { spec: object }
  felix: FelixConfiguration & { spec: object }
  /** Sets a variable of calico-node, or takes it away. */
  set(name: string, value: string | Omit<EnvVar, 'name'> | undefined): void
  /** Changes the CNI configuration: the one of Calico's plugin, and the whole. */
  cni(change: (plugin: Record<string, unknown>, list: { name: string; plugins: Record<string, unknown>[] }) => void): void
}

export function manifestParts(): Parts {
  const objects = manifestObjects()
  const find = <T extends KubeObject>(kind: string, name: string): T =>
    objects.find(each => each.kind === kind && each.metadata.name === name) as T
  const node = find<DaemonSet>('DaemonSet', 'calico-node')
  const kubeControllers = find<Deployment>('Deployment', 'calico-kube-controllers')
  const config = find<Parts['config']>('ConfigMap', 'calico-config')
  const pod = node.spec!.template.spec!
  const container = pod.containers[0]!
  const installer = pod.initContainers!.find(({ name }) => name === 'install-cni')!
  return {
    ...{ objects, node, container, installer, kubeControllers, config },
    typha: typhaLike(kubeControllers),
    pool: find<Parts['pool']>('IPPool', 'default-ipv4-ippool'),
    felix: find<Parts['felix']>('FelixConfiguration', 'default'),
    set(name, value) {
      container.env = container.env!.filter(each => each.name !== name)
      if (value !== undefined) container.env.push(typeof value === 'string' ? { name, value } : { name, ...value })
    },
    cni(change) {
      const list = JSON.parse(config.data.cni_network_config!.replace('__CNI_MTU__', '"__CNI_MTU__"'))
      change(list.plugins[0], list)
      config.data.cni_network_config = JSON.stringify(list).replace('"__CNI_MTU__"', '__CNI_MTU__')
    },
  }
}

function typhaLike(other: Deployment): Deployment {
  const typha = structuredClone(other)
  const labels = { 'k8s-app': 'calico-typha' }
  const pod = typha.spec!.template.spec!
  const { nodeSelector, tolerations } = pod
  typha.metadata = { ...typha.metadata, name: 'calico-typha', labels }
  typha.spec = {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        ...{ nodeSelector, tolerations, hostNetwork: true },
        containers: [
          {
            name: 'calico-typha',
            image: 'quay.io/calico/typha:v3.32.1',
            ports: [{ containerPort: 5473, hostPort: 5473, protocol: 'TCP' }],
            env: [{ name: 'TYPHA_LOGSEVERITYSCREEN', value: 'info' }],
          },
        ],
      },
    },
  }
  return typha
}

/** What is read of these objects. */
export function manifestOf({ objects, node }: Parts): Manifest {
  const named = <T extends KubeObject>(kind: string, name: string) =>
    objects.find(each => each.kind === kind && each.metadata.name === name) as T | undefined
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap') as ConfigMap[]
  return {
    node,
    kubeControllers: named('Deployment', 'calico-kube-controllers'),
    typha: named('Deployment', 'calico-typha'),
    configMaps: Object.fromEntries(configMaps.map(map => [map.metadata.name, map])),
    pools: objects.filter(({ kind }) => kind === 'IPPool') as IPPool[],
    felix: named('FelixConfiguration', 'default'),
    servicesEndpoint: named('ConfigMap', 'kubernetes-services-endpoint'),
    windows: named('DaemonSet', 'calico-node-windows') !== undefined,
  }
}

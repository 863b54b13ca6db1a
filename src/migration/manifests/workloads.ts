/** What the workloads of a manifest say beside their variables: resources, volumes, update strategy, metadata, where they run (spec/namespace-migration.md §A.3.2 to §A.3.6). Decides nothing else. */
import type { InstallationSpec } from '../../../api/installation.ts'
import { migrationLabel } from '../../installation/migration-label.ts'
import { providerNamed } from '../../installation/providers.ts'
import type { Affinity, Volume } from '../../kube/kinds.ts'
import type { Examination, Taken } from './examination.ts'
import type { Component } from './manifest.ts'

const components: readonly Component[] = ['node', 'kubeControllers', 'typha']

/** Whoever deploys these again and again would bring back what is taken away. */
export function addonManager(seen: Examination): Taken {
  const label = 'addonmanager.kubernetes.io/mode'
  for (const component of components) {
    const mode = seen.manifest[component]?.metadata.labels?.[label]
    if (mode === undefined) continue
    const message = `is deployed by the addon manager: the label ${label} is ${mode}`
    seen.refuse({ in: component, path: 'metadata.labels', message, remedy: 'Have the addon manager leave it alone, and remove the label' })
  }
  return {}
}

const allowedAnnotations = [
  'deprecated.daemonset.template.generation',
  'deployment.kubernetes.io/revision',
  'scheduler.alpha.kubernetes.io/critical-pod',
]
type Texts = Readonly<Record<string, string>>

const allowedOnPods: Partial<Record<Component, Texts>> = {
  node: { 'cluster-autoscaler.kubernetes.io/daemonset-pod': 'true' },
  typha: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' },
}

/** Annotations can mean anything to anybody, and are lost. */
export function annotations(seen: Examination): Taken {
  for (const component of components) {
    const workload = seen.manifest[component]
    const places: [string, Texts | undefined, Texts][] = [
      ['metadata.annotations', workload?.metadata.annotations, {}],
      ['spec.template.metadata.annotations', workload?.spec?.template.metadata?.annotations, allowedOnPods[component] ?? {}],
    ]
    for (const [path, found = {}, allowed] of places) {
      for (const [key, value] of Object.entries(found)) {
        if (allowedAnnotations.includes(key) || key.startsWith('kubectl.kubernetes.io') || allowed[key] === value) continue
        const message = `the annotation ${key}: ${JSON.stringify(value)} is not taken over`
        seen.refuse({ in: component, path, message, remedy: 'Remove it' })
      }
    }
  }
  return {}
}

const names = { node: 'Node', kubeControllers: 'KubeControllers', typha: 'Typha' } as const

/** Requests and limits of the main containers. */
export function resources(seen: Examination): Taken {
  const componentResources = components.flatMap(component => {
    const { requests, limits } = seen.container({ of: component })?.resources ?? {}
    const resourceRequirements = { ...(isFilled(requests) && { requests }), ...(isFilled(limits) && { limits }) }
    return isFilled(resourceRequirements) ? [{ componentName: names[component], resourceRequirements }] : []
  })
  return componentResources.length > 0 ? { spec: { componentResources } as InstallationSpec } : {}
}

const isFilled = (map: object | undefined): boolean => map !== undefined && Object.keys(map).length > 0

/** As the API server has it, with its defaults. */
export const updateStrategy = ({ manifest }: Examination): Taken => {
  const { updateStrategy: found, template } = manifest.node.spec ?? {}
  // While nodes are moved it is another, which is none of the manifest's.
  const strategy = template?.spec?.nodeSelector?.[migrationLabel] === undefined ? found : { ...found, type: 'RollingUpdate' }
  return strategy ? { spec: { nodeUpdateStrategy: strategy as NonNullable<InstallationSpec['nodeUpdateStrategy']> } } : {}
}

const directories: Readonly<Record<string, string>> = {
  'lib-modules': '/lib/modules',
  'var-run-calico': '/var/run/calico',
  'var-lib-calico': '/var/lib/calico',
  'xtables-lock': '/run/xtables.lock',
}
const cniDirectories: Readonly<Record<string, string>> = { 'cni-bin-dir': '/opt/cni/bin', 'cni-net-dir': '/etc/cni/net.d' }

/** calico-node keeps its state where the one before it did. */
export function volumes(seen: Examination): Taken {
  const found = seen.pod()?.volumes ?? []
  for (const [name, wanted] of Object.entries({ ...directories, ...(seen.cni.calico && cniDirectories) })) {
    const path = found.find(volume => volume.name === name)?.hostPath?.path
    if (path === wanted) continue
    const message = `the volume ${name} is ${path === undefined ? 'no directory of the node, or not there' : path}, and ${wanted} is the only one that can be taken over`
    seen.refuse({ path: `spec.template.spec.volumes[${name}]`, message, remedy: `Mount ${wanted} of the node under this name` })
  }
  return {
    spec: {
      flexVolumePath: flexVolumePath(
        seen,
        found.find(({ name }) => name === 'flexvol-driver-host'),
      ),
    },
  }
}

function flexVolumePath(seen: Examination, volume: Volume | undefined): string {
  const installed = seen.container({ container: 'flexvol-driver' }) !== undefined
  const path = volume?.hostPath?.path
  if (installed === (path !== undefined) && (volume === undefined || path !== undefined)) return path ?? 'None'
  const message = 'of the volume flexvol-driver-host, a directory of the node, and the init container flexvol-driver only one is there'
  seen.refuse({ path: 'spec.template.spec.volumes[flexvol-driver-host]', message, remedy: 'Have both of them, or neither' })
  return 'None'
}

const isLinux = ([key, value]: [string, string]): boolean =>
  ['kubernetes.io/os', 'beta.kubernetes.io/os'].includes(key) && value === 'linux'

const selectorPath = 'spec.template.spec.nodeSelector'
const affinityPath = 'spec.template.spec.affinity'

/** calico-node runs on every node; `provider` is what the user says of the cluster. */
export function nodePlacement(seen: Examination, provider: string | undefined): Taken {
  const { affinity, nodeSelector = {} } = seen.pod() ?? {}
  for (const [key, value] of Object.entries(nodeSelector).filter(entry => !isLinux(entry) && entry[0] !== migrationLabel)) {
    const message = `only nodes with ${key}: ${value} are selected, and calico-node is to run on all`
    seen.refuse({ path: selectorPath, message, remedy: 'Remove it from the selector' })
  }
  // What calico-node of this provider has anyway says nothing new.
  if (isFilled(affinity) && !sameJson(affinity, provider === undefined ? undefined : providerNamed(provider).nodeAffinity))
    seen.refuse({ path: affinityPath, message: 'affinity is not taken over', remedy: 'Remove it' })
  return {}
}

export function typhaPlacement(seen: Examination): Taken {
  const { affinity = {}, nodeSelector = {} } = seen.pod('typha') ?? {}
  for (const [key, value] of Object.entries(nodeSelector).filter(entry => !isLinux(entry))) {
    const message = `only nodes with ${key}: ${value} are selected, which is not taken over`
    seen.refuse({ in: 'typha', path: selectorPath, message, remedy: 'Remove it from the selector' })
  }
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } =
    affinity.nodeAffinity ?? {}
  if (required) {
    const message = 'required affinity to nodes is not taken over'
    seen.refuse({ in: 'typha', path: `${affinityPath}.nodeAffinity`, message, remedy: 'Make it a preferred one, or remove it' })
  }
  const spec = {
    ...(preferred && { typhaAffinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }),
    ...podsNearby(affinity),
  } as InstallationSpec
  return { spec }
}

function podsNearby({ podAffinity, podAntiAffinity }: Affinity): object {
  if (!podAffinity && !podAntiAffinity) return {}
  const affinity = { ...(podAffinity && { podAffinity }), ...(podAntiAffinity && { podAntiAffinity }) }
  return { typhaDeployment: { spec: { template: { spec: { affinity } } } } }
}

export function kubeControllersPlacement(seen: Examination): Taken {
  const { affinity, nodeSelector = {} } = seen.pod('kubeControllers') ?? {}
  if (isFilled(affinity))
    seen.refuse({ in: 'kubeControllers', path: affinityPath, message: 'affinity is not taken over', remedy: 'Remove it' })
  const others = Object.entries(nodeSelector).filter(entry => !isLinux(entry))
  return others.length > 0 ? { spec: { controlPlaneNodeSelector: Object.fromEntries(others) } } : {}
}

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

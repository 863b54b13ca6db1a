/**
 * One look at an installation by manifest: gives the values of variables, remembers which were looked at, and collects all that cannot be taken over. Decides nothing by itself
 * (spec/namespace-migration.md §A.2).
 */
import type { InstallationSpec } from '../../../api/installation.ts'
import type { FelixConfigurationSpec } from '../../../api/v3/felix-configuration.ts'
import type { Container, EnvVar, PodSpec } from '../../kube/kinds.ts'
import type { ObjectRef } from '../../kube/objects.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { type CniConfig, noCniConfig } from './cni-config.ts'
import { type Component, containersOf, home, type Manifest, variablesOf, workloads } from './manifest.ts'

/** What one step takes over. */
export interface Taken {
  readonly spec?: InstallationSpec
  readonly felix?: Partial<FelixConfigurationSpec>
}

export interface Obstacle {
  /** Default: DaemonSet calico-node. */
  readonly in?: Component | ObjectRef
  readonly path: string
  readonly message: string
  readonly remedy: string
}

/** Where a variable is. The container calico-node where none is named. */
export interface Place {
  readonly of?: Component
  readonly container?: string
}

/** What installs the CNI plugin and its configuration on a node. */
export const cniInstaller: Place = { container: 'install-cni' }
/** What the configuration is written from. */
export const cniTemplate = 'CNI_NETWORK_CONFIG'

export class Examination {
  readonly manifest: Manifest
  readonly problems: Problem[] = []
  /** The CNI configuration that the manifest installs. */
  cni: CniConfig = noCniConfig
  /** container/variable, of calico-node. */
  readonly #seen = new Set<string>()

  constructor(manifest: Manifest) {
    this.manifest = manifest
  }

  refuse({ in: place = 'node', path, message, remedy }: Obstacle): void {
    const object = typeof place === 'string' ? workloads[place] : place
    this.problems.push({ reason: 'MigrationError', message, object, path, remedy })
  }

  pod(component: Component = 'node'): PodSpec | undefined {
    return this.manifest[component]?.spec?.template.spec
  }

  container({ of = 'node', container = nameOf(of) }: Place = {}): Container | undefined {
    const workload = this.manifest[of]
    return workload && containersOf(workload).find(({ name }) => name === container)
  }

  /** Undefined when it is not there; when it comes from where it cannot be read, that is refused. */
  value(name: string, place: Place = {}): string | undefined {
    const variable = this.variable(name, place)
    if (!variable) return undefined
    const { valueFrom, value = '' } = variable
    if (!valueFrom) return value
    if (valueFrom.configMapKeyRef) return this.#fromConfigMap(variable, place)
    this.refuse({
      in: place.of,
      path: this.pathOf(name, place),
      message: `${name} is taken from ${Object.keys(valueFrom).join(' and ')}`,
      remedy: 'Write its value there, or take it from a ConfigMap',
    })
    return undefined
  }

  /** As it is written; counts as looked at. */
  variable(name: string, place: Place = {}): EnvVar | undefined {
    const container = this.container(place)
    if (!container) return undefined
    this.#seen.add(`${container.name}/${name}`)
    return variablesOf(container).findLast(each => each.name === name)
  }

  /** These may say what they want. */
  ignore(names: readonly string[], { container = workloads.node.name }: Place = {}): void {
    for (const name of names) this.#seen.add(`${container}/${name}`)
  }

  /** Names of variables of calico-node's pods that nobody has looked at, each with its container. */
  unseen(): { container: string; variable: EnvVar }[] {
    return containersOf(this.manifest.node).flatMap(container =>
      variablesOf(container)
        .filter(({ name }) => !this.#seen.has(`${container.name}/${name}`))
        .map(variable => ({ container: container.name, variable })),
    )
  }

  pathOf(name: string, { of = 'node', container = nameOf(of) }: Place = {}): string {
    const initial = this.pod(of)?.initContainers?.some(each => each.name === container)
    return `spec.template.spec.${initial ? 'initContainers' : 'containers'}[${container}].env[${name}]`
  }

  /** What says where the CNI configuration is. */
  get cniPath(): string {
    return this.pathOf(cniTemplate, cniInstaller)
  }

  #fromConfigMap({ name, valueFrom }: EnvVar, place: Place): string | undefined {
    const { name: from = '', key, optional } = valueFrom!.configMapKeyRef!
    const map = this.manifest.configMaps[from]
    if (map || optional) return map?.data?.[key] ?? ''
    this.refuse({
      in: place.of,
      path: this.pathOf(name, place),
      message: `${name} is taken from ConfigMap ${home}/${from}, which is not there`,
      remedy: 'Create the ConfigMap, or write the value here',
    })
    return undefined
  }
}

const nameOf = (component: Component): string => workloads[component].name

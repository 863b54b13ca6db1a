/**
 * The configuration of Envoy Gateway: what a user wrote of it, read and judged, and what it has to say whatever the user wrote (spec/gatewayapi-istio.md §2.5). Pure.
 */
import type { ConfigMap } from '../../kube/kinds.ts'
import { type Json, refOf } from '../../kube/objects.ts'
import { readYaml } from '../../kube/yaml.ts'
import type { Problem } from '../../reconcile/problems.ts'

/** An object of JSON. */
export interface Tree {
  [field: string]: Json
}

export const configKey = 'envoy-gateway.yaml'
export const usualController = 'gateway.envoyproxy.io/gatewayclass-controller'

/** What stands where no user says anything. */
export const usualConfig: Tree = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyGateway',
  gateway: { controllerName: usualController },
  logging: { level: { default: 'info' } },
  provider: {
    type: 'Kubernetes',
    kubernetes: {
      rateLimitDeployment: {
        patch: {
          type: 'StrategicMerge',
          value: {
            spec: { template: { spec: { containers: [{ name: 'envoy-ratelimit', imagePullPolicy: 'IfNotPresent' }] } } },
          },
        },
      },
    },
  },
}

/** Known fields: `true` is taken as it is. */
interface Known {
  [field: string]: true | Known
}

const workload: Known = { patch: true, replicas: true, strategy: true, pod: true, container: true, initContainers: true, name: true }

const known: Known = {
  apiVersion: true,
  kind: true,
  gateway: { controllerName: true },
  provider: {
    type: true,
    custom: true,
    kubernetes: {
      ...{ rateLimitDeployment: workload, rateLimitHpa: true, rateLimitPDB: true, watch: true, deploy: true, leaderElection: true },
      ...{ shutdownManager: { image: true }, client: true, proxyTopologyInjector: true, cacheSyncPeriod: true },
    },
  },
  logging: { level: true, encoder: true },
  admin: true,
  telemetry: true,
  xdsServer: true,
  rateLimit: { backend: true, timeout: true, failClosed: true, telemetry: true },
  extensionManager: true,
  extensionManagers: true,
  extensionApis: { enableEnvoyPatchPolicy: true, enableBackend: true, disableLua: true, enableLua: true, enableSDSSecretRef: true },
  gatewayAPI: true,
  gatewayAPIs: true,
  runtimeFlags: true,
  envoyProxy: true,
}

export interface ConfigRead {
  config?: Tree
  problems: Problem[]
  /** What is left out because Envoy Gateway knows no such field. */
  warnings: string[]
}

/** What the ConfigMap says, or everything that is wrong with it. Its text is never repeated. */
export function readConfig(map: ConfigMap): ConfigRead {
  const wrong = (message: string, remedy: string): Problem => ({
    reason: 'ResourceReadError',
    message: `Error reading EnvoyGatewayConfigRef: ${message}`,
    object: refOf(map),
    path: `data[${configKey}]`,
    remedy,
  })
  const text = map.data?.[configKey]
  if (text === undefined)
    return failed(wrong(`missing '${configKey}' key`, `Put the configuration of Envoy Gateway under the key ${configKey}`))
  const read = readYaml(text)
  if ('faults' in read) return failed(...read.faults.map(fault => wrong(fault, 'Write YAML')))
  const value = asJson(read.value)
  if (!isTree(value))
    return failed(wrong('it is no object', 'Write an object with apiVersion gateway.envoyproxy.io/v1alpha1 and kind EnvoyGateway'))
  const { kind = 'EnvoyGateway' } = value
  if (kind !== 'EnvoyGateway') return failed(wrong(`kind: ${JSON.stringify(kind)} is not EnvoyGateway`, 'Write kind: EnvoyGateway'))
  return sifted(value, wrong)
}

const failed = (...problems: Problem[]): ConfigRead => ({ problems, warnings: [] })
/** YAML has numbers as keys and no end of other things, JSON has not. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? {}))

/** A name that every object has, such as `constructor`, is none of the table. */
const own = (fields: Known, name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined)

function sifted(value: Tree, wrong: (message: string, remedy: string) => Problem): ConfigRead {
  const problems: Problem[] = []
  const strange: string[] = []
  const sift = (tree: Tree, fields: Known, path: string): Tree =>
    Object.fromEntries(
      Object.entries(tree).flatMap(([name, inner]) => {
        const field = own(fields, name)
        const at = `${path}${name}`
        if (field === undefined) strange.push(at)
        if (field === undefined || inner === null) return []
        if (field === true) return [[name, inner]]
        if (isTree(inner)) return [[name, sift(inner, field, `${at}.`)]]
        problems.push(wrong(`${at} is no object`, 'Write an object there, or leave it out'))
        return []
      }),
    )
  const config = sift(value, known, '')
  const warnings = strange.map(path => `${path} in ${configKey} is no field of EnvoyGateway, and left out`)
  return problems.length > 0 ? failed(...problems) : { config, problems, warnings }
}

export const isTree = (value: Json | undefined): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const treeAt = (tree: Tree, field: string): Tree => {
  const value = tree[field]
  return isTree(value) ? value : {}
}

/** What the operator says in any configuration. */
interface Forced {
  rateLimit: string
  shutdownManager: string
  pullSecrets: readonly string[]
}

/** The configuration as Envoy Gateway gets it: filled in, and with the images and pull secrets of the Installation. */
export function completed(config: Tree, { rateLimit, shutdownManager, pullSecrets }: Forced): Tree {
  const provider = treeAt(config, 'provider')
  const kubernetes = treeAt(provider, 'kubernetes')
  const deployment = treeAt(kubernetes, 'rateLimitDeployment')
  const { imagePullSecrets: _, ...pod } = treeAt(deployment, 'pod')
  const limits = config.rateLimit
  return {
    ...config,
    ...(isTree(limits) && { rateLimit: { failClosed: false, ...limits } }),
    extensionApis: {
      ...{ disableLua: false, enableSDSSecretRef: false, ...treeAt(config, 'extensionApis') },
      ...{ enableBackend: true, enableEnvoyPatchPolicy: true },
    },
    gateway: { controllerName: controllerOf(config) },
    provider: {
      ...provider,
      type: 'Kubernetes',
      kubernetes: {
        ...kubernetes,
        rateLimitDeployment: {
          ...deployment,
          container: { ...treeAt(deployment, 'container'), image: rateLimit },
          pod: { ...pod, ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map(name => ({ name })) }) },
        },
        shutdownManager: { image: shutdownManager },
      },
    },
  }
}

/** Whose GatewayClasses Envoy Gateway serves. */
export function controllerOf(config: Tree): string {
  const { controllerName } = treeAt(config, 'gateway')
  return typeof controllerName === 'string' && controllerName !== '' ? controllerName : usualController
}

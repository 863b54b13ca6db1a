/** EnvoyProxy and GatewayClass, as far as they are read or written here. What else an EnvoyProxy may say, is passed on as it is. */
import type { Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint } from '../pod.ts'
import type { ObjectMeta } from '../resource.ts'

interface Unread {
  [field: string]: unknown
}

/** How the proxies of a Gateway run, in either kind of workload. */
export interface ProxyWorkload extends Unread {
  replicas?: number
  strategy?: unknown
  pod?: Unread & {
    labels?: Record<string, string>
    annotations?: Record<string, string>
    affinity?: Affinity
    nodeSelector?: Record<string, string>
    tolerations?: Toleration[]
    topologySpreadConstraints?: TopologySpreadConstraint[]
    imagePullSecrets?: { name: string }[]
  }
  container?: Unread & { image?: string; resources?: ResourceRequirements }
}

export interface ProxyService extends Unread {
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export interface KubernetesProxy extends Unread {
  envoyDaemonSet?: ProxyWorkload
  envoyDeployment?: ProxyWorkload
  envoyService?: ProxyService
  envoyHpa?: unknown
}

export interface EnvoyProxy {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: Unread & { provider?: Unread & { type?: string; kubernetes?: KubernetesProxy } }
}

export interface GatewayClass {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec: { controllerName: string; parametersRef?: { group: string; kind: string; name: string; namespace?: string } }
}

interface GatewayKind<T> {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly of?: T
}

export const EnvoyProxy: GatewayKind<EnvoyProxy> = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  plural: 'envoyproxies',
  namespaced: true,
}

export const GatewayClass: GatewayKind<GatewayClass> = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  namespaced: false,
}

export const gatewayKinds = [EnvoyProxy, GatewayClass] as const

/** What a Service says of its addresses and ports, and what that means. */
import type { Family } from '../addresses.ts'
import type { Item } from '../objects.ts'

export interface ServiceSpec {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  ipFamilies?: Family[]
  ipFamilyPolicy?: string
  ports?: Port[]
  selector?: Record<string, string>
  externalIPs?: string[]
  externalTrafficPolicy?: string
  internalTrafficPolicy?: string
  healthCheckNodePort?: number
  allocateLoadBalancerNodePorts?: boolean
  loadBalancerClass?: string
}

export interface Port {
  name?: string
  protocol?: string
  port: number
  nodePort?: number
}

export const specOf = ({ spec }: Item): ServiceSpec => (spec ?? {}) as ServiceSpec
export const hasAddress = ({ type }: ServiceSpec): boolean => type !== 'ExternalName'
export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean => clusterIPs[0] === 'None'
export const isBalanced = ({ type }: ServiceSpec): boolean => type === 'LoadBalancer'
export const hasNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'
export const checksHealth = (spec: ServiceSpec): boolean => isBalanced(spec) && spec.externalTrafficPolicy === 'Local'
/** Whether it can be reached from outside. */
export const isOutside = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0)

/** Whether two lists say the same in the same order; none is as good as an empty one. */
export const same = (a: readonly string[] = [], b: readonly string[] = []): boolean => JSON.stringify(a) === JSON.stringify(b)

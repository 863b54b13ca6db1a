/** Where pods find the Kubernetes API. Only reads a ConfigMap and an environment it is given (spec/installation-controller.md §9.2). */
import type { ConfigMap } from '../kube/kinds.ts'
import type { Endpoint } from './calico.ts'

export interface Endpoints {
  /** For pods in the network of their node. */
  readonly host?: Endpoint
  /** For all others; without one they take what Kubernetes tells every pod. */
  readonly pod?: Endpoint
}

/** The user's ConfigMap has the say in all four values, so what it leaves out is unknown; without it, pods in the host network go where the operator itself goes. */
export function apiEndpoints(servicesEndpoint: ConfigMap | undefined, ofOperator: Endpoint | undefined): Endpoints {
  if (!servicesEndpoint) return { host: whole(ofOperator?.host, ofOperator?.port) }
  const { data = {} } = servicesEndpoint
  return {
    host: whole(data.KUBERNETES_SERVICE_HOST, data.KUBERNETES_SERVICE_PORT),
    pod: whole(data.KUBERNETES_SERVICE_HOST_POD_NETWORK, data.KUBERNETES_SERVICE_PORT_POD_NETWORK),
  }
}

const whole = (host: string | undefined, port: string | undefined): Endpoint | undefined => (host && port ? { host, port } : undefined)

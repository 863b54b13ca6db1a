/** Which pods answer for a Service. Pure. https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
import type { EndpointSlice, Pod, Service } from '../../kube/kinds.ts'
import { isReady, isTerminating } from './pods.ts'

/** One slice for each family; undefined for Services that select nothing. */
export function slicesOf(service: Service, pods: Iterable<Pod>): EndpointSlice[] {
  const { selector, ports = [], ipFamilies = ['IPv4'] } = service.spec ?? {}
  if (!selector || Object.keys(selector).length === 0) return []
  const selected = [...pods].filter(
    ({ metadata, status }) =>
      metadata.namespace === service.metadata.namespace &&
      (status?.podIPs?.length ?? 0) > 0 &&
      Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value),
  )
  return ipFamilies.map(family => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service.metadata.name}-${family.toLowerCase()}`,
      namespace: service.metadata.namespace!,
      labels: {
        'kubernetes.io/service-name': service.metadata.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: service.metadata.name,
          uid: service.metadata.uid!,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: family,
    endpoints: selected.flatMap(pod => endpoint(pod, family)),
    ports: ports.map(({ name = '', protocol = 'TCP', targetPort, port, appProtocol }) => ({
      name,
      protocol,
      port: portOf(targetPort ?? port, selected[0]) ?? port,
      ...(appProtocol !== undefined && { appProtocol }),
    })),
  }))
}

function endpoint(pod: Pod, family: string) {
  const address = pod.status?.podIPs?.find(({ ip }) => ip?.includes(':') === (family === 'IPv6'))?.ip
  if (!address) return []
  const ready = isReady(pod) && !isTerminating(pod)
  return [
    {
      addresses: [address],
      conditions: { ready, serving: isReady(pod), terminating: isTerminating(pod) },
      ...(pod.spec?.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace!, name: pod.metadata.name, uid: pod.metadata.uid! },
    },
  ]
}

/** The number of a port that may be given by name. */
const portOf = (port: number | string, pod: Pod | undefined): number | undefined =>
  typeof port === 'number'
    ? port
    : pod?.spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port)?.containerPort

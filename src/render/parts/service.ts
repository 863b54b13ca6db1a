/** Services. Fills in the API version, the namespace and a selector by name. */
import type { Service, ServiceSpec } from '../../kube/kinds.ts'
import { calicoSystem } from './places.ts'
import { scraped } from './workload.ts'

interface ServiceFields extends ServiceSpec {
  /** The workload whose pods answer, when it has another name than the Service. */
  of?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export const service = (name: string, { of = name, labels, annotations, ...spec }: ServiceFields): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: calicoSystem, labels, annotations },
  spec: { selector: { 'k8s-app': of }, ...spec },
})

/** Where Prometheus finds the metrics of a workload of one pod. Headless: every scrape reaches that pod. */
export const metricsService = (of: string, port: number): Service =>
  service(`${of}-metrics`, {
    of,
    labels: { 'k8s-app': of },
    annotations: scraped(port),
    clusterIP: 'None',
    ports: [{ name: 'metrics-port', protocol: 'TCP', port, targetPort: port }],
  })

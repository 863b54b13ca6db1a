/** Services. Fills in the API version, the namespace and a selector by name. */
import type { Service, ServiceSpec } from '../../kube/kinds.ts'
import { calicoSystem } from './places.ts'

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

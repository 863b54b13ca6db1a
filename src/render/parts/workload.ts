/** Deployments and DaemonSets. Fills in what is always so: the API version, the namespace, a selector by name. Never decides. */
import type { Calico } from '../../installation/calico.ts'
import type { DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, PodSpec, PodTemplateSpec } from '../../kube/kinds.ts'
import { calicoSystem } from './places.ts'
import { onControlPlane } from './scheduling.ts'

interface PodFields extends Omit<PodSpec, 'serviceAccount'> {
  /** Of the template, like the namespace. Both have no effect on pods, but running ones were made from a template with them. */
  name?: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** Kubernetes' own fields; the selector is by name unless another is given. */
type Spec<S extends { selector: unknown }> = Omit<S, 'selector'> & Partial<Pick<S, 'selector'>>

/** The template of pods: labels and annotations beside the fields of a pod's spec. */
export const pods = ({ name, namespace, labels, annotations, ...spec }: PodFields): PodTemplateSpec => ({
  metadata: { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }), labels, annotations },
  spec,
})

interface DeploymentFields extends Spec<DeploymentSpec> {
  /** Of the Deployment itself. */
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export const deployment = (name: string, { labels, annotations, ...spec }: DeploymentFields): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: calicoSystem, labels, annotations },
  spec: { selector: { matchLabels: { 'k8s-app': name } }, ...spec },
})

interface Single {
  /** Of the Deployment itself. */
  annotations?: Record<string, string>
  pod: PodFields
}

/** A Deployment of one pod on the control plane, for what keeps its state in memory or elects no leader: there are never two at a time. */
export const single = (name: string, calico: Calico, { annotations, pod }: Single): Deployment =>
  deployment(name, {
    annotations,
    replicas: 1,
    strategy: { type: 'Recreate' },
    template: pods({ name, serviceAccountName: name, ...onControlPlane(calico), ...pod }),
  })

export const daemonSet = (name: string, spec: Spec<DaemonSetSpec>): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: calicoSystem },
  spec: { selector: { matchLabels: { 'k8s-app': name } }, ...spec },
})

/** Tells Prometheus to collect from this port; nothing without a port. */
export const scraped = (port: number | undefined): Record<string, string> =>
  port === undefined ? {} : { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) }

/** What objects of Envoy Gateway carry wherever they come from: its Helm chart's names and labels, by which its own tools know them. Holds names only. */
import type { KubeObject } from '../../kube/objects.ts'

/** The chart of this version, in this release. */
export const release = 'tigera-gateway-api'
export const controller = 'envoy-gateway'
/** Begins the names of most objects. */
export const prefix = `${release}-gateway-helm`

const labels = {
  'app.kubernetes.io/name': 'gateway-helm',
  'app.kubernetes.io/instance': release,
  'app.kubernetes.io/version': 'v1.8.0',
  'app.kubernetes.io/managed-by': 'Helm',
  'helm.sh/chart': 'gateway-helm-v1.8.0',
}

/** By which the controller's pods are found. */
export const selector = {
  'app.kubernetes.io/name': 'gateway-helm',
  'app.kubernetes.io/instance': release,
  'control-plane': controller,
}

/** With the chart's labels. */
export const charted = <T extends KubeObject>(object: T, more: Record<string, string> = {}): T => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...labels, ...more } },
})

/** With the chart's labels, and the annotations by which Helm would make it before the rest. */
export function hooked<T extends KubeObject>(
  object: T,
  { weight = '-1', more }: { weight?: string; more?: Record<string, string> } = {},
): T {
  const made = charted(object, more)
  const annotations = { 'helm.sh/hook': 'pre-install, pre-upgrade', ...(weight !== '' && { 'helm.sh/hook-weight': weight }) }
  return { ...made, metadata: { ...made.metadata, annotations } }
}

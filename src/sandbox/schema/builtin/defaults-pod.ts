/** Defaults of pods, their containers and volumes. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
import type {
  ConfigMapVolumeSource,
  Container,
  HostPathVolumeSource,
  HTTPGetAction,
  ObjectFieldSelector,
  Pod,
  PodSpec,
  Probe,
  ServiceAccountTokenProjection,
  Volume,
} from '../../../kube/kinds.ts'
import type { Defaults } from './filling.ts'

const files = { defaultMode: 420 }

export const podDefaults: Defaults = {
  'api.core.v1.Pod': pod,
  'api.core.v1.PodSpec': podSpec,
  'api.core.v1.Container': container,
  'api.core.v1.EphemeralContainer': container,
  'api.core.v1.Volume': volume,
  'api.core.v1.Probe': (probe: Probe) => {
    probe.timeoutSeconds ||= 1
    probe.periodSeconds ||= 10
    probe.successThreshold ||= 1
    probe.failureThreshold ||= 3
  },
  'api.core.v1.HTTPGetAction': (action: HTTPGetAction) => {
    action.path ||= '/'
    action.scheme ||= 'HTTP'
  },
  'api.core.v1.ConfigMapVolumeSource': filesReadable,
  'api.core.v1.SecretVolumeSource': filesReadable,
  'api.core.v1.DownwardAPIVolumeSource': filesReadable,
  'api.core.v1.ProjectedVolumeSource': filesReadable,
  'api.core.v1.ServiceAccountTokenProjection': (token: ServiceAccountTokenProjection) => {
    token.expirationSeconds ??= 3600
  },
  'api.core.v1.HostPathVolumeSource': (source: HostPathVolumeSource) => {
    source.type ??= ''
  },
  'api.core.v1.ObjectFieldSelector': (selector: ObjectFieldSelector) => {
    selector.apiVersion ||= 'v1'
  },
}

function podSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ||= 'default-scheduler'
  // Two names of one thing: the older one follows the newer.
  const account = spec.serviceAccountName || spec.serviceAccount
  if (account) {
    spec.serviceAccountName = account
    spec.serviceAccount = account
  }
}

/** What only pods get, not the templates of pods. */
function pod({ spec }: Pod): void {
  if (!spec) return
  spec.enableServiceLinks ??= true
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  for (const { resources, ports } of containers) {
    if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests }
    if (spec.hostNetwork) for (const port of ports ?? []) port.hostPort ||= port.containerPort
  }
}

function container(container: Container): void {
  container.imagePullPolicy ||= pullPolicy(container.image)
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
}

/** Always for images without a tag or digest and for `:latest`. https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
function pullPolicy(image = ''): string {
  // What is no reference to an image is judged later.
  if (!/^[a-z0-9][^\s!]*$/.test(image) || /[A-Z]/.test(image.replace(/[:@][^/]*$/, ''))) return 'IfNotPresent'
  if (image.includes('@')) return /:latest@/.test(image) ? 'Always' : 'IfNotPresent'
  const tag = /:([^/:]*)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function volume(volume: Volume): void {
  if (Object.keys(volume).every(name => name === 'name')) volume.emptyDir = {}
  if (volume.image) volume.image.pullPolicy ||= pullPolicy(volume.image.reference)
}

function filesReadable(source: Pick<ConfigMapVolumeSource, 'defaultMode'>): void {
  source.defaultMode ??= files.defaultMode
}

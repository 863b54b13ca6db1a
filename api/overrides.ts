/** The overlay that a user may lay over a workload: one shape, of which each resource allows the part that its workload has. */
import {
  type Affinity,
  affinity,
  labels,
  objectMetadata,
  type ResourceRequirements,
  resources,
  rollingUpdate,
  type Toleration,
  type TopologySpreadConstraint,
  tolerations,
  topologySpreadConstraints,
} from './pod.ts'
import { also, int32, int64, list, obj, oneOf, req, type Schema, str } from './schema.ts'

interface Meta {
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** What one container may be given. */
export interface ContainerOverlay {
  name: string
  resources?: ResourceRequirements
  ports?: { name: string; containerPort: number }[]
}

/** The widest overlay: that of every workload is assignable to it. */
export interface WorkloadOverlay {
  metadata?: Meta
  spec?: {
    minReadySeconds?: number
    replicas?: number
    strategy?: { rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
    template?: {
      metadata?: Meta
      spec?: {
        initContainers?: ContainerOverlay[]
        containers?: ContainerOverlay[]
        resources?: ResourceRequirements
        affinity?: Affinity
        nodeSelector?: Record<string, string>
        tolerations?: Toleration[]
        topologySpreadConstraints?: TopologySpreadConstraint[]
        priorityClassName?: string
        terminationGracePeriodSeconds?: number
        hostNetwork?: boolean
        dnsPolicy?: string
        dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name?: string; value?: string }[] }
      }
    }
  }
}

/** Where pods go: what nearly every overlay allows. */
export const scheduling = {
  affinity: also(affinity, 'Replaces the affinity of the pods as a whole; what the operator prefers for the provider is lost.'),
  nodeSelector: also(
    labels,
    'Runs the pods only on nodes that carry these labels too. A label that the operator demands itself stays as it is.',
  ),
  tolerations: also(tolerations, 'Replaces the tolerations of the pods as a whole; an empty list leaves none.'),
}

export const containerResources = also(resources, 'Replaces the requests, limits and claims of the container as a whole.')
/** Resources of containers with one of these names; `more` are further fields of an entry. */
export const containers = <const N extends string, const F extends { [name: string]: Schema } = Record<never, never>>(
  names: readonly N[],
  more?: F,
) =>
  list(
    obj({
      name: req(oneOf(names, 'Names the container. A name that the pod does not have is left aside.')),
      resources: containerResources,
      ...(more as F),
    }),
    'Changes the containers of these names.',
  )
/** The same for init containers. */
export const initContainers = <const N extends string>(names: readonly N[]) =>
  also(containers(names), 'Changes the init containers of these names.')

const minReadySeconds = int32({
  description: 'Counts a new pod as available only when it has been ready for so many seconds.',
  minimum: 0,
  maximum: 2147483647,
})

/** What the Deployments of Goldmane and Whisker allow beside scheduling. */
export const singlePod = {
  topologySpreadConstraints: also(topologySpreadConstraints, 'Replaces how the pods spread over the cluster.'),
  priorityClassName: str('Replaces the priority class of the pods.'),
  terminationGracePeriodSeconds: int64({ description: 'Gives a pod so many seconds to end by itself.', minimum: 0 }),
}

export const strategy = obj(
  { rollingUpdate: also(rollingUpdate, 'Replaces the pace of updates as a whole; what is absent has the default of Kubernetes, 25%.') },
  'Replaces how a new version is rolled out.',
)

/** The template of the workload's pods: their metadata, and these fields of their specification. */
export const podTemplate = <const P extends { [name: string]: Schema }>(pod: P) =>
  obj(
    { metadata: also(objectMetadata, 'Adds to the metadata of the pods.'), spec: obj(pod, 'Changes the pods.') },
    'Changes the template of the pods; the pods are replaced.',
  )

/** An overlay over a DaemonSet or Deployment: its metadata, minReadySeconds, these further fields of its spec, and these of its pods. */
export const overlay = <const P extends { [name: string]: Schema }, const S extends { [name: string]: Schema } = Record<never, never>>(
  about: string,
  { spec, pod }: { spec?: S; pod: P },
) =>
  obj(
    {
      metadata: also(objectMetadata, 'Adds to the metadata of the workload.'),
      spec: obj({ minReadySeconds, ...(spec as S), template: podTemplate(pod) }, 'Changes the workload.'),
    },
    about,
  )

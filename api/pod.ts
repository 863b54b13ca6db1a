/** Parts of Kubernetes' own pod specification that our resources hold, as Kubernetes v1.35 describes them in CRDs. Decides nothing about them. */
import { also, atomic, int32, int64, intOrString, list, listMap, map, type Of, obj, oneOf, quantity, req, str, time } from './schema.ts'

/** Schemas of any name are shared: what a field means where it is used is said there, by `also`. */
export const labels = map(str())

export const objectMetadata = obj({
  labels: map(str(), 'Adds these labels. A label that the operator sets itself stays as it is.'),
  annotations: map(str(), 'Adds these annotations. One that the operator sets itself stays as it is.'),
})

const requirement = obj({
  key: req(str('Compares the label, or of a node the field, of this name.')),
  operator: req(str('How to compare: In, NotIn, Exists or DoesNotExist; on nodes also Gt and Lt.')),
  values: atomic(list(str(), 'The values to compare with; none for Exists and DoesNotExist.')),
})

export const labelSelector = atomic(
  obj({
    matchLabels: map(str(), 'Takes what carries all of these labels.'),
    matchExpressions: atomic(list(requirement, 'Takes what meets all of these conditions.')),
  }),
)

export const nodeSelectorTerm = atomic(
  obj({
    matchExpressions: atomic(list(requirement, 'Takes nodes whose labels meet all of these conditions.')),
    matchFields: atomic(list(requirement, 'Takes nodes whose fields meet all of these conditions; Kubernetes knows metadata.name only.')),
  }),
)

export const preferredNodes = list(
  obj({
    preference: req(also(nodeSelectorTerm, 'Prefers nodes that this selects.')),
    weight: req(int32('Adds this much, 1 to 100, to the score of a node so selected.')),
  }),
  'Prefers these nodes without insisting: the node with the greatest sum of weights wins.',
)
export const requiredNodes = atomic(
  obj(
    { nodeSelectorTerms: req(atomic(list(nodeSelectorTerm, 'Allows a node that any one of these selects.'))) },
    'Allows only these nodes. Pods that already run stay when a node stops matching.',
  ),
)

const podAffinityTerm = obj({
  labelSelector: also(labelSelector, 'Selects the pods to be near to, or away from.'),
  matchLabelKeys: atomic(list(str(), 'Narrows the selection to pods with the same value as the new pod under each of these labels.')),
  mismatchLabelKeys: atomic(list(str(), 'Narrows the selection to pods with another value than the new pod under each of these labels.')),
  namespaces: atomic(list(str(), 'Looks for pods in these namespaces; without these and namespaceSelector, in that of the new pod.')),
  namespaceSelector: also(labelSelector, 'Looks for pods in namespaces with these labels too; empty selects all.'),
  topologyKey: req(str('Counts as one place the nodes that share a value of this label.')),
})
export const podAffinityTerms = obj({
  preferredDuringSchedulingIgnoredDuringExecution: atomic(
    list(
      obj({
        podAffinityTerm: req(also(podAffinityTerm, 'Describes the pods and the places.')),
        weight: req(int32('Adds this much, 1 to 100, to the score of a place so described.')),
      }),
      'Prefers these places without insisting: the one with the greatest sum of weights wins.',
    ),
  ),
  requiredDuringSchedulingIgnoredDuringExecution: atomic(
    list(podAffinityTerm, 'Allows only places that meet all of these. Pods that already run stay.'),
  ),
})

export const affinity = obj({
  nodeAffinity: obj(
    {
      preferredDuringSchedulingIgnoredDuringExecution: atomic(preferredNodes),
      requiredDuringSchedulingIgnoredDuringExecution: requiredNodes,
    },
    'Draws the pods to nodes by the labels of nodes.',
  ),
  podAffinity: also(podAffinityTerms, 'Draws the pods to where certain other pods run.'),
  podAntiAffinity: also(podAffinityTerms, 'Keeps the pods away from where certain other pods run.'),
})

export const tolerations = list(
  obj({
    key: str('Tolerates taints of this key; all keys when empty, with operator Exists.'),
    operator: str('Exists tolerates any value; Equal, the default, only the one given.'),
    value: str('Tolerates taints of this value, with operator Equal.'),
    effect: str('Tolerates taints of this effect: NoSchedule, PreferNoSchedule or NoExecute; all of them when empty.'),
    tolerationSeconds: int64('Evicts the pod so many seconds after a NoExecute taint came; never when absent.'),
  }),
)

const amounts = map(quantity())
export const resources = obj({
  requests: also(amounts, 'Reserves this much of each resource on the node.'),
  limits: also(amounts, 'Stops the container from using more than this of each resource.'),
  claims: listMap(
    ['name'],
    obj({
      name: req(str('Names the claim, as the pod lists it.')),
      request: str('Takes only this request of the claim; all of it when absent.'),
    }),
    'Gives the container the devices of these resource claims of its pod.',
  ),
})

export const topologySpreadConstraints = list(
  obj({
    maxSkew: req(int32('Allows so many more pods in one place than in the emptiest.')),
    topologyKey: req(str('Counts as one place the nodes that share a value of this label.')),
    whenUnsatisfiable: req(str('Leaves a pod pending (DoNotSchedule), or starts it all the same (ScheduleAnyway), when no place fits.')),
    labelSelector: also(labelSelector, 'Counts the pods with these labels.'),
    matchLabelKeys: atomic(list(str(), 'Counts only pods with the same value as the new pod under each of these labels.')),
    minDomains: int32('Counts at least so many places, the missing ones as empty.'),
    nodeAffinityPolicy: str("Counts all nodes (Ignore), or those that the pod's node affinity and selector allow (Honor)."),
    nodeTaintsPolicy: str('Counts all nodes (Ignore), or leaves out those with taints that the pod does not tolerate (Honor).'),
  }),
)

export const dnsPolicy = oneOf(['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'])
export const dnsConfig = obj({
  nameservers: atomic(list(str(), 'Asks these servers, after those that the DNS policy gives.')),
  searches: atomic(list(str(), 'Completes short names with these domains, after those that the DNS policy gives.')),
  options: atomic(
    list(
      obj({ name: str('Sets the option of this name, such as ndots.'), value: str('Gives the option this value.') }),
      'Sets these options of the resolver, in place of those of the same name that the DNS policy gives.',
    ),
  ),
})

export const rollingUpdate = obj({
  maxSurge: intOrString('Starts up to this many pods, or this percentage, above the wanted number during an update.'),
  maxUnavailable: intOrString('Lets up to this many pods, or this percentage, be missing during an update.'),
})

/** metav1.Condition. */
export const condition = obj({
  type: req(
    str({
      description: 'Names what is reported, such as Ready.',
      pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      maxLength: 316,
    }),
  ),
  status: req(oneOf(['True', 'False', 'Unknown'], 'Whether it is so.')),
  reason: req(
    str({
      description: 'Why, as one word for programs.',
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      minLength: 1,
      maxLength: 1024,
    }),
  ),
  message: req(str({ description: 'Why, for people.', maxLength: 32768 })),
  lastTransitionTime: req(time('Since when.')),
  observedGeneration: int64({ description: 'The generation of the resource that this is about.', minimum: 0 }),
})
export const conditions = list(condition)

export type Affinity = Of<typeof affinity>
export type Toleration = Of<typeof tolerations>[number]
export type ResourceRequirements = Of<typeof resources>
export type TopologySpreadConstraint = Of<typeof topologySpreadConstraints>[number]
export type Condition = Of<typeof condition>

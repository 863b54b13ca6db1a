/** ClusterNetworkPolicy of policy.networking.k8s.io, the network policies of administrators that Kubernetes' network group defines. */
import { condition, labelSelector } from './pod.ts'
import { resource } from './resource.ts'
import { int32, list, listMap, type Of, obj, oneOf, req, rule, set, str } from './schema.ts'

const one = { minProperties: 1, maxProperties: 1 }
const few = { minItems: 1, maxItems: 25 }

const pods = obj({ namespaceSelector: labelSelector, podSelector: req(labelSelector) })
const workloads = { namespaces: labelSelector, pods }
const subject = obj(workloads, one)
const networks = set(str({ maxLength: 43, rules: [rule('isCIDR(self)', 'Invalid CIDR format provided')] }), few)

const port = int32({ minimum: 1, maximum: 65535 })
const destinationPort = obj(
  {
    number: port,
    range: obj({ start: req(port), end: req(port) }, { rules: [rule('self.start < self.end', 'Start port must be less than End port')] }),
  },
  one,
)
const transport = obj({ destinationPort }, { minProperties: 1 })
const protocols = list(obj({ tcp: transport, udp: transport, sctp: transport, destinationNamedPort: str() }, one), few)

const common = { name: str({ maxLength: 100 }), action: req(oneOf(['Accept', 'Deny', 'Pass'])), protocols }

const spec = obj({
  tier: req(oneOf(['Admin', 'Baseline'])),
  priority: req(int32({ minimum: 0, maximum: 1000 })),
  subject: req(subject),
  ingress: list(obj({ ...common, from: req(list(subject, few)) }), { maxItems: 25 }),
  egress: list(obj({ ...common, to: req(list(obj({ ...workloads, networks }, one), few)) }), { maxItems: 25 }),
})

export const ClusterNetworkPolicy = resource({
  group: 'policy.networking.k8s.io',
  version: 'v1alpha2',
  kind: 'ClusterNetworkPolicy',
  plural: 'clusternetworkpolicies',
  shortNames: ['cnp'],
  scope: 'Cluster',
  description: 'Allows or denies traffic of pods in the whole cluster, before or after the policies of namespaces.',
  annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api/pull/347' },
  spec: req(spec),
  status: obj({ conditions: req(listMap(['type'], condition)) }),
  subresources: { status: {} },
  columns: [
    { name: 'Tier', type: 'string', jsonPath: '.spec.tier' },
    { name: 'Priority', type: 'string', jsonPath: '.spec.priority' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
})
export interface ClusterNetworkPolicy extends Of<typeof ClusterNetworkPolicy> {}
export interface ClusterNetworkPolicySpec extends Of<typeof spec> {}

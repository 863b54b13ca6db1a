/** Calico's network policies, in a namespace and for the whole cluster, and what is staged of them to be looked at first. */
import { labelSelector } from '../pod.ts'
import { resource } from '../resource.ts'
import { atomic, bool, int, int32, intOrString, list, number, type Of, obj, oneOf, req, set, str } from '../schema.ts'
import { anyText, mustHold, nets, notBoth, texts, v3 } from './group.ts'

const entity = obj({
  nets,
  notNets: list(str()),
  selector: str(),
  notSelector: str(),
  namespaceSelector: str(),
  serviceAccounts: obj({ names: set(str()), selector: str() }),
  services: obj({ name: str(), namespace: str() }),
  ports: list(anyText),
  notPorts: list(anyText),
})

const icmp = obj(
  { type: int({ minimum: 0, maximum: 254 }), code: int({ minimum: 0, maximum: 255 }) },
  { rules: [mustHold('!has(self.code) || has(self.type)', 'ICMP code specified without an ICMP type')] },
)

const policyRule = obj(
  {
    action: req(oneOf(['Allow', 'Deny', 'Log', 'Pass'])),
    ipVersion: oneOf([4, 6]),
    protocol: anyText,
    notProtocol: anyText,
    icmp,
    notICMP: icmp,
    source: entity,
    destination: entity,
    http: obj({
      methods: list(str(), { maxItems: 20 }),
      paths: list(obj({ exact: str({ maxLength: 1024 }), prefix: str({ maxLength: 1024 }) }), { maxItems: 20 }),
    }),
    metadata: obj({ annotations: texts }),
  },
  {
    rules: [
      mustHold(
        "!has(self.http) || !has(self.protocol) || self.protocol == 'TCP' || self.protocol == 6",
        'rules with HTTP match must have protocol TCP or unset',
      ),
      notBoth("self.action == 'Allow' || !has(self.http)", 'HTTP match is only valid on Allow rules'),
      notBoth(
        '!has(self.destination) || !has(self.destination.services) || (!has(self.destination.ports) || size(self.destination.ports) == 0) && (!has(self.destination.notPorts) || size(self.destination.notPorts) == 0)',
        'ports and notPorts cannot be specified with services',
      ),
    ],
  },
)

/** What both scopes have. */
const policy = {
  tier: str({ default: 'default' }),
  order: number(),
  selector: str(),
  serviceAccountSelector: str(),
  types: set(oneOf(['Ingress', 'Egress']), { minItems: 1, maxItems: 2 }),
  ingress: list(policyRule),
  egress: list(policyRule),
  performanceHints: list(oneOf(['AssumeNeededOnEveryNode'])),
}
const globalPolicy = { ...policy, namespaceSelector: str(), applyOnForward: bool(), doNotTrack: bool(), preDNAT: bool() }
const globalRules = [
  notBoth(
    '!((has(self.doNotTrack) && self.doNotTrack) && (has(self.preDNAT) && self.preDNAT))',
    'preDNAT and doNotTrack cannot both be true',
  ),
  notBoth(
    '(!has(self.preDNAT) || !self.preDNAT) || !has(self.egress) || size(self.egress) == 0',
    'preDNAT policy cannot have any egress rules',
  ),
  notBoth(
    "(!has(self.preDNAT) || !self.preDNAT) || !has(self.types) || !self.types.exists(t, t == 'Egress')",
    "preDNAT policy cannot have 'Egress' type",
  ),
  mustHold(
    '(has(self.applyOnForward) && self.applyOnForward) || ((!has(self.doNotTrack) || !self.doNotTrack) && (!has(self.preDNAT) || !self.preDNAT))',
    'applyOnForward must be true if either preDNAT or doNotTrack is true',
  ),
]
const staged = { stagedAction: oneOf(['Set', 'Delete', 'Learn', 'Ignore'], { default: 'Set' }) }

const namespacedSpec = obj(policy)
const globalSpec = obj(globalPolicy, { rules: globalRules })
const stagedNamespacedSpec = obj({ ...policy, ...staged })
const stagedGlobalSpec = obj({ ...globalPolicy, ...staged }, { rules: globalRules })

const kubernetesPorts = atomic(list(obj({ port: intOrString(), endPort: int32(), protocol: str() })))
const kubernetesPeers = atomic(
  list(
    obj({ ipBlock: obj({ cidr: req(str()), except: atomic(list(str())) }), namespaceSelector: labelSelector, podSelector: labelSelector }),
  ),
)
const stagedKubernetesSpec = obj({
  ...staged,
  podSelector: labelSelector,
  policyTypes: set(str(), { minItems: 1, maxItems: 2 }),
  ingress: list(obj({ from: kubernetesPeers, ports: kubernetesPorts })),
  egress: list(obj({ to: kubernetesPeers, ports: kubernetesPorts })),
})

/** How kubectl shows a policy, and what it may select it by. */
const inTiers = {
  subresources: {},
  columns: [
    { name: 'Tier', type: 'string', jsonPath: '.spec.tier' },
    { name: 'Order', type: 'number', jsonPath: '.spec.order' },
  ],
  selectable: ['.spec.tier'],
} as const

export const NetworkPolicy = resource({
  ...v3,
  ...inTiers,
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['cnp', 'caliconetworkpolicy'],
  scope: 'Namespaced',
  description: 'Allows or denies traffic of the workloads of a namespace.',
  spec: req(namespacedSpec),
})
export interface NetworkPolicy extends Of<typeof NetworkPolicy> {}
export interface NetworkPolicySpec extends Of<typeof namespacedSpec> {}

export const GlobalNetworkPolicy = resource({
  ...v3,
  ...inTiers,
  kind: 'GlobalNetworkPolicy',
  plural: 'globalnetworkpolicies',
  shortNames: ['gnp', 'cgnp'],
  scope: 'Cluster',
  description: 'Allows or denies traffic of workloads and hosts in the whole cluster.',
  spec: req(globalSpec),
  columns: [...inTiers.columns, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
})
export interface GlobalNetworkPolicy extends Of<typeof GlobalNetworkPolicy> {}
export interface GlobalNetworkPolicySpec extends Of<typeof globalSpec> {}

export const StagedNetworkPolicy = resource({
  ...v3,
  ...inTiers,
  kind: 'StagedNetworkPolicy',
  plural: 'stagednetworkpolicies',
  shortNames: ['scnp', 'snp'],
  scope: 'Namespaced',
  description: 'A NetworkPolicy that is only watched: what it would do is reported, and not done.',
  spec: req(stagedNamespacedSpec),
})
export interface StagedNetworkPolicy extends Of<typeof StagedNetworkPolicy> {}

export const StagedGlobalNetworkPolicy = resource({
  ...v3,
  ...inTiers,
  kind: 'StagedGlobalNetworkPolicy',
  plural: 'stagedglobalnetworkpolicies',
  shortNames: ['sgnp'],
  scope: 'Cluster',
  description: 'A GlobalNetworkPolicy that is only watched: what it would do is reported, and not done.',
  spec: req(stagedGlobalSpec),
})
export interface StagedGlobalNetworkPolicy extends Of<typeof StagedGlobalNetworkPolicy> {}

export const StagedKubernetesNetworkPolicy = resource({
  ...v3,
  kind: 'StagedKubernetesNetworkPolicy',
  plural: 'stagedkubernetesnetworkpolicies',
  shortNames: ['sknp'],
  scope: 'Namespaced',
  description: 'A NetworkPolicy of Kubernetes that is only watched: what it would do is reported, and not done.',
  spec: req(stagedKubernetesSpec),
})
export interface StagedKubernetesNetworkPolicy extends Of<typeof StagedKubernetesNetworkPolicy> {}

export type PolicyRule = Of<typeof policyRule>
export type EntityRule = Of<typeof entity>

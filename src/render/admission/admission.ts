/**
 * Admission policies that stand in for the defaulting and validation of Calico's aggregated API server where its resources are CRDs
 * (spec/installation-controller.md §8.2). Their expressions run in the API server; nothing here does.
 */
import type { ServedAdmission } from '../../installation/served-admission.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { present } from '../parts/present.ts'

/** An admission policy or a binding of one, in whatever version. */
export interface AdmissionObject extends KubeObject {
  spec: object
}

/** Marks those that are the operator's, so that one no longer wanted is found. */
const managed = {
  mutating: { 'operator.tigera.io/mutating-admission-policy': 'managed' },
  validating: { 'operator.tigera.io/validating-admission-policy': 'managed' },
} as const

/** All that can be had, each policy followed by its binding. */
export const admissionPolicies = ({ mutating, validating }: ServedAdmission): AdmissionObject[] =>
  present(...(mutating ? [...policyTypes(mutating), ...tierLabel(mutating)] : []), ...(validating ? builtInTiers(validating) : []))

const group = 'admissionregistration.k8s.io'

/** What somebody does to resources of projectcalico.org/v3. */
const when = (operations: string[], resources: string[]) => ({
  resourceRules: [{ apiGroups: ['projectcalico.org'], apiVersions: ['v3'], operations, resources }],
})

const policies = ['networkpolicies', 'globalnetworkpolicies', 'stagednetworkpolicies', 'stagedglobalnetworkpolicies']

interface Mutation {
  name: string
  binding: string
  matches: object
  spec: object
}

const mutation = (version: string, { name, binding, matches, spec }: Mutation): AdmissionObject[] => [
  {
    apiVersion: `${group}/${version}`,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name, labels: managed.mutating },
    spec: { matchConstraints: matches, failurePolicy: 'Fail', reinvocationPolicy: 'IfNeeded', ...spec },
  },
  {
    apiVersion: `${group}/${version}`,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: binding, labels: managed.mutating },
    spec: { policyName: name, matchResources: matches },
  },
]

/** A policy that does not say which directions it is about is about those it has rules for; without any, about ingress. */
const policyTypes = (version: string) =>
  mutation(version, {
    name: 'policytypes.policy.projectcalico.org',
    binding: 'set-policytypes-binding',
    matches: when(['CREATE', 'UPDATE'], [...policies, 'stagedkubernetesnetworkpolicies']),
    spec: {
      paramKind: { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' },
      matchConditions: [{ name: 'missing-types', expression: '!has(object.spec.types) && !has(object.spec.policyTypes)' }],
      variables: [
        { name: 'defaultTypes', expression: directions('["Egress"]') },
        { name: 'defaultKubeTypes', expression: directions('["Ingress", "Egress"]') },
      ],
      mutations: [
        jsonPatch(`[
  JSONPatch{
    op: "add",
    path: object.kind == "StagedKubernetesNetworkPolicy" ? "/spec/policyTypes" : "/spec/types",
    value: object.kind == "StagedKubernetesNetworkPolicy" ? variables.defaultKubeTypes : variables.defaultTypes
  }
]`),
      ],
    },
  })

const directions = (egressAlone: string) => `(has(object.spec.ingress) && has(object.spec.egress)) ? ["Ingress", "Egress"] :
has(object.spec.egress) ? ${egressAlone} : ["Ingress"]
`

/** A policy that names no tier is in `default`; each is labelled with its tier, so that it can be listed by it. */
const tierLabel = (version: string) =>
  mutation(version, {
    name: 'tierlabel.policy.projectcalico.org',
    binding: 'set-tier-label-binding',
    matches: when(['CREATE', 'UPDATE'], policies),
    spec: {
      variables: [{ name: 'tierValue', expression: 'has(object.spec.tier) && object.spec.tier != "" ? object.spec.tier : "default"\n' }],
      mutations: [
        jsonPatch(`!has(object.spec.tier) || object.spec.tier == "" ?
  [JSONPatch{op: "add", path: "/spec/tier", value: variables.tierValue}] :
  []
`),
        jsonPatch(`has(object.metadata.labels) ?
  [JSONPatch{op: "add", path: "/metadata/labels/projectcalico.org~1tier", value: variables.tierValue}] :
  [
    JSONPatch{op: "add", path: "/metadata/labels", value: {}},
    JSONPatch{op: "add", path: "/metadata/labels/projectcalico.org~1tier", value: variables.tierValue}
  ]`),
      ],
    },
  })

const jsonPatch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

/** The tiers that Calico itself makes cannot be deleted. */
function builtInTiers(version: string): AdmissionObject[] {
  const name = 'protect-builtin-tiers.projectcalico.org'
  const metadata = { name, labels: managed.validating }
  return [
    {
      apiVersion: `${group}/${version}`,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: when(['DELETE'], ['tiers']),
        validations: [
          {
            expression: "!(oldObject.metadata.name in ['default', 'kube-admin', 'kube-baseline'])",
            messageExpression: "'The built-in tier ' + oldObject.metadata.name + ' cannot be deleted'",
          },
        ],
      },
    },
    {
      apiVersion: `${group}/${version}`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ]
}

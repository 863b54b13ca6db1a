/** Guards the CRDs of Gateway API: nobody shall put experimental ones over standard ones, or older ones over newer, by accident. The expressions run in the API server. */
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'

const name = 'safe-upgrades.gateway.networking.k8s.io'
const apiVersion = 'admissionregistration.k8s.io/v1'
const channel = 'gateway.networking.k8s.io/channel'
const version = 'gateway.networking.k8s.io/bundle-version'
const metadata = { name, annotations: { [version]: 'v1.5.0-dev', [channel]: 'standard' } }

const written = (resource: string) => ({
  resourceRules: [{ apiGroups: ['apiextensions.k8s.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] }],
})

const others = "object.spec.group != 'gateway.networking.k8s.io'"
const annotated = (object: string, key: string) =>
  `has(${object}.metadata.annotations) && ${object}.metadata.annotations.exists(k, k == '${key}')`
const of = (object: string, key: string) => `${object}.metadata.annotations['${key}']`
const isOf = (value: string, object: string) => `${annotated(object, channel)} && ${of(object, channel)} == '${value}'`
const isNotLike = (pattern: string) => `!matches(${of('object', version)}, '${pattern}')`

const instead = (what: string) => `Uninstall ValidatingAdmissionPolicy ${name} to install ${what}.`

export const safeUpgrades = (): KubeObject[] => [policy, binding]

const policy: ValidatingAdmissionPolicy = {
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata,
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: written('*'),
    validations: [
      {
        expression: `${others} || oldObject == null || ( ${isOf('standard', 'object')} ) || ( oldObject != null && ${isOf('experimental', 'oldObject')} )`,
        message: `Installing experimental CRDs on top of standard channel CRDs is prohibited by default. ${instead('experimental CRDs on top of standard channel CRDs')}`,
        reason: 'Invalid',
      },
      {
        expression: `${others} || (${annotated('object', version)} && ${isNotLike('v1.[0-4].\\\\d+')} && ${isNotLike('v0')})`,
        message: `Installing CRDs with version before v1.5.0 is prohibited by default. ${instead('older versions')}`,
        reason: 'Invalid',
      },
    ],
  },
}

const binding: ValidatingAdmissionPolicyBinding = {
  apiVersion,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata,
  spec: { policyName: name, validationActions: ['Deny'], matchResources: written('customresourcedefinitions') },
}

/** For what the Kubernetes API asks calico-webhooks: a table. */
import type { RuleWithOperations, ValidatingWebhook, ValidatingWebhookConfiguration } from '../../kube/kinds.ts'
import { calicoSystem } from '../parts/places.ts'

const writes = ['CREATE', 'UPDATE', 'DELETE']
const policies = ['networkpolicies', 'globalnetworkpolicies', 'stagednetworkpolicies', 'stagedglobalnetworkpolicies']

const rule = (operations: string[], resources: string[]): RuleWithOperations => ({
  operations,
  apiGroups: ['projectcalico.org'],
  apiVersions: ['v3'],
  resources,
  scope: '*',
})

interface Question {
  path: string
  rules: RuleWithOperations[]
  /** Nobody's policies pass unjudged; what is only noted or corrected may go unasked. */
  failurePolicy: 'Fail' | 'Ignore'
  matchPolicy?: 'Exact'
}

const questions: Record<string, Question> = {
  // The first rule is part of the second; both stay so that a cluster taken over needs no write.
  'tiered-rbac': { path: '/rbac', rules: [rule(writes, policies), rule([...writes, 'CONNECT'], policies)], failurePolicy: 'Fail' },
  'cluster-info': { path: '/cluster-info', rules: [rule(writes, ['clusterinformations'])], failurePolicy: 'Ignore' },
  'audit-logging': { path: '/audit', rules: [rule([...writes, 'CONNECT'], ['*'])], failurePolicy: 'Ignore', matchPolicy: 'Exact' },
}

/** `caBundle` is what its callers have to trust, PEM in base64. */
export const registration = (caBundle: string): ValidatingWebhookConfiguration => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'api.projectcalico.org' },
  webhooks: Object.entries(questions).map(
    ([name, { path, ...question }]): ValidatingWebhook => ({
      name: `${name}.api.projectcalico.org`,
      clientConfig: { service: { namespace: calicoSystem, name: 'calico-webhooks', path }, caBundle },
      ...question,
      sideEffects: 'None',
      timeoutSeconds: 5,
      admissionReviewVersions: ['v1'],
    }),
  ),
})

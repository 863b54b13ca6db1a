/** The Job that makes the certificates of Envoy Gateway, and the webhook that is called by one of them. Whether it has to run, is decided elsewhere. */
import type { Calico } from '../../installation/calico.ts'
import type { Job, MutatingWebhookConfiguration } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container } from '../parts/container.ts'
import { gatewaySystem } from '../parts/places.ts'
import { account, clusterRole, clusterRoleBinding, role, roleBinding, serviceAccount } from '../parts/rbac.ts'
import { pods } from '../parts/workload.ts'
import { controller, hooked, prefix } from './bundle.ts'
import { controllerEnv, unprivilegedUser } from './controller.ts'
import { certificateRules, webhookRules } from './rules.ts'

export const certgenName = `${prefix}-certgen`
export const webhookName = `envoy-gateway-topology-injector.${gatewaySystem}`

/** What the Job runs as, and may do. */
export function certgenAccess(): KubeObject[] {
  const clusterWide = `${certgenName}:${gatewaySystem}`
  const subjects = [account(certgenName, gatewaySystem)]
  return [
    serviceAccount(certgenName, gatewaySystem),
    clusterRole(clusterWide, webhookRules(webhookName)),
    clusterRoleBinding(clusterWide, { subjects }),
    role(certgenName, certificateRules, gatewaySystem),
    roleBinding(certgenName, { subjects, namespace: gatewaySystem }),
  ].map(object => hooked<KubeObject>(object))
}

/** A finished Job goes by itself. */
export const certgen = (calico: Calico): Job =>
  hooked<Job>(
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: certgenName, namespace: gatewaySystem },
      spec: {
        backoffLimit: 1,
        completions: 1,
        parallelism: 1,
        ttlSecondsAfterFinished: 30,
        template: pods({
          labels: { app: 'certgen' },
          restartPolicy: 'Never',
          serviceAccountName: certgenName,
          containers: [
            container('envoy-gateway-certgen', {
              image: calico.image('envoyGateway'),
              command: ['envoy-gateway', 'certgen'],
              env: controllerEnv(calico),
              securityContext: { ...unprivilegedUser, readOnlyRootFilesystem: true },
            }),
          ],
        }),
      },
    },
    { weight: '' },
  )

/** Tells proxies in which zone they run. The Job writes into it whom to trust. */
export const topologyWebhook = (): MutatingWebhookConfiguration =>
  hooked<MutatingWebhookConfiguration>(
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: webhookName },
      webhooks: [
        {
          name: 'topology.webhook.gateway.envoyproxy.io',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service: { name: controller, namespace: gatewaySystem, path: '/inject-pod-topology', port: 9443 } },
          failurePolicy: 'Ignore',
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/binding'] }],
          namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [gatewaySystem] }] },
        },
      ],
    },
    { more: { 'app.kubernetes.io/component': 'topology-injector' } },
  )

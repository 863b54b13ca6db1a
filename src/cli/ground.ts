/** What is in a cluster before an operator starts in it: the CRDs of its mode, the operator's namespace, account and Deployment; and who answers in place of Calico's own pods. */
import { crds, type Mode } from '../../api/index.ts'
import type { OperatorIdentity } from '../installation/calico.ts'
import type { Deployment } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

export const usualOperator: OperatorIdentity = { namespace: 'tigera-operator', name: 'tigera-operator', serviceAccount: 'tigera-operator' }

/** In the order in which they have to be created. The Deployment has no replicas: the operator runs elsewhere. */
export function ground(mode: Mode, { namespace, name, serviceAccount }: OperatorIdentity = usualOperator): KubeObject[] {
  return [
    ...(crds(mode) as KubeObject[]),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } },
    operatorDeployment({ namespace, name, serviceAccount }),
  ]
}

/** Its DNS settings are copied to what it renders for the host network (spec/installation-controller.md). */
const operatorDeployment = ({ namespace, name, serviceAccount }: OperatorIdentity): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels: { 'k8s-app': name } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { name } },
    template: {
      metadata: { labels: { name, 'k8s-app': name } },
      spec: {
        serviceAccountName: serviceAccount,
        hostNetwork: true,
        dnsPolicy: 'ClusterFirstWithHostNet',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [
          { effect: 'NoExecute', operator: 'Exists' },
          { effect: 'NoSchedule', operator: 'Exists' },
        ],
        containers: [{ name, image: 'quay.io/calico/operator', args: ['-manage-crds'] }],
      },
    },
  },
})

/** Answers for the pods that an API server calls: Calico's own API server, and its webhooks, which allow everything. */
export function standIn(sandbox: Sandbox): void {
  sandbox.serveAlias({ shown: 'projectcalico.org/v3', kept: 'crd.projectcalico.org/v1' })
  sandbox.answerWebhook('calico-system/calico-webhooks', () => ({ allowed: true }))
}

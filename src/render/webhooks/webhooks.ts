/** calico-webhooks: judges by tier who may write policies, where Calico's own resources are CRDs and no API server of Calico's could. */
import type { PolicyRule as NetworkRule } from '../../../api/v3/network-policy.ts'
import type { KeyPair } from '../../certificates/keys.ts'
import type { Listening } from '../../installation/api-server.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Container, Deployment } from '../../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../kube/objects.ts'
import type { Wanted } from '../../reconcile/controller.ts'
import { container } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { dnsEgress, kubernetesEgress, policy } from '../parts/policy.ts'
import { present, when } from '../parts/present.ts'
import { allow, clusterRole, clusterRoleBinding, serviceAccount } from '../parts/rbac.ts'
import { apart, controlPlaneTaints, everywhere } from '../parts/scheduling.ts'
import { nonRoot } from '../parts/security.ts'
import { service } from '../parts/service.ts'
import { hostPath } from '../parts/volumes.ts'
import { deployment, pods } from '../parts/workload.ts'
import { registration } from './registration.ts'

const name = 'calico-webhooks'
const running: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace: calicoSystem }
const auditLogs = '/var/log/calico/audit'

export interface WebhooksParts extends Listening {
  key: KeyPair
  /** Where the provider says that such pods are in the network of their node, whatever is overridden. */
  nodeNetwork: boolean
  /** Nothing stands between the pods and those who call them. */
  reachable: boolean
}

/** Of the policy that lets callers in, where one is needed. */
export const policyName = `calico-system.${name}`

/** The configuration by which they are called. */
export const registered: ObjectRef = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  name: 'api.projectcalico.org',
}

/** The webhooks and what calls them (spec/apiserver-tiers-webhooks.md §6). */
export const webhooks = (calico: Calico, parts: WebhooksParts): (KubeObject | Wanted)[] =>
  present<KubeObject | Wanted>(
    serviceAccount(name),
    // In the network of its node no policy reaches it.
    calico.tier && !parts.hostNetwork && access(calico, parts),
    workload(calico, parts),
    service(name, { ports: [{ protocol: 'TCP', port: 443, targetPort: parts.port }] }),
    // Nobody can write a policy while they are asked and cannot answer: not even the one that lets them be asked. One pod is enough for that.
    parts.reachable && { object: registration(parts.key.caBundle), after: [{ ref: running, is: 'answering' }] },
    clusterRole(name, [
      allow('authorization.k8s.io', ['subjectaccessreviews'], ['create']),
      allow('projectcalico.org', ['tiers'], ['get']),
    ]),
    clusterRoleBinding(name),
  )

function workload(calico: Calico, parts: WebhooksParts): Deployment {
  const { replicas, tolerations } = calico.controlPlane
  const { hostNetwork, nodeNetwork, key } = parts
  return deployment(name, {
    replicas,
    // Without it no policy can be written, so there is never one less.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: pods({
      name,
      serviceAccountName: name,
      hostNetwork: when(hostNetwork, true),
      dnsPolicy: when(hostNetwork, 'ClusterFirstWithHostNet'),
      tolerations: nodeNetwork ? everywhere : [...tolerations, ...controlPlaneTaints, ...calico.provider.tolerations],
      affinity: when(replicas > 1, apart(name, [calicoSystem])),
      volumes: [hostPath('audit-logs', auditLogs, 'DirectoryOrCreate'), key.volume],
      containers: [main(calico, parts)],
    }),
  })
}

const main = (calico: Calico, { key, port }: WebhooksParts): Container =>
  container(name, {
    image: calico.image('webhooks'),
    args: ['webhook', `--tls-cert-file=${key.certFile}`, `--tls-private-key-file=${key.keyFile}`],
    ports: [{ containerPort: port, protocol: 'TCP' }],
    volumeMounts: [{ name: 'audit-logs', mountPath: auditLogs }, key.mount],
    securityContext: nonRoot,
  })

/** The Kubernetes API calls it from anywhere, even from a node's own address; pods never do. */
function access({ provider }: Calico, { port }: WebhooksParts): KubeObject {
  const here: NetworkRule = { action: 'Allow', protocol: 'TCP', destination: { ports: [port] } }
  return policy(name, {
    order: 1,
    selector: `k8s-app == '${name}'`,
    types: ['Ingress', 'Egress'],
    ingress: [
      { ...here, source: { services: { name: 'kubernetes', namespace: 'default' } } },
      { action: 'Deny', source: { namespaceSelector: 'all()', selector: 'has(projectcalico.org/orchestrator)' } },
      here,
    ],
    egress: [...dnsEgress(provider.dns), kubernetesEgress, { action: 'Pass' }],
  })
}

/** The policies of the core: what kube-controllers may talk to, and that all else in calico-system says for itself what it may. */
import type { PolicyRule } from '../../../api/v3/network-policy.ts'
import type { Calico } from '../../installation/calico.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { dnsEgress, endpointEgress, policy } from '../parts/policy.ts'

/** Only where their tier is (spec/installation-render.md §8). */
export const policies = (calico: Calico): KubeObject[] => (calico.tier ? [access(calico), defaultDeny] : [])

const access = ({ provider, endpoints, kubeControllers: { metricsPort } }: Calico): KubeObject =>
  policy('kube-controller-access', {
    order: 1,
    selector: "k8s-app == 'calico-kube-controllers'",
    types: ['Egress', 'Ingress'],
    egress: [
      ...dnsEgress(provider.dns),
      { action: 'Allow', protocol: 'TCP', destination: { ports: [443, 6443, 12388] } },
      // Nothing answers there; the rule stays so that a cluster taken over needs no write.
      {
        action: 'Allow',
        protocol: 'TCP',
        destination: {
          namespaceSelector: "projectcalico.org/name == 'calico-system'",
          selector: "k8s-app == 'calico-manager'",
          ports: [9443],
        },
      },
      ...endpointEgress(endpoints.host),
    ],
    ingress: metricsPort === undefined ? undefined : [fromPrometheus(metricsPort)],
  })

const fromPrometheus = (port: number): PolicyRule => ({
  action: 'Allow',
  protocol: 'TCP',
  source: { namespaceSelector: "name == 'tigera-prometheus'", selector: "k8s-app == 'tigera-prometheus'" },
  destination: { ports: [port] },
})

/** The aggregated API server is left out, because the Kubernetes API server calls it from anywhere. */
const defaultDeny = policy('default-deny', { selector: "k8s-app != 'calico-apiserver'", types: ['Ingress', 'Egress'] })

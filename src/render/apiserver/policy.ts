/** What Calico's API server may talk to, and who to it. */
import type { PolicyRule } from '../../../api/v3/network-policy.ts'
import type { ApiServer } from '../../installation/api-server.ts'
import type { Calico } from '../../installation/calico.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { dnsEgress, endpointEgress, kubernetesEgress, policy } from '../parts/policy.ts'

/** Written wherever the tier is, also where CRDs stand in for the API server (spec/apiserver-tiers-webhooks.md §4.2). */
export const accessPolicy = ({ provider, endpoints }: Calico, { port }: ApiServer): KubeObject =>
  policy('apiserver-access', {
    order: 1,
    selector: "k8s-app == 'calico-apiserver'",
    types: ['Ingress', 'Egress'],
    ingress: ['0.0.0.0/0', '::/0'].map(net => ({
      action: 'Allow',
      protocol: 'TCP',
      source: { nets: [net] },
      destination: { ports: [443, port, 8080, 10443] },
    })),
    egress: [...dnsEgress(provider.dns), kubernetesEgress, ...others, ...endpointEgress(endpoints.host), { action: 'Pass' }],
  })

const to = (app: string, namespace: string, port: number): PolicyRule => ({
  action: 'Allow',
  protocol: 'TCP',
  destination: { namespaceSelector: `projectcalico.org/name == '${namespace}'`, selector: `k8s-app == '${app}'`, ports: [port] },
})

/** None of them is ever there; the rules stay so that a cluster taken over needs no write. */
const others = [
  to('tigera-prometheus', 'tigera-prometheus', 9095),
  to('tigera-dex', 'tigera-dex', 5556),
  to('tigera-linseed', 'tigera-elasticsearch', 8444),
]

/** Network policies in the tier calico-system, and the rules that many of them share (spec/installation-render.md §8). */
import type { NetworkPolicy, NetworkPolicySpec, PolicyRule } from '../../../api/v3/network-policy.ts'
import type { Endpoint } from '../../installation/calico.ts'
import { parseAddress } from '../../installation/cidr.ts'
import type { ClusterDns } from '../../installation/providers.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { calicoSystem } from './places.ts'

/** Of the operator's own policies. */
export const tierName = 'calico-system'

/** A policy of the tier, which its name begins with, in calico-system unless another namespace is given. */
export const policy = (name: string, spec: Omit<NetworkPolicySpec, 'tier'>, namespace = calicoSystem): NetworkPolicy => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'NetworkPolicy',
  metadata: { name: `${tierName}.${name}`, namespace },
  spec: { tier: tierName, ...spec },
})

/** As admission policies of ours label it (`Calico.tierLabels`); what is no policy stays as it is. */
export function labelledWithTier<T extends KubeObject>(object: T): T {
  if (!isPolicy(object)) return object
  const { metadata, spec } = object
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, 'projectcalico.org/tier': spec.tier ?? 'default' } } }
}

const isPolicy = (object: KubeObject): object is NetworkPolicy =>
  object.apiVersion === 'projectcalico.org/v3' && ['NetworkPolicy', 'GlobalNetworkPolicy'].includes(object.kind)

/** To the cluster's DNS: one rule per protocol. */
export const dnsEgress = ({ namespace, selector, ports }: ClusterDns): PolicyRule[] =>
  ports.map(({ protocol, port }) => ({
    action: 'Allow',
    protocol,
    destination: { namespaceSelector: `projectcalico.org/name == '${namespace}'`, selector, ports: [port] },
  }))

/** To the Kubernetes API by its Service. */
export const kubernetesEgress: PolicyRule = {
  action: 'Allow',
  protocol: 'TCP',
  destination: { services: { name: 'kubernetes', namespace: 'default' } },
}

/** To the Kubernetes API where it is known to answer. By name there is no destination in policies, so a host that is no address opens the port alone. */
export const endpointEgress = (endpoint: Endpoint | undefined): PolicyRule[] =>
  endpoint === undefined
    ? []
    : [{ action: 'Allow', protocol: 'TCP', destination: { ...only(endpoint.host), ports: [Number(endpoint.port)] } }]

function only(host: string): { nets?: string[] } {
  switch (parseAddress(host)?.family) {
    case 'IPv4':
      return { nets: [`${host}/32`] }
    case 'IPv6':
      return { nets: [`${shortened(host)}/128`] }
    default:
      return {}
  }
}

/** The one short spelling of an IPv6 address, as URLs have it. */
const shortened = (address: string): string => new URL(`https://[${address}]`).hostname.slice(1, -1)

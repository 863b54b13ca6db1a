/** The tier of the policies that the operator keeps, and those two that all of Calico's own pods need: to be answered by DNS. They outlive the Installation. */
import type { GlobalNetworkPolicy, PolicyRule } from '../../../api/v3/network-policy.ts'
import type { Tier } from '../../../api/v3/tier.ts'
import { parseAddress } from '../../installation/cidr.ts'
import type { ClusterDns } from '../../installation/providers.ts'
import type { KubeObject, ObjectRef } from '../../kube/objects.ts'
import { calicoSystem } from '../parts/places.ts'
import { policy, tierName } from '../parts/policy.ts'
import { present } from '../parts/present.ts'

export interface TiersFacts {
  dns: ClusterDns
  /** Addresses of the cluster's DNS Service; known only where a DaemonSet answers them on each node. */
  nodeLocalDns: readonly string[]
}

const group = 'projectcalico.org/v3'

/** What is wanted, and what earlier versions left or is wanted no longer (spec/apiserver-tiers-webhooks.md §7). */
export function tiers({ dns, nodeLocalDns }: TiersFacts): { objects: KubeObject[]; remove: ObjectRef[] } {
  const onNodes = nodeLocalDns.length > 0
  const global = (tier: string): ObjectRef => ({ apiVersion: group, kind: 'GlobalNetworkPolicy', name: `${tier}.node-local-dns` })
  return {
    objects: present<KubeObject>(tier, clusterDns(dns), onNodes && nodeLocal(nodeLocalDns)),
    remove: [
      { apiVersion: group, kind: 'NetworkPolicy', name: 'allow-tigera.cluster-dns', namespace: dns.namespace },
      onNodes ? global('allow-tigera') : global(tierName),
      { apiVersion: group, kind: 'Tier', name: 'allow-tigera' },
    ],
  }
}

const tier: Tier = {
  apiVersion: group,
  kind: 'Tier',
  metadata: { name: tierName, labels: { 'projectcalico.org/system-tier': 'true' } },
  spec: { order: 100 },
}

/** The pods of these namespaces. */
const ours = `projectcalico.org/namespace in {'${calicoSystem}'}`

/** Whoever else selects the DNS pods in a later tier has the word on everybody but us. */
const clusterDns = ({ namespace, selector }: ClusterDns) =>
  policy(
    'cluster-dns',
    {
      order: 1,
      selector,
      types: ['Ingress', 'Egress'],
      ingress: [{ action: 'Allow', source: { namespaceSelector: 'all()', selector: ours } }, { action: 'Pass' }],
      egress: [{ action: 'Allow' }],
    },
    namespace,
  )

/** A cache on the node is no pod that a selector would find: the Service's own addresses are let out to. */
function nodeLocal(addresses: readonly string[]): GlobalNetworkPolicy {
  return {
    apiVersion: group,
    kind: 'GlobalNetworkPolicy',
    metadata: { name: `${tierName}.node-local-dns` },
    spec: {
      tier: tierName,
      order: 10,
      selector: ours,
      types: ['Egress'],
      egress: [...toDns(addresses, 'IPv4'), ...toDns(addresses, 'IPv6')],
    },
  }
}

function toDns(addresses: readonly string[], family: 'IPv4' | 'IPv6'): PolicyRule[] {
  const nets = addresses
    .filter(address => parseAddress(address)?.family === family)
    .map(address => `${address}/${family === 'IPv4' ? 32 : 128}`)
  return nets.length > 0 ? [{ action: 'Allow', protocol: 'UDP', destination: { nets, ports: [53] } }] : []
}

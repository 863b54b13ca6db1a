/** The tier of the operator's policies, and leave for all pods of ours to be answered by DNS. */

import { APIServer } from '../../api/apiserver.ts'
import { Installation } from '../../api/installation.ts'
import { GlobalNetworkPolicy, NetworkPolicy } from '../../api/v3/network-policy.ts'
import { Tier } from '../../api/v3/tier.ts'
import { type ClusterDns, providerNamed } from '../installation/providers.ts'
import { readDetected, readDnsAddresses } from '../installation/read.ts'
import { labelsTiers } from '../installation/served-admission.ts'
import { DaemonSet, Namespace } from '../kube/kinds.ts'
import { defineController, type Reader } from '../reconcile/controller.ts'
import { type Problem, Waiting } from '../reconcile/problems.ts'
import { labelledWithTier, tierName } from '../render/parts/policy.ts'
import { tiers as rendered } from '../render/tiers/tiers.ts'
import { readAsked } from './asked.ts'
import { ifOurs } from './if-ours.ts'
import type { Surroundings } from './surroundings.ts'

export const tiers = ({ environment }: Surroundings) =>
  defineController({
    name: 'tiers',
    reports: 'tiers',

    async read(cluster) {
      const [asked, needed] = await Promise.all([readAsked(cluster), isNeeded(cluster)])
      if (!needed) return undefined
      // The user's word does not count here: where DNS is, the cluster shows.
      const { dns } = providerNamed((await readDetected(cluster, asked?.base ?? nothingAsked))?.name)
      const served = await Promise.all([Tier, NetworkPolicy, GlobalNetworkPolicy].map(kind => cluster.serves(kind)))
      const [namespace, nodeLocal, labels] = await Promise.all([
        cluster.get(Namespace, dns.namespace),
        readNodeLocalDns(cluster, dns),
        labelsTiers(cluster, environment),
      ])
      return { labels, dns, served: served.every(Boolean), there: namespace !== undefined, nodeLocal }
    },

    desired({ labels, dns, served, there, nodeLocal }) {
      if (!served) {
        const remedy =
          'With CRDs of crd.projectcalico.org the API server of Calico serves them: create an APIServer, and see TigeraStatus apiserver'
        throw new Waiting([{ reason: 'ResourceNotReady', message: 'Waiting for Tigera API server to be ready', remedy }])
      }
      if (nodeLocal === 'no service') throw new Waiting([withoutService(dns)])
      const { objects, remove } = rendered({ dns, nodeLocalDns: nodeLocal })
      return {
        objects: labels ? objects.map(labelledWithTier) : objects,
        remove: ifOurs(remove),
        problems: there ? [] : [withoutNamespace(dns)],
      }
    },
  })

const nothingAsked: Installation = { apiVersion: Installation.apiVersion, kind: Installation.kind, metadata: { name: 'default' } }

/** For whatever is asked of Calico, under whatever name; and as long as the tier is there, since other policies may be in it (spec/apiserver-tiers-webhooks.md §7). */
async function isNeeded(cluster: Reader): Promise<boolean> {
  const [tier, ...asking] = await Promise.all([cluster.get(Tier, tierName), cluster.list(Installation), cluster.list(APIServer)])
  return tier !== undefined || asking.flat().length > 0
}

/** The addresses of the cluster's DNS Service, where a cache on each node answers for it; none where there is no such cache. */
async function readNodeLocalDns(cluster: Reader, dns: ClusterDns): Promise<readonly string[] | 'no service'> {
  if (!dns.perNode || !(await cluster.get(DaemonSet, nodeLocalDns, dns.namespace))) return []
  return (await readDnsAddresses(cluster, dns)) ?? 'no service'
}

const nodeLocalDns = 'node-local-dns'

const withoutService = ({ service, namespace }: ClusterDns): Problem => ({
  reason: 'ResourceNotFound',
  message: 'Unable to find DNS service',
  object: { apiVersion: 'v1', kind: 'Service', name: service, namespace },
  remedy: `Create it, or delete the DaemonSet ${nodeLocalDns}, which answers at its addresses on each node`,
})

/** The tier is there all the same. */
const withoutNamespace = ({ namespace }: ClusterDns): Problem => ({
  reason: 'ResourceUpdateError',
  message: `Error creating / updating resource: namespaces "${namespace}" not found`,
  object: { apiVersion: 'v1', kind: 'Namespace', name: namespace },
  remedy: 'The policy for DNS comes with the namespace in which pods of this provider answer it',
})

/** Calico on Windows nodes, where the Installation wants it there. What all nodes share, the core makes; this waits for it. */
import { IPAMConfiguration } from '../../api/v3/ipam.ts'
import type { Calico } from '../installation/calico.ts'
import { type Asked, specOf } from '../installation/facts.ts'
import { providerNamed } from '../installation/providers.ts'
import { readDnsAddresses } from '../installation/read.ts'
import { type WindowsFacts, wantsWindows, windowsHeldUp } from '../installation/windows.ts'
import { ConfigMap, DaemonSet } from '../kube/kinds.ts'
import { type KubeObject, type ObjectRef, refOf } from '../kube/objects.ts'
import { type Condition, defineController, type Outcome, type Reader } from '../reconcile/controller.ts'
import { finish } from '../render/finish.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { retired } from '../render/windows/retired.ts'
import { windows as rendered } from '../render/windows/windows.ts'
import { isWorkload } from '../render/workloads.ts'
import { type Decision, decided, installation, readAsked, readDecision } from './asked.ts'
import { ifOurs } from './if-ours.ts'
import { type NodeKeysFound, readNodeKeys } from './node-keys.ts'
import type { Surroundings } from './surroundings.ts'

interface Found {
  decision: Decision
  found?: WindowsFacts
  keys?: NodeKeysFound
}

const its = (apiVersion: string, kind: string, name: string): ObjectRef => ({ apiVersion, kind, name, namespace: calicoSystem })
const daemonSet = its('apps/v1', 'DaemonSet', 'calico-node-windows')

export const windows = (surroundings: Surroundings) =>
  defineController<Found | 'leaving'>({
    name: 'calico-windows',
    serves: installation,
    reports: 'calico-windows',
    makes: [ConfigMap, DaemonSet],

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      if (!wantsWindows(specOf(asked))) return readLeaving(cluster, asked)
      // What is being deleted keeps what it has until its turn comes.
      if (asked.base.metadata.deletionTimestamp) return 'leaving'
      const decision = await readDecision(cluster, surroundings.environment, asked)
      const { calico } = decision
      if (!calico) return { decision }
      const [found, keys] = await Promise.all([
        readWindows(cluster, decision, calico),
        readNodeKeys(cluster, surroundings, { calico, issue: false }),
      ])
      return { decision, found, keys }
    },

    desired(read) {
      if (read === 'leaving') return {}
      const calico = decided(read.decision)
      return outcomeOf(calico, read)
    },
  })

/** Windows nodes are no longer wanted, and their pods may still be there. */
async function readLeaving(cluster: Reader, { base }: Asked): Promise<'leaving' | undefined> {
  const { name, namespace } = daemonSet
  const found = await cluster.get(DaemonSet, name, namespace)
  return found?.metadata.ownerReferences?.some(({ uid }) => uid === base.metadata.uid) ? 'leaving' : undefined
}

async function readWindows(cluster: Reader, { facts }: Decision, { cni }: Calico): Promise<WindowsFacts> {
  // The user's word does not count here: where DNS is, the cluster shows.
  const { dns } = providerNamed(facts.provider?.name)
  const [affinity, addresses] = await Promise.all([
    cni.ipam === 'Calico' ? readAffinity(cluster) : undefined,
    readDnsAddresses(cluster, dns),
  ])
  return { affinity, dns: { at: dns, addresses } }
}

async function readAffinity(cluster: Reader): Promise<NonNullable<WindowsFacts['affinity']>> {
  if (!(await cluster.serves(IPAMConfiguration))) return 'unserved'
  const configuration = await cluster.get(IPAMConfiguration, 'default')
  return configuration?.spec?.strictAffinity ? 'strict' : 'loose'
}

/** What is there while something is missing goes on as it is. */
const kept = [daemonSet, its('v1', 'ConfigMap', 'cni-config-windows')]

function outcomeOf(calico: Calico, { decision: { asked, facts }, found, keys }: Found): Outcome {
  const { issued, waiting, problems = [] } = keys ?? {}
  const { 'node-certs': client, 'typha-certs': typha } = issued?.keys.pairs ?? {}
  const missing = [...(found ? windowsHeldUp(asked, facts, { calico, found }) : []), ...(waiting?.problems ?? []), ...problems]
  if (missing.length > 0 || !calico.windows || !issued || !client || !typha) return { problems: missing, keeps: { objects: kept } }
  const needs = {
    windows: calico.windows,
    keys: { client, typha, trust: issued.trust.bundle },
    dnsAddresses: found?.dns.addresses ?? [],
  }
  return {
    objects: finish(calico, rendered(calico, needs)).map(object => (isWorkload(object) ? { object, after: shared(issued) } : object)),
    remove: ifOurs(retired),
  }
}

/** What the core makes for all nodes. Pods that start before it have to be started again, later each time. */
function shared({ keys, trust }: NonNullable<NodeKeysFound['issued']>): Condition[] {
  const mounted = keys.objects.filter(({ metadata: { name, namespace } }) => name === 'node-certs' && namespace === calicoSystem)
  const objects: KubeObject[] = [trust.object, ...mounted]
  return [its('v1', 'ServiceAccount', 'calico-node'), ...objects.map(refOf)].map(ref => ({ ref, is: 'present' }))
}

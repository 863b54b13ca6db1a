/** The key pairs of Typha and its clients, and what both trust: read for the core and for Windows, issued for the core alone (spec/installation-controller.md §11.5). */
import { systemRoots } from '../certificates/bundle.ts'
import { readTyphaAuthority } from '../certificates/trust.ts'
import type { Calico } from '../installation/calico.ts'
import { ConfigMap } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { type IssuedWithTrust, type Keyed, readComponentKeys } from './component-keys.ts'
import type { Surroundings } from './surroundings.ts'

/** Peers verify these names. The third pair is for hosts outside the cluster, and in no bundle. */
const pairs = [
  { secretName: 'node-certs', dnsNames: ['typha-client'], peerChecked: true, ends: ['client'] },
  { secretName: 'typha-certs', dnsNames: ['typha-server'], peerChecked: true, ends: ['server'] },
  { secretName: 'typha-certs-noncluster-host', dnsNames: ['typha-server-noncluster-host'] },
] as const
const configMap = 'tigera-ca-bundle'

export type NodePair = (typeof pairs)[number]['secretName']

export interface NodeKeysFound extends Keyed<IssuedWithTrust<NodePair>> {
  /** Problems of the user's own authority for Typha. */
  problems: Problem[]
}

/** With `issue: false` a pair that is not there yet is a problem. */
export async function readNodeKeys(
  cluster: Reader,
  surroundings: Surroundings,
  { calico, issue = true }: { calico: Calico; issue?: boolean },
): Promise<NodeKeysFound> {
  const [typha, bundle] = await Promise.all([
    readTyphaAuthority(cluster, surroundings.environment.operator.namespace),
    cluster.get(ConfigMap, configMap, calicoSystem),
  ])
  const trust = {
    configMap,
    certificates: ['node-certs', 'typha-certs'],
    entries: typha.entry ? [typha.entry] : [],
    systemRoots: systemRoots(bundle, surroundings.systemRoots),
  }
  const { issued, waiting } = await readComponentKeys(cluster, surroundings, { calico, pairs, issue, trust })
  return {
    // Without an authority that was meant to be trusted, Typha and calico-node would no longer know each other.
    ...(typha.problems.length === 0 && { issued }),
    waiting,
    problems: [...(issued?.keys.problems ?? []), ...typha.problems],
  }
}

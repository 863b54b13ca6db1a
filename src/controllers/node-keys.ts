/** The key pairs of Typha and its clients, and what both trust: read for the core and for Windows, issued for the core alone (spec/installation-controller.md §11.5). */
import { systemRoots, trustedBundle } from '../certificates/bundle.ts'
import type { TrustedBundle } from '../certificates/keys.ts'
import { type KeysFound, readKeys } from '../certificates/read.ts'
import { readAuthority, readTyphaAuthority } from '../certificates/trust.ts'
import type { Calico } from '../installation/calico.ts'
import { ConfigMap } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import type { Problem, Waiting } from '../reconcile/problems.ts'
import { calicoSystem } from '../render/parts/places.ts'
import type { Surroundings } from './surroundings.ts'

/** Peers verify these names. The third pair is for hosts outside the cluster, and in no bundle. */
const pairs = [
  { secretName: 'node-certs', dnsNames: ['typha-client'], peerChecked: true },
  { secretName: 'typha-certs', dnsNames: ['typha-server'], peerChecked: true },
  { secretName: 'typha-certs-noncluster-host', dnsNames: ['typha-server-noncluster-host'] },
] as const
const trusted = ['node-certs', 'typha-certs'] as const

export type NodePair = (typeof pairs)[number]['secretName']

export interface NodeKeysFound {
  keys?: KeysFound<NodePair>
  /** What pods mount, and its ConfigMap. */
  trust?: { bundle: TrustedBundle; object: ConfigMap }
  /** Problems of the user's own authority for Typha. */
  problems: Problem[]
  /** There is no authority yet that could have issued anything. */
  waiting?: Waiting
}

export async function readNodeKeys(
  cluster: Reader,
  calico: Calico,
  { environment, issuer, systemRoots: own }: Surroundings,
): Promise<NodeKeysFound> {
  const operatorNamespace = environment.operator.namespace
  const [{ authority, waiting }, typha, bundle] = await Promise.all([
    readAuthority(cluster, issuer, { operatorNamespace, management: calico.certificateManagement }),
    readTyphaAuthority(cluster, operatorNamespace),
    cluster.get(ConfigMap, 'tigera-ca-bundle', calicoSystem),
  ])
  if (!authority) return { problems: typha.problems, waiting }
  const image = calico.image('keyCertProvisioner')
  const keys = await readKeys(cluster, issuer, { operatorNamespace, namespace: calicoSystem, authority, wanted: pairs, image })
  const entries = [...trusted.flatMap(name => keys.entries[name] ?? []), ...(typha.entry ? [typha.entry] : [])]
  const trust = trustedBundle({
    name: 'tigera-ca-bundle',
    namespace: calicoSystem,
    operatorNamespace,
    authority,
    entries,
    systemRoots: systemRoots(bundle, own),
  })
  return { keys, trust, problems: [...keys.problems, ...typha.problems] }
}

/** The key pairs of some component's pods, and what these trust: read, and issued where there are none (spec/installation-controller.md §11). */
import type { Authority } from '../certificates/authority.ts'
import { type BundleEntry, trustedBundle } from '../certificates/bundle.ts'
import type { TrustedBundle } from '../certificates/keys.ts'
import { type KeysFound, readKeys, type WantedPair } from '../certificates/read.ts'
import { readAuthority, readEntry } from '../certificates/trust.ts'
import type { Calico } from '../installation/calico.ts'
import type { ConfigMap } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import type { Waiting } from '../reconcile/problems.ts'
import { calicoSystem } from '../render/parts/places.ts'
import type { Surroundings } from './surroundings.ts'

interface PairsWanted<Pair extends string> {
  calico: Calico
  pairs: readonly WantedPair<Pair>[]
  /** False where another controller issues them. */
  issue?: boolean
}

interface KeysWanted<Pair extends string> extends PairsWanted<Pair> {
  trust: TrustWanted
}

/** A ConfigMap of what pods trust beside the operator's authority. */
export interface TrustWanted {
  configMap: string
  /** By the names of their Secrets: of the component's own pairs, or kept by others in the operator's namespace, where they may be absent. */
  certificates: readonly string[]
  /** Further authorities. */
  entries?: readonly BundleEntry[]
  /** The public authorities of the system; none when undefined. */
  systemRoots?: string
}

/** What there is once certificates can be issued. */
export interface Issued<Pair extends string = string> {
  keys: KeysFound<Pair>
  /** What pods mount, and its ConfigMap. */
  trust?: { bundle: TrustedBundle; object: ConfigMap }
}

export type IssuedWithTrust<Pair extends string> = Required<Issued<Pair>>

export interface Keyed<I extends Issued> {
  issued?: I
  /** There is no authority yet that could issue anything. */
  waiting?: Waiting
}

/** The pairs alone, for pods that trust nobody in particular. */
export async function readPairs<Pair extends string>(
  cluster: Reader,
  surroundings: Surroundings,
  wanted: PairsWanted<Pair>,
): Promise<Keyed<Issued<Pair>>> {
  const { found, waiting } = await issue(cluster, surroundings, wanted)
  return { ...(found && { issued: { keys: found.keys } }), ...(waiting && { waiting }) }
}

export async function readComponentKeys<Pair extends string>(
  cluster: Reader,
  surroundings: Surroundings,
  { trust, ...wanted }: KeysWanted<Pair>,
): Promise<Keyed<IssuedWithTrust<Pair>>> {
  const { found, waiting } = await issue(cluster, surroundings, wanted)
  if (!found) return { ...(waiting && { waiting }) }
  const { authority, keys } = found
  const operatorNamespace = surroundings.environment.operator.namespace
  const { configMap: name, certificates, entries = [], systemRoots } = trust
  const own: Partial<Record<string, BundleEntry>> = keys.entries
  const isOwn = new Set<string>(wanted.pairs.map(({ secretName }) => secretName))
  const now = surroundings.issuer.clock.now()
  const trusted = await Promise.all(
    certificates.map(secret =>
      isOwn.has(secret) ? own[secret] : readEntry(cluster, { name: secret, lookup: operatorNamespace }, { authority, now }),
    ),
  )
  const bundle = trustedBundle({
    ...{ name, namespace: calicoSystem, operatorNamespace, authority, systemRoots },
    entries: [...trusted.filter(entry => entry !== undefined), ...entries],
  })
  return { issued: { keys, trust: bundle } }
}

interface Source<Pair extends string> {
  found?: { authority: Authority; keys: KeysFound<Pair> }
  waiting?: Waiting
}

async function issue<Pair extends string>(
  cluster: Reader,
  { environment, issuer }: Surroundings,
  { calico, pairs, issue }: PairsWanted<Pair>,
): Promise<Source<Pair>> {
  const operatorNamespace = environment.operator.namespace
  const { authority, waiting } = await readAuthority(cluster, issuer, { operatorNamespace, management: calico.certificateManagement })
  if (!authority) return { ...(waiting && { waiting }) }
  // Without it nothing is rendered, but what is wrong with the pairs themselves is told all the same.
  const image = calico.lacks(['keyCertProvisioner']).length > 0 ? '' : calico.image('keyCertProvisioner')
  return {
    found: {
      authority,
      keys: await readKeys(cluster, issuer, { operatorNamespace, namespace: calicoSystem, authority, wanted: pairs, image, issue }),
    },
  }
}

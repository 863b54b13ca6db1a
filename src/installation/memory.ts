/**
 * Remembers what was found out about a cluster when Calico was installed: who its provider is, and which plugin connects pods. What Calico runs with must not change because
 * something comes or goes in kube-system, so from then on the first finding counts, kept as conditions of the Installation. Pure; reads no cluster.
 */
import type { Installation, InstallationSpec } from '../../api/installation.ts'
import type { Note } from '../reconcile/controller.ts'
import { type CniType, cniTypeOf, cniTypes } from './cni.ts'
import type { Facts } from './facts.ts'
import type { Detected } from './provider-detection.ts'
import { type ProviderFacts, type ProviderName, providers } from './providers.ts'

const [providerFound, cniChosen] = ['ProviderDetected', 'CNIPluginChosen'] as const
const none = 'None'

/** Undefined before Calico has ever run, and after the user has named what is asked for: then it is found anew. */
function remembered({ status }: Installation, type: string): { reason: string; message: string } | undefined {
  return status?.variant ? status.conditions?.find(condition => condition.type === type && condition.status === 'True') : undefined
}

const named = (type: string, what: string): Note => ({ type, status: 'False', reason: 'Named', message: what })

export interface KnownProvider {
  /** Who counts, where the user names nobody. */
  readonly provider?: Detected
  /** What is found now, in words, where that is somebody else. */
  readonly otherwise?: string
}

export function knownProvider(base: Installation, found: Detected | undefined): KnownProvider {
  const note = remembered(base, providerFound)
  const known = note && (note.reason === none || note.reason in providers)
  if (base.spec?.kubernetesProvider || !known || note.reason === (found?.name ?? none)) return { provider: found }
  const otherwise = found ? `${found.name}, as told by ${found.evidence}` : 'none that is known'
  return note.reason === none ? { otherwise } : { provider: { name: note.reason as Detected['name'], evidence: note.message }, otherwise }
}

/** Which it was, where the user did not name it. */
export function cniBefore(base: Installation): CniType | undefined {
  const { reason = '' } = remembered(base, cniChosen) ?? {}
  return reason in cniTypes ? (reason as CniType) : undefined
}

/** Whose provider's defaults were taken with it: they are as much of a running network, and stay with it. */
export function usualBefore(base: Installation): ProviderName | undefined {
  const { message = '' } = remembered(base, cniChosen) ?? {}
  const name = message.startsWith(taken) ? message.slice(taken.length) : ''
  return Object.hasOwn(providers, name) ? (name as ProviderName) : undefined
}

const taken = 'spec.cni.type names none, so that this one was taken, and stays, with all that is usual for the provider '

interface Remembering {
  provider: Detected | undefined
  /** The plugin in use. */
  chosen: CniType
  /** Whose defaults were taken with it before, if any were. */
  usual: ProviderName | undefined
}

/** What is to be remembered. */
export function memories({ kubernetesProvider, cni }: InstallationSpec, { provider, chosen, usual }: Remembering): Note[] {
  const mark = 'nothing tells of a provider that is known; AKS leaves no mark, and has to be named'
  const found = { type: providerFound, status: 'True', reason: provider?.name ?? none, message: provider?.evidence ?? mark } as const
  const message = taken + (usual ?? (kubernetesProvider || (provider?.name ?? 'none')))
  return [
    kubernetesProvider ? named(providerFound, `spec.kubernetesProvider says ${kubernetesProvider}`) : found,
    cni?.type ? named(cniChosen, `spec.cni.type says ${cni.type}`) : { type: cniChosen, status: 'True', reason: chosen, message },
  ]
}

type Found = Pick<Facts, 'provider' | 'otherProvider' | 'awsNode' | 'cniBefore'>

/** For people, where what counts is not what would be found now. */
export function memoryWarnings(spec: InstallationSpec, facts: Found, provider: ProviderFacts): string[] {
  const now = cniTypeOf(spec, provider, { awsNode: facts.awsNode })
  const before = cniTypeOf(spec, provider, facts)
  return [
    ...providerWarnings(spec, facts),
    ...(now === before
      ? []
      : [`Pods are connected by the plugin ${before}, as when Calico was installed; to have ${now}, name it in spec.cni.type`]),
  ]
}

function providerWarnings({ kubernetesProvider: says }: InstallationSpec, { provider, otherProvider }: Found): string[] {
  const told = provider && `${provider.name}, as told by ${provider.evidence}`
  if (says) return told && provider.name !== says ? [seems(told, `spec.kubernetesProvider says ${says}`)] : []
  const before = `it was ${provider?.name ?? 'none that is known'} when Calico was installed, which counts until spec.kubernetesProvider names one`
  return otherProvider === undefined ? [] : [seems(otherProvider, before)]
}

const seems = (found: string, counts: string): string => `The provider of the cluster seems to be ${found}; ${counts}`

/**
 * Remembers who the provider was found to be. What Calico runs with must not change because an object comes or goes in kube-system, so once it runs the first finding counts,
 * kept with its evidence as a condition of the Installation. Pure; reads no cluster.
 */
import type { Installation, InstallationSpec } from '../../api/installation.ts'
import type { Note } from '../reconcile/controller.ts'
import type { Facts } from './facts.ts'
import type { Detected } from './provider-detection.ts'
import { providers } from './providers.ts'

const type = 'ProviderDetected'
const none = 'None'

export interface KnownProvider {
  /** Who counts, where the user names nobody. */
  readonly provider?: Detected
  /** What is found now, in words, where that is somebody else. */
  readonly otherwise?: string
}

/** Before Calico has ever run, what is found counts. */
export function knownProvider({ spec, status }: Installation, found: Detected | undefined): KnownProvider {
  const note = status?.conditions?.find(condition => condition.type === type && condition.status === 'True')
  const isFirst = !status?.variant || spec?.kubernetesProvider || !note || (note.reason !== none && !(note.reason in providers))
  if (isFirst || note.reason === (found?.name ?? none)) return { provider: found }
  const otherwise = found ? `${found.name}, as told by ${found.evidence}` : 'none that is known'
  return note.reason === none ? { otherwise } : { provider: { name: note.reason as Detected['name'], evidence: note.message }, otherwise }
}

/** What is remembered. What the user names is not: without it, it is found anew. */
export function providerNote(named: string | undefined, provider: Detected | undefined): Note {
  if (named) return { type, status: 'False', reason: 'Named', message: `spec.kubernetesProvider says ${named}` }
  if (provider) return { type, status: 'True', reason: provider.name, message: provider.evidence }
  return {
    type,
    status: 'True',
    reason: none,
    message: 'nothing tells of a provider that is known; AKS leaves no mark, and has to be named',
  }
}

/** For people, where the cluster tells otherwise than what counts. */
export function providerWarnings(
  { kubernetesProvider: named }: InstallationSpec,
  { provider, otherProvider }: Pick<Facts, 'provider' | 'otherProvider'>,
): string[] {
  if (named)
    return provider && provider.name !== named
      ? [seems(`${provider.name}, as told by ${provider.evidence}`, `spec.kubernetesProvider says ${named}`)]
      : []
  const before = `it was ${provider?.name ?? 'none that is known'} when Calico was installed, which counts until spec.kubernetesProvider names one`
  return otherProvider === undefined ? [] : [seems(otherProvider, before)]
}

const seems = (found: string, counts: string): string => `The provider of the cluster seems to be ${found}; ${counts}`

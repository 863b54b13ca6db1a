import { describe, expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import type { Detected } from './provider-detection.ts'
import { knownProvider, providerNote, providerWarnings } from './provider-memory.ts'
import { asking, factsWith } from './testdata/asked.ts'

const eks: Detected = { name: 'EKS', evidence: 'ConfigMap kube-system/aws-auth' }
const gke: Detected = { name: 'GKE', evidence: 'a label' }

/** Calico runs, and this was found of the provider when it began to. */
function running(found: Detected | undefined, { named, before = named }: { named?: string; before?: string } = {}): Installation {
  const note = { ...providerNote(before, found), lastTransitionTime: '2026-11-21T12:00:00Z' }
  const { base } = asking(named ? ({ kubernetesProvider: named } as Installation['spec'] & {}) : {})
  return { ...base, status: { variant: 'Calico', conditions: [note] } }
}

describe('once Calico runs', () => {
  test.each<[string, Detected | undefined, Detected | undefined]>([
    ['the mark of a provider may go', eks, undefined],
    ['that of another may come', eks, gke],
    ['that of one may come where there was none', undefined, gke],
  ])('%s, and who it was counts', (_, before, now) => {
    const known = knownProvider(running(before), now)
    expect(known.provider).toEqual(before)
    const [warning] = providerWarnings({}, { provider: known.provider, otherProvider: known.otherwise })
    expect(warning).toContain(now ? `${now.name}, as told by ${now.evidence}` : 'none that is known')
  })

  test('who the user names counts, and without that name what is found', () => {
    expect(knownProvider(running(eks, { named: 'RKE2' }), gke)).toEqual({ provider: gke })
    expect(knownProvider(running(eks, { before: 'RKE2' }), gke)).toEqual({ provider: gke })
  })
})

test('before Calico runs, the latest finding counts', () => {
  const { status, ...early } = running(undefined)
  expect(knownProvider({ ...early, status: { conditions: status!.conditions } }, eks)).toEqual({ provider: eks })
})

test('nothing is said where everything agrees', () => {
  expect(knownProvider(running(eks), eks)).toEqual({ provider: eks })
  expect(providerWarnings({ kubernetesProvider: 'EKS' }, factsWith({ provider: eks }))).toEqual([])
  expect(providerWarnings({}, factsWith({}))).toEqual([])
})

test('what was remembered under a name that nobody knows is forgotten', () => {
  expect(knownProvider(running({ name: 'Nimbus' as 'EKS', evidence: '' }), eks)).toEqual({ provider: eks })
})

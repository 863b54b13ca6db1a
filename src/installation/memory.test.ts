import { describe, expect, test } from 'vitest'
import type { Installation, InstallationSpec } from '../../api/installation.ts'
import { cniBefore, knownProvider, memories, memoryWarnings, usualBefore } from './memory.ts'
import type { Detected } from './provider-detection.ts'
import { providers } from './providers.ts'
import { asking, decided, factsWith } from './testdata/asked.ts'

const eks: Detected = { name: 'EKS', evidence: 'ConfigMap kube-system/aws-auth' }
const gke: Detected = { name: 'GKE', evidence: 'a label' }
const rke2: InstallationSpec = { kubernetesProvider: 'RKE2' }

/** Calico runs, and this was found when it began to, with what was asked then. */
function running(
  found: Detected | undefined,
  { asks = {}, asked = asks }: { asks?: InstallationSpec; asked?: InstallationSpec } = {},
): Installation {
  const notes = memories(asked, { provider: found, chosen: 'Calico', usual: undefined })
  const conditions = notes.map(note => ({ ...note, lastTransitionTime: '2026-11-21T12:00:00Z' }))
  return { ...asking(asks).base, status: { variant: 'Calico', conditions } }
}

describe('once Calico runs', () => {
  test.each<[string, Detected | undefined, Detected | undefined]>([
    ['the mark of a provider may go', eks, undefined],
    ['that of another may come', eks, gke],
    ['that of one may come where there was none', undefined, gke],
  ])('%s, and who it was counts', (_, before, now) => {
    const { provider, otherwise: otherProvider } = knownProvider(running(before), now)
    expect(provider).toEqual(before)
    const [warning] = memoryWarnings({}, factsWith({ provider, otherProvider, cniBefore: 'Calico' }), providers.none)
    expect(warning).toContain(now ? `${now.name}, as told by ${now.evidence}` : 'none that is known')
  })

  test('who the user names counts, and without that name what is found', () => {
    expect(knownProvider(running(eks, { asks: rke2 }), gke)).toEqual({ provider: gke })
    expect(knownProvider(running(eks, { asked: rke2 }), gke)).toEqual({ provider: gke })
  })

  test('its plugin stays when the user names a provider that has another, and says so; another is had by its name', () => {
    const before = cniBefore(running(undefined))
    const calico = decided({ kubernetesProvider: 'GKE' }, { cniBefore: before })
    expect(calico.cni.type).toBe('Calico')
    expect(calico.warnings).toEqual([expect.stringMatching(/plugin Calico.*to have GKE, name it in spec.cni.type/)])
    expect(decided({ kubernetesProvider: 'GKE', cni: { type: 'GKE' } }, { cniBefore: before }).cni.type).toBe('GKE')
    expect(cniBefore(running(undefined, { asked: { cni: { type: 'AmazonVPC' } } }))).toBeUndefined()
  })

  test('what is usual for its provider stays with its plugin when the user names another provider, until a plugin is named', () => {
    const before = running(undefined)
    const facts = { cniBefore: cniBefore(before), usualBefore: usualBefore(before) }
    const network = (spec: InstallationSpec) => decided(spec, facts).spec
    const kept = { calicoNetwork: { bgp: 'Enabled' }, cni: { type: 'Calico', binDir: '/opt/cni/bin' } }
    for (const kubernetesProvider of ['EKS', 'GKE'] as const) expect(network({ kubernetesProvider })).toMatchObject(kept)
    expect(network({ kubernetesProvider: 'EKS', cni: { type: 'Calico' } }).calicoNetwork?.bgp).toBe('Disabled')
    const again = memories({ kubernetesProvider: 'EKS' }, { provider: undefined, chosen: 'Calico', usual: usualBefore(before) })
    expect(again.at(-1)?.message).toMatch(/ none$/)
  })
})

test('before Calico runs, the latest finding counts', () => {
  const { status, ...rest } = running(undefined)
  const early = { ...rest, status: { conditions: status!.conditions } }
  expect([knownProvider(early, eks), cniBefore(early)]).toEqual([{ provider: eks }, undefined])
})

test('nothing is said where everything agrees', () => {
  expect(knownProvider(running(eks), eks)).toEqual({ provider: eks })
  expect(memoryWarnings({ kubernetesProvider: 'EKS' }, factsWith({ provider: eks, cniBefore: 'AmazonVPC' }), providers.EKS)).toEqual([])
  expect(memoryWarnings({}, factsWith(), providers.none)).toEqual([])
})

test('what was remembered under a name that nobody knows is forgotten', () => {
  expect(knownProvider(running({ name: 'Nimbus' as 'EKS', evidence: '' }), eks)).toEqual({ provider: eks })
})

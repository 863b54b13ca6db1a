/** What operators leave behind: whether everything they make can be found again when nobody wants it any more, and nothing else is taken for a leftover. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseManifests } from '../src/cli/manifests.ts'
import { type Kind, type KubeObject, keyOf } from '../src/kube/objects.ts'
import { leftovers } from '../src/reconcile/prune.ts'
import { Scopes } from '../src/reconcile/scopes.ts'
import { keysWanted, objectsWanted } from '../src/reconcile/wishes.ts'
import { type Ran, ranOver } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

/** What every controller wants of a cluster; those that it stops are left out. */
const run = async (cluster: readonly KubeObject[]): Promise<Ran[]> => (await ranOver(cluster, () => true)).filter(({ stopped }) => !stopped)

const kindOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => `${apiVersion} ${kind}`

const scenarios = join(import.meta.dirname, 'parity', 'scenarios')
/** What users asked for, in clusters that have what the recorded ones had beside it: an authority, pools, a tier, nodes. */
function askedClusters(): [string, KubeObject[]][] {
  const base = recordedClusters().get('default-v3crd')!
  const theirs = base.filter(({ kind }) => ['Node', 'Tier', 'IPPool', 'Namespace', 'APIService'].includes(kind))
  const authority = base.filter(({ metadata: { name } }) => name === 'tigera-ca-private')
  return readdirSync(scenarios).flatMap(name => {
    const file = join(scenarios, name, 'input.yaml')
    if (!existsSync(file)) return []
    const asked = parseManifests(file, readFileSync(file, 'utf8')).map(each => ({ ...each, metadata: { uid: name, ...each.metadata } }))
    return [[name, [...theirs, ...authority, ...asked]] as [string, KubeObject[]]]
  })
}

/** Owned, and yet never taken away: each with the reason. */
const never: Record<string, string> = {
  'RoleBinding kube-system/calico-apiserver-auth-reader': 'is taken away by name, since kube-system is not looked through',
  'v1 Namespace': 'with it would go what users made in it',
  'aws-security-group-setup': 'a cluster stays where it runs, and these go with the Installation',
  'v1 ResourceQuota': 'it limits nothing, and is looked for only while it is wanted',
  'apiregistration.k8s.io/v1 APIService': 'is looked for only while it is wanted, and taken away by name when it points to nobody',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': 'is looked for in the version that is wanted',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': 'is looked for in the version that is wanted',
}

const scopes = new Scopes({ ours: 'calico-system', operator: 'tigera-operator', system: ['kube-system'] })

/** Owned objects that would not be found again, by a name for people. */
function lost({ controller, outcome }: Ran, makes: readonly Kind[]): string[] {
  const isFound = (object: KubeObject) => {
    const kind = makes.find(each => kindOf(each) === kindOf(object))
    return kind?.namespaced
      ? scopes.ours(kind, controller.places).some(({ namespace }) => namespace === object.metadata.namespace)
      : kind !== undefined
  }
  return objectsWanted(outcome)
    .filter(object => object.metadata.ownerReferences && !isFound(object))
    .map(object => `${controller.name}: ${kindOf(object)} ${object.metadata.namespace ?? ''}/${object.metadata.name}`)
}

test('everything that is made and owned is of a kind, and in a place, that is looked through for what nobody wants any more', async () => {
  const all = new Set<string>()
  const kinds = new Set<string>()
  for (const [, cluster] of [...recordedClusters(), ...askedClusters()]) {
    const ran = await run(cluster)
    for (const one of ran) {
      const kin = ran.filter(other => other.controller.serves?.kind === one.controller.serves?.kind)
      for (const each of lost(
        one,
        kin.flatMap(({ controller }) => controller.makes ?? []),
      ))
        all.add(each)
      for (const object of objectsWanted(one.outcome)) kinds.add(kindOf(object))
    }
  }
  expect([...all].filter(each => !Object.keys(never).some(known => each.includes(known)))).toEqual([])
  expect(kinds.size).toBeGreaterThan(20)
  for (const known of Object.keys(never)) expect([...all].join('\n')).toContain(known)
})

describe.each([...recordedClusters().keys()])('taking over %s', name => {
  const cluster = recordedClusters().get(name)!

  test('takes nothing away that the predecessor made and still wants', async () => {
    const ran = await run(cluster)
    const wanted = new Set(ran.flatMap(({ outcome }) => [...keysWanted(outcome), ...(outcome.keeps?.objects ?? []).map(keyOf)]))
    const left = ran.flatMap(({ controller: { serves } }) => {
      const kin = ran.filter(other => serves !== undefined && other.controller.serves?.kind === serves.kind)
      const uid = cluster.find(({ kind }) => kind === serves?.kind.kind)?.metadata.uid ?? ''
      const kept = new Set(kin.flatMap(({ outcome }) => outcome.keeps?.kinds ?? []).map(kindOf))
      const kinds = new Set(kin.flatMap(({ controller, outcome }) => [...(controller.makes ?? []), ...objectsWanted(outcome)]).map(kindOf))
      const candidates = cluster.filter(object => kinds.has(kindOf(object)) && !kept.has(kindOf(object)))
      return leftovers(candidates, { uid, wanted }, () => true).map(({ ref }) => `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`)
    })
    expect([...new Set(left)]).toEqual([])
  })
})

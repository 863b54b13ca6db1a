/**
 * The predecessor has begun to move Calico from kube-system to calico-system, and we go on, wherever it was: no node is without calico-node for longer than it must be,
 * and in the end there is what there would be if we had moved it all.
 */
import { expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import type { Offline } from '../../src/cli/offline.ts'
import type { User } from '../../src/cli/user.ts'
import { recordedIn } from '../../src/installation/imported.ts'
import { seeded } from '../../src/kube/clock.ts'
import { type Faulty, faulty } from '../../src/kube/faults.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { differences, stateOf } from './cluster.ts'
import { clusterFrom, installedByManifest, settings, stored, watching } from './moving-bed.ts'
import { predecessorIn } from './predecessor.ts'

const label = 'projectcalico.org/operator-node-migration'
const nodes = ['node-0', 'node-1']
const old = (kind: string, name: string): ObjectRef => ({ apiVersion: 'apps/v1', kind, name, namespace: 'kube-system' })
const itself: ObjectRef = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }

/** What the predecessor does, one after the other (spec/namespace-migration.md §B.3). */
const deeds: readonly { done: string; by: (user: User) => Promise<void> }[] = [
  { done: 'calico-kube-controllers is deleted', by: user => user.delete(old('Deployment', 'calico-kube-controllers')) },
  { done: 'one node is labelled', by: user => labelled(user, 'pre-operator', 'node-0') },
  { done: 'all nodes are labelled', by: user => labelled(user, 'pre-operator', ...nodes) },
  {
    done: 'the DaemonSet of the manifest is for those only',
    by: user =>
      user.mergePatch(old('DaemonSet', 'calico-node'), { spec: { template: { spec: { nodeSelector: { [label]: 'pre-operator' } } } } }),
  },
  {
    done: 'Typha of the manifest has made room',
    by: user => user.mergePatch(old('Deployment', 'calico-typha'), { spec: { replicas: 1 } }),
  },
  { done: 'one node is moved', by: user => labelled(user, 'migrated', 'node-1') },
  { done: 'all nodes are moved', by: user => labelled(user, 'migrated', ...nodes) },
  { done: 'the DaemonSet of the manifest is deleted', by: user => user.delete(old('DaemonSet', 'calico-node')) },
  { done: 'Typha of the manifest is deleted', by: user => user.delete(old('Deployment', 'calico-typha')) },
]

async function labelled(user: User, value: string, ...names: string[]): Promise<void> {
  for (const name of names) await user.mergePatch({ apiVersion: 'v1', kind: 'Node', name }, { metadata: { labels: { [label]: value } } })
}

let moved: Promise<Map<string, string>> | undefined

/** What becomes of it when nobody else has a hand in it. */
async function move(): Promise<Map<string, string>> {
  const cluster = clusterFrom(await installedByManifest(settings.withTypha))
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  const end = ended(cluster)
  cluster.close()
  return end
}

/** The predecessor has written into the Installation what was found, and its finalizers. */
function ended(cluster: Offline): Map<string, string> {
  const state = stateOf(cluster)
  const place = 'installations.operator.tigera.io default'
  const { status } = JSON.parse(state.get(place) ?? '{}') as Installation
  return state.set(
    place,
    JSON.stringify({ ...status, conditions: status?.conditions?.filter(({ type }) => type === 'Ready') }, undefined, 1),
  )
}

/** Its objects are all there, and nothing is moved yet. */
async function begun(): Promise<Snapshot> {
  const cluster = clusterFrom(await installedByManifest(settings.withTypha))
  const found = () => recordedIn((stored(cluster, 'installations.operator.tigera.io', 'default') as Installation).status?.conditions)
  await cluster.start({ systemRoots: '' })
  await cluster.time.run(
    () => found() !== undefined && stored(cluster, 'daemonsets.apps', 'calico-system/calico-node') !== undefined,
    60_000,
  )
  cluster.stop()
  const { spec } = found()!
  await cluster.does(async () => {
    const user = predecessorIn(cluster)
    const finalizers = ['tigera.io/operator-cleanup', 'operator.tigera.io/installation-controller']
    await user.mergePatch(itself, { metadata: { finalizers }, spec })
  })
  await cluster.time.pass(20_000)
  const snapshot = byPredecessor(cluster.sandbox.snapshot())
  cluster.close()
  return snapshot
}

/** As if it had written, by updates, what we have; of the Installation's status it has written nothing yet. */
function byPredecessor({ store }: Snapshot): Snapshot {
  const collections = [...store.collections].map(([kind, { objects, since }]) => {
    const changed = [...objects].map(([key, object]) => {
      const { status, ...rest } = object as KubeObject & { status?: object }
      const managedFields = object.metadata.managedFields?.flatMap(entry =>
        entry.manager !== 'calico-operator'
          ? entry
          : entry.subresource
            ? []
            : { ...entry, manager: 'operator', operation: 'Update' as const },
      )
      const bare = object.kind === 'Installation' ? rest : { ...rest, ...(status && { status }) }
      return [key, { ...bare, metadata: { ...object.metadata, managedFields } } as typeof object] as const
    })
    return [kind, { since, objects: new Map(changed) }] as const
  })
  return { store: { ...store, collections: new Map(collections) } }
}

let beginning: Promise<Snapshot> | undefined

interface Kill {
  atWrite: number
  withEffect: boolean
}

/** The predecessor comes so far, and then we go on. */
async function goneOn(steps: number, kill?: Kill) {
  beginning ??= begun()
  const cluster = clusterFrom(await beginning)
  for (const { by } of deeds.slice(0, steps)) {
    await cluster.does(() => by(predecessorIn(cluster)))
    // It waits until pods are where they are to be, but may die before.
    await cluster.time.pass(steps % 2 === 0 ? 20_000 : 500)
  }
  const { seen } = await watching(cluster)
  let network: Faulty | undefined
  await cluster.start({
    systemRoots: '',
    through: transport => {
      network = faulty(transport, { random: seeded(1), clock: cluster.time.clock, rates: {}, ...(kill && { kill }) })
      return network
    },
  })
  if (kill) {
    await cluster.time.run(() => network?.killed ?? false, 600_000)
    await cluster.start({ systemRoots: '' })
  }
  await cluster.rest()
  const { writes, killed } = network!
  const result = { end: ended(cluster), writes, killed, ...seen() }
  cluster.close()
  return result
}

/** What would be otherwise if the move were not over. */
const traces = (end: Map<string, string>): string[] => [
  ...[...end.keys()].filter(place => /^(daemonsets|deployments)\.apps kube-system\/calico|calico-node-migration/.test(place)),
  ...[...end].filter(([place, text]) => /^(nodes|daemonsets\.apps) /.test(place) && text.includes(label)).map(([place]) => place),
  ...(end.has('daemonsets.apps calico-system/calico-node') ? [] : ['calico-node is missing']),
]

/** After how many of its deeds we are tried: after each, with 9. */
const count = Number(process.env.INHERITED ?? 1)
/** Each so many-th of our writes is one to die at; where it is not said, the first of these alone is. */
const every = Number(process.env.INHERITED_KILLED_EVERY ?? 0)
const all = deeds.map(({ done }, index) => ({ done, steps: index + 1 }))
const tried = count > 1 ? all.slice(0, count) : all.filter(({ steps }) => steps === 6)

test.each(tried)('we go on after $done', { timeout: 1_800_000 }, async ({ steps }) => {
  // The whole is only looked at where there is time for it.
  if (count > 1) moved ??= move()
  const expected = await moved
  const failed: string[] = []
  let atWrite = every || 12
  for (let alive = true; alive; atWrite += every) {
    for (const withEffect of every === 1 ? [true, false] : [atWrite % 2 === 0]) {
      const { end, twice, without, killed, writes } = await goneOn(steps, { atWrite, withEffect })
      // Where there is no such write all has gone its way.
      alive = killed && every > 0
      const faults = [
        ...(expected ? differences(expected, end) : traces(end)),
        ...[...twice].map(node => `${node} had two`),
        ...(without > 1 ? [`${without} nodes were without calico-node at once`] : []),
      ]
      failed.push(...faults.map(fault => `killed ${withEffect ? 'after' : 'before'} write ${atWrite} of ${writes}: ${fault}`))
    }
  }
  expect(failed).toEqual([])
})

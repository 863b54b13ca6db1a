/** A cluster in memory in which a manifest has installed Calico and its pods run, and a look at where calico-node runs at every moment. Judges nothing but what it is asked to count. */
import { ground } from '../../src/cli/ground.ts'
import { Offline } from '../../src/cli/offline.ts'
import { Pod } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { Mirror } from '../../src/sandbox/life/mirror.ts'
import type { NodeGroup } from '../../src/sandbox/life/nodes.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import { manifestParts, type Parts } from '../manifest-install.ts'

/** Everything takes a while, so that there is something between two steps. Milliseconds. */
const life = { pods: true, stepMs: 100, startMs: 1_000 }

export interface Setting {
  nodes?: NodeGroup[]
  change?: (parts: Parts) => void
}

let laid: Promise<Snapshot> | undefined
/** As it is, and with two nodes and a Typha. */
export const settings = {
  asItIs: {},
  withTypha: { nodes: [{ count: 2 }], change: ({ objects, typha }: Parts) => void objects.push(typha) },
} satisfies Record<string, Setting>
const installed = new Map<Setting, Promise<Snapshot>>()

/** What all clusters begin with. */
async function lay(): Promise<Snapshot> {
  const cluster = new Offline({ keys: knownKeys() })
  await cluster.furnish(ground('v1'))
  await cluster.rest()
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

/** The manifest runs, and so does an Installation that nobody has heard yet. */
export function installedByManifest(setting: Setting = settings.asItIs): Promise<Snapshot> {
  const known = installed.get(setting) ?? install(setting)
  installed.set(setting, known)
  return known
}

async function install({ nodes = [{ count: 3 }], change = () => {} }: Setting): Promise<Snapshot> {
  laid ??= lay()
  const cluster = new Offline({ keys: knownKeys(), life, from: await laid })
  const parts = manifestParts()
  // So that a pod that goes can be seen going.
  parts.node.spec!.template.spec!.terminationGracePeriodSeconds = 5
  change(parts)
  await cluster.addNodes(nodes)
  await cluster.furnish(parts.objects)
  await cluster.time.pass(60_000)
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

export const clusterFrom = (from: Snapshot, seed = 1): Offline => new Offline({ keys: knownKeys(), seed, from, life })

/** What became of nodes while somebody looked. */
export interface Seen {
  /** Nodes on which both calico-nodes were at once. */
  readonly twice: ReadonlySet<string>
  /** How many nodes at most were without one that is ready, of those that had one before. */
  readonly without: number
}

/** Looks at each change of a pod from now on. */
export async function watching(cluster: Offline): Promise<{ seen(): Seen; pods: Mirror<Pod> }> {
  const twice = new Set<string>()
  const had = new Set<string>()
  let without = 0
  const look = () => {
    const there = placesOf([...pods.all])
    for (const [node, { old, next }] of there) if (old > 0 && next > 0) twice.add(node)
    const ready = new Set([...there].filter(([, { ready }]) => ready).map(([node]) => node))
    for (const node of ready) had.add(node)
    without = Math.max(without, [...had].filter(node => !ready.has(node)).length)
  }
  const { clock } = cluster.time
  const pods: Mirror<Pod> = new Mirror(Pod, { transport: cluster.sandbox.transport({ user: 'looker' }), clock, changed: () => look() })
  await cluster.time.run(() => pods.all[Symbol.iterator]().next().done === false)
  return { seen: () => ({ twice, without }), pods }
}

interface Place {
  old: number
  next: number
  ready: boolean
}

function placesOf(pods: readonly Pod[]): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const { metadata, spec, status } of pods) {
    if (!metadata.ownerReferences?.some(({ kind, name }) => kind === 'DaemonSet' && name === 'calico-node')) continue
    const node = spec?.nodeName ?? ''
    const place = places.get(node) ?? { old: 0, next: 0, ready: false }
    if (metadata.namespace === 'kube-system') place.old++
    else place.next++
    place.ready ||=
      !metadata.deletionTimestamp && (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')
    places.set(node, place)
  }
  return places
}

/** An object as it is stored. */
export const stored = ({ sandbox }: Offline, resource: string, key: string): KubeObject | undefined =>
  sandbox.snapshot().store.collections.get(resource)?.objects.get(key) as KubeObject | undefined

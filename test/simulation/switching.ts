/** Clusters whose user has one set of resources, and then another: what was asked for first must leave nothing behind. Judges nothing. */
import { join } from 'node:path'
import type { Mode } from '../../api/index.ts'
import { ground } from '../../src/cli/ground.ts'
import { Offline, type OfflineOptions } from '../../src/cli/offline.ts'
import type { User } from '../../src/cli/user.ts'
import { isAlreadyExists } from '../../src/kube/errors.ts'
import { isMap, type KubeObject, keyOf, refOf } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import { readScenario } from '../parity/scenario.ts'

/** Certificates among the inputs of recordings are valid then. */
const start = Date.parse('2026-11-21T12:00:00Z')

/** All that the user has; an object that is in two sets is changed, not made anew, where one follows the other. */
export type Having = readonly KubeObject[]

/** What the user had in some recordings, taken together; where they set the same field otherwise, the last has the say. */
export function recorded(...names: readonly string[]): Having {
  const objects = new Map<string, KubeObject>()
  for (const object of names.flatMap(name => readScenario(join(scenarios, name)).inputs)) {
    const key = keyOf(refOf(object))
    objects.set(key, both(objects.get(key), object) as KubeObject)
  }
  return [...objects.values()]
}

const scenarios = join(import.meta.dirname, '..', 'parity', 'scenarios')

const both = (one: unknown, other: unknown): unknown =>
  isMap(one) && isMap(other)
    ? { ...one, ...Object.fromEntries(Object.entries(other).map(([field, value]) => [field, both(one[field], value)])) }
    : other

/** The IP pools that are there, as somebody would write them down to have the same. */
export const poolsIn = ({ store }: Snapshot): Having =>
  ['ippools.projectcalico.org', 'ippools.crd.projectcalico.org']
    .flatMap(resource => [...(store.collections.get(resource)?.objects.values() ?? [])])
    .map(
      ({ apiVersion, kind, metadata: { name, labels }, ...rest }) =>
        ({ apiVersion, kind, metadata: { name, labels }, ...rest }) as KubeObject,
    )

const options: OfflineOptions = { keys: knownKeys(), families: ['IPv4', 'IPv6'], start }

const grounds = new Map<Mode, Promise<Snapshot>>()

/** Three nodes, what the user has, and no operator yet. */
export async function furnished(mode: Mode, having: Having): Promise<Snapshot> {
  const ground = grounds.get(mode) ?? laid(mode)
  grounds.set(mode, ground)
  const cluster = bare(await ground)
  await cluster.furnish(having)
  return snapshotOf(cluster)
}

/** Pods on Windows nodes are told its address. */
const dns: KubeObject = {
  ...{ spec: { selector: { 'k8s-app': 'kube-dns' }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } },
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system' },
}

async function laid(mode: Mode): Promise<Snapshot> {
  const cluster = new Offline(options)
  await cluster.furnish([...ground(mode), dns])
  await cluster.addNodes([{ count: 3 }])
  await cluster.rest()
  return snapshotOf(cluster)
}

/** Without an operator. What follows by chance follows from the seed. */
export const bare = (from: Snapshot, more: Pick<OfflineOptions, 'seed' | 'life'> = {}): Offline =>
  new Offline({ ...options, from, ...more })

/** With an operator that has come to rest. */
export async function operated(from: Snapshot): Promise<Offline> {
  const cluster = bare(from)
  await cluster.start({ systemRoots: '', manageCrds: false })
  await cluster.rest()
  return cluster
}

/** What is not available at the end; that nothing says anything, where nothing does. */
export function unwellIn(end: ReadonlyMap<string, string>): string[] {
  const statuses = [...end].filter(([place]) => place.startsWith('tigerastatuses.'))
  const unwell = statuses.filter(([, text]) => !text.includes('All objects available')).map(([place, text]) => `${place}: ${text}`)
  return statuses.length > 0 ? unwell : ['there is no TigeraStatus']
}

export function snapshotOf(cluster: Offline): Snapshot {
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

/** The user deletes, changes and creates until there is what is to be. */
export async function change(user: User, from: Having, to: Having): Promise<void> {
  const [before, after] = [from, to].map(objects => new Map(objects.map(object => [keyOf(refOf(object)), object])))
  for (const [key, object] of before!) if (!after!.has(key)) await user.delete(refOf(object))
  for (const [key, object] of after!) {
    const old = before!.get(key)
    if (!old) await applied(user, object)
    else if (JSON.stringify(old) !== JSON.stringify(object)) await user.mergePatch(refOf(object), patchTo(old, object) as object)
  }
}

/** What the operator made is taken over, as by `kubectl apply`. */
export async function applied(user: User, object: KubeObject): Promise<void> {
  try {
    await user.create(object)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    await user.mergePatch(refOf(object), object)
  }
}

/** A merge patch: https://www.rfc-editor.org/rfc/rfc7386 */
function patchTo(from: unknown, to: unknown): unknown {
  if (!isMap(from) || !isMap(to)) return to
  const gone = Object.keys(from).filter(field => !(field in to))
  const left = Object.entries(to).filter(([field, value]) => JSON.stringify(from[field]) !== JSON.stringify(value))
  return Object.fromEntries([...gone.map(field => [field, null]), ...left.map(([field, value]) => [field, patchTo(from[field], value)])])
}

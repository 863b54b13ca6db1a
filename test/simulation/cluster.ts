/** A cluster in memory on which simulations begin, and what it comes to in the end, without what differs from run to run. Knows no faults. */
import { ground } from '../../src/cli/ground.ts'
import { Offline } from '../../src/cli/offline.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'

const installation: KubeObject & { spec: object } = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: {},
}

let prepared: Promise<Snapshot> | undefined

/** Three nodes and an Installation, and no operator yet. Everything that happens follows from the seed. */
export async function clusterOf(seed: number): Promise<Offline> {
  prepared ??= prepare()
  return new Offline({ keys: knownKeys(), seed, from: await prepared })
}

async function prepare(): Promise<Snapshot> {
  const cluster = new Offline({ keys: knownKeys() })
  await cluster.furnish(ground('v3'))
  await cluster.addNodes([{ count: 3 }])
  await cluster.furnish([installation])
  await cluster.rest()
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

/** What only says that somebody lives, or follows from something else that is looked at. */
const leftOut = /^(events|leases|pods|replicasets|controllerrevisions|endpointslices|endpoints)(\.|$)/

/** Every object of the cluster by its place, as text: without times, uids, versions, keys and certificates. Of status only what the operator reports. */
export function stateOf({ sandbox }: Offline): Map<string, string> {
  const state = new Map<string, string>()
  for (const [resource, { objects }] of sandbox.snapshot().store.collections) {
    if (leftOut.test(resource)) continue
    for (const [name, object] of objects) {
      // What is stored never changes, and most of it is the same in all clusters.
      const text = texts.get(object) ?? textOf(object)
      texts.set(object, text)
      state.set(`${resource} ${name}`, text)
    }
  }
  return state
}

const texts = new WeakMap<object, string>()

function textOf(object: KubeObject & { status?: unknown }): string {
  const { status, ...rest } = object
  const whole = object.apiVersion.startsWith('operator.tigera.io/') ? { ...rest, status } : rest
  return JSON.stringify(plain(whole), undefined, 1)
}

const perRun = new Set([
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'],
  ...['lastTransitionTime', 'lastUpdateTime', 'lastHeartbeatTime', 'observedGeneration', 'clusterIP', 'clusterIPs'],
])

function plain(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return /hash|checksum/.test(key) ? '<hash>' : withoutKeys(value)
  if (Array.isArray(value)) return value.map(each => plain(each))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([name]) => !perRun.has(name))
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, plain(inner, name)]))
}

const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** Without times and without PEM, also where that is encoded once more as in Secrets. */
const withoutKeys = (text: string): string =>
  text.includes('-----BEGIN ') || text.startsWith('LS0tLS1CRUdJTi') ? '<PEM>' : text.replaceAll(time, '<time>')

/** The places at which two states differ, with both sides where there are two. */
export function differences(expected: Map<string, string>, actual: Map<string, string>): string[] {
  return [...new Set([...expected.keys(), ...actual.keys()])].sort().flatMap(place => {
    const [wanted, found] = [expected.get(place), actual.get(place)]
    if (wanted === found) return []
    if (found === undefined) return [`missing: ${place}`]
    if (wanted === undefined) return [`beyond: ${place}`]
    return [`different: ${place}\n${lineDifferences(wanted.split('\n'), found.split('\n'))}`]
  })
}

function lineDifferences(wanted: string[], found: string[]): string {
  const only = (some: string[], others: string[], sign: string) =>
    some.filter(line => !others.includes(line)).map(line => `  ${sign} ${line}`)
  return [...only(wanted, found, '-'), ...only(found, wanted, '+')].slice(0, 20).join('\n')
}

/** A scenario's cluster in memory, with the operator in this process and in virtual time. */

import type { Mode } from '../../api/index.ts'
import { nodes } from '../../hack/control-plane/nodes.ts'
import { recordedEnvironment } from '../../hack/live-cluster.ts'
import type { Entry } from '../../hack/trail.ts'
import { isRead } from '../../hack/trail.ts'
import { ground } from '../../src/cli/ground.ts'
import { lifeAmong, Offline, type OfflineOptions } from '../../src/cli/offline.ts'
import type { LoggedRequest, Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import type { Bed } from './bed.ts'
import type { Scenario } from './scenario.ts'

/** `start` is when it is there, in milliseconds since 1970: certificates among the inputs should be valid then. Default now. */
export async function sandboxBed(scenario: Scenario, start: number = Date.now()): Promise<Bed> {
  const { apiMode, nodes: groups, families, apiserverArgs, env, inputs } = scenario
  const life = lifeAmong(inputs)
  const options: OfflineOptions = { keys: knownKeys(), families, enable: previews(apiserverArgs), start, life }
  const cluster = new Offline({ ...options, from: await grounded(apiMode === 'v3crd' ? 'v3' : 'v1', options) })
  const { clock } = cluster.time
  await cluster.furnish(nodes(groups.map(group => ({ families, ...group }))))
  return {
    does: work => cluster.does(work),
    async start() {
      await cluster.start({ env: { ...recordedEnvironment(families), ...env } })
    },
    pass: milliseconds => cluster.time.pass(milliseconds),
    now: () => clock.now(),
    trail: async () => cluster.sandbox.requests.all.map(entryOf),
    peakRss: () => undefined,
    log: () => undefined,
    close: async () => cluster.close(),
  }
}

const grounds = new Map<string, Promise<Snapshot>>()

/** What every scenario begins with is laid once for all that are alike. */
function grounded(mode: Mode, options: OfflineOptions): Promise<Snapshot> {
  const alike = JSON.stringify([mode, options.families, options.enable])
  const known = grounds.get(alike) ?? lay(mode, options)
  grounds.set(alike, known)
  return known
}

async function lay(mode: Mode, options: OfflineOptions): Promise<Snapshot> {
  const cluster = new Offline(options)
  await cluster.furnish(ground(mode))
  await cluster.rest()
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

/** `--runtime-config=admissionregistration.k8s.io/v1beta1=true` serves a version that is not served otherwise. */
const previews = (args: readonly string[]): string[] =>
  args
    .flatMap(arg => /^--runtime-config=(.*)$/.exec(arg)?.[1]?.split(',') ?? [])
    .flatMap(pair => /^([^/=]+\/v[^/=]+)(=true)?$/.exec(pair)?.[1] ?? [])

/** What the sandbox has logged, as others log it. */
export const entryOf = ({ time, user, userAgent, verb, group, version, resource, status, effect, ...place }: LoggedRequest): Entry => ({
  ...{ user, userAgent, verb, group, version, resource },
  ...{ subresource: place.subresource, namespace: place.namespace, name: place.name },
  code: status,
  kind: isRead({ verb, group }) ? 'read' : 'write',
  effective: effect,
  asked: time,
  answered: time,
})

/** A cluster of few objects in memory in which an operator works, and what the resources in it say of themselves. */
import { onTestFinished } from 'vitest'
import { ground } from '../../src/cli/ground.ts'
import { Offline } from '../../src/cli/offline.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { knownKeys } from '../keys.ts'

interface SmallOptions {
  /** Default: none. */
  nodes?: number
  /** Milliseconds since 1970. */
  start?: number
}

/** These objects on the CRDs of mode v3, and no operator yet. Closed when the test is over. */
export async function smallCluster(objects: readonly KubeObject[], { nodes = 0, start }: SmallOptions = {}): Promise<Offline> {
  const cluster = new Offline({ keys: knownKeys(), start })
  onTestFinished(() => cluster.close())
  await cluster.furnish(ground('v3'))
  if (nodes > 0) await cluster.addNodes([{ count: nodes }])
  await cluster.furnish(objects)
  return cluster
}

/** An operator comes, perhaps in the place of one before, and to rest. */
export async function operate(cluster: Offline): Promise<Offline> {
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  return cluster
}

/** One of them. */
export interface Condition {
  type: string
  status: string
  reason: string
  message: string
}

/** The conditions of each object of a resource of the operator, by its name and their type. */
export async function conditionsOf(cluster: Offline, plural: string): Promise<Record<string, Record<string, Condition>>> {
  const found = (await cluster.does(user => user.list('operator.tigera.io/v1', plural))) as (KubeObject & {
    status?: { conditions?: Condition[] }
  })[]
  return Object.fromEntries(
    found.map(({ metadata: { name }, status }) => [name, Object.fromEntries((status?.conditions ?? []).map(each => [each.type, each]))]),
  )
}

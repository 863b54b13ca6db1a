/** What is asked for by resources of its own comes, changes and goes with them, whatever goes wrong meanwhile. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Offline } from '../../src/cli/offline.ts'
import { knownKeys } from '../keys.ts'
import { differences } from './cluster.ts'
import { change, endOf, type Wishes, wishing } from './component-bed.ts'
import { weathered } from './storm.ts'

const recorded = new URL('../parity/scenarios/certificate-management/input.yaml', import.meta.url)
const caCert = /caCert: (\S+)/.exec(readFileSync(recorded, 'utf8'))?.[1]
const webhooks = (pod: object): Wishes['apiServer'] => ({ calicoWebhooksDeployment: { spec: { template: { spec: pod } } } })

const wishes: Record<string, Wishes> = {
  'Calico alone': { installation: {} },
  'all components': { installation: {}, apiServer: {}, goldmane: {}, whisker: {}, guardian: { managementClusterAddr: 'mgmt:9449' } },
  'metrics, and no news': { installation: {}, apiServer: {}, goldmane: { metricsPort: 9081 }, whisker: { notifications: 'Disabled' } },
  'webhooks in the network of their node': { installation: {}, apiServer: webhooks({ hostNetwork: true }), goldmane: {} },
  'certificates of another signer': {
    installation: { certificateManagement: { caCert, signerName: 'example.com/signer' } },
    ...{ apiServer: {}, goldmane: {}, whisker: {} },
  },
}

async function fresh(wanted: Wishes): Promise<Offline> {
  const cluster = new Offline({ keys: knownKeys(), from: await wishing(wanted, 'v3') })
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  return cluster
}

const ends = new Map<string, Promise<Map<string, string>>>()

function expected(name: string): Promise<Map<string, string>> {
  const end = ends.get(name) ?? fresh(wishes[name]!).then(ended)
  ends.set(name, end)
  return end
}

async function ended(cluster: Offline): Promise<Map<string, string>> {
  await cluster.rest()
  const end = endOf(cluster)
  cluster.close()
  return end
}

const names = Object.keys(wishes)

/** From each to the next, there and back: `switches.test.ts` goes from any configuration to any. */
const turns = names.flatMap((name, index) => {
  const next = names[(index + 1) % names.length]!
  return [
    { from: name, to: next },
    { from: next, to: name },
  ]
})

test.each(turns)('a cluster with $from that comes to have $to is as if it had never had anything else', { timeout: 60_000 }, async turn => {
  const [before, wanted] = [wishes[turn.from]!, wishes[turn.to]!]
  const cluster = await fresh(before)
  await change(cluster, before, wanted)
  expect(differences(await expected(turn.to), await ended(cluster))).toEqual([])
})

test.each(['v1', 'v3'] as const)(
  'all components of %s come under every seed of faults, and no pod of calico-node twice',
  { timeout: 60_000 },
  async mode => {
    const from = await wishing(wishes['all components']!, mode)
    const run = async (seed: number, stormy: boolean) => {
      const cluster = new Offline({ keys: knownKeys(), seed, from })
      await weathered(cluster, stormy ? seed : undefined)
      const { objects } = cluster.sandbox.snapshot().store.collections.get('daemonsets.apps')!
      const generation = objects.get('calico-system/calico-node')?.metadata.generation
      return { end: await ended(cluster), generation }
    }
    const calm = await run(0, false)
    const failed: string[] = []
    for (let seed = 1; seed <= 6; seed++) {
      const storm = await run(seed, true)
      failed.push(...differences(calm.end, storm.end).map(difference => `seed ${seed}: ${difference}`))
      if (storm.generation !== 1) failed.push(`seed ${seed}: calico-node was changed ${storm.generation} times`)
    }
    expect(failed).toEqual([])
    expect([calm.generation, calm.end.size > 150]).toEqual([1, true])
  },
)

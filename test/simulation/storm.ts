/** An installation over a transport as bad as networks are, and what became of it. */
import type { Offline } from '../../src/cli/offline.ts'
import { seeded } from '../../src/kube/clock.ts'
import { type FaultOptions, type Faulty, faulty } from '../../src/kube/faults.ts'
import { clusterOf, differences, stateOf } from './cluster.ts'

/** For so long everything may fail; then the network is well again, and within the longest pause between two attempts all is done. Milliseconds. */
const stormMs = 120_000
const calmMs = 180_000

interface End {
  state: Map<string, string>
  faults: number
  rested: boolean
}

/** An operator through a storm, as the seed has it, and the calm after it; without a seed all is calm. A process that is killed is followed by another. */
export async function weathered(cluster: Offline, seed: number | undefined, kill?: FaultOptions['kill']): Promise<Faulty | undefined> {
  let network: Faulty | undefined
  await cluster.start({
    systemRoots: '',
    through: transport => {
      if (seed === undefined) return transport
      network = faulty(transport, { random: seeded(seed), clock: cluster.time.clock, ...(kill && { kill }) })
      return network
    },
  })
  await cluster.time.pass(stormMs)
  network?.calm()
  if (network?.killed) await cluster.start({ systemRoots: '' })
  await cluster.time.pass(calmMs)
  return network
}

async function endOf(seed: number, stormy: boolean): Promise<End> {
  const cluster = await clusterOf(seed)
  try {
    const network = await weathered(cluster, stormy ? seed : undefined)
    const rested = await cluster.rest()
    const faults = Object.values(network?.happened ?? {}).reduce((sum, times) => sum + times, 0)
    return { state: stateOf(cluster), faults, rested }
  } finally {
    cluster.close()
  }
}

/** What ended otherwise than without faults, by seed; and how many faults there were in all. */
export async function storms(seeds: readonly number[]): Promise<{ objects: number; faults: number; failed: string[] }> {
  const calm = await endOf(0, false)
  const failed: string[] = []
  let faults = 0
  for (const seed of seeds) {
    const storm = await endOf(seed, true)
    faults += storm.faults
    const different = differences(calm.state, storm.state)
    if (!storm.rested) failed.push(`seed ${seed}: does not come to rest`)
    if (different.length > 0) failed.push(`seed ${seed}: ${different.join('\n')}`)
  }
  return { objects: calm.state.size, faults, failed }
}

/** The operator's process dies at a write of an installation, and a new one begins: the end is the same, wherever that was. */
import { expect, test } from 'vitest'
import { seeded } from '../../src/kube/clock.ts'
import { type Faulty, faulty } from '../../src/kube/faults.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { clusterOf, differences, stateOf } from './cluster.ts'

const seed = 1

/** The last state, and how many writes the first process made. */
async function endOf(kill?: {
  atWrite: number
  withEffect: boolean
}): Promise<{ state: Map<string, string>; writes: number; killed: boolean }> {
  const cluster = await clusterOf(seed)
  try {
    let network: Faulty | undefined
    const through = (transport: Transport) => {
      network = faulty(transport, { random: seeded(seed), clock: cluster.time.clock, rates: {}, ...(kill && { kill }) })
      return network
    }
    await cluster.start({ through, systemRoots: '' })
    await cluster.time.run(() => network?.killed ?? false, 60_000)
    const { writes, killed } = network!
    // A new process knows nothing of the one before.
    if (killed) await cluster.start({ systemRoots: '' })
    await cluster.rest()
    return { state: stateOf(cluster), writes, killed }
  } finally {
    cluster.close()
  }
}

test('an installation ends the same wherever its operator is killed', { timeout: 120_000 }, async () => {
  const whole = await endOf()
  expect(whole.killed).toBe(false)
  expect(whole.writes).toBeGreaterThan(40)
  const failed: string[] = []
  for (let atWrite = 1; atWrite <= whole.writes; atWrite++) {
    for (const withEffect of [true, false]) {
      const broken = await endOf({ atWrite, withEffect })
      const when = `killed ${withEffect ? 'after' : 'before'} write ${atWrite} of ${whole.writes}, seed ${seed}`
      const different = differences(whole.state, broken.state)
      if (!broken.killed) failed.push(`${when}: was not killed`)
      if (different.length > 0) failed.push(`${when}: ${different.join('\n')}`)
    }
  }
  expect(failed).toEqual([])
})

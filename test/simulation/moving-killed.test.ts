/** The operator's process dies, or the network fails, while Calico is moved from kube-system to calico-system: it ends the same, and no node has both pods meanwhile. */
import { expect, test } from 'vitest'
import { seeded } from '../../src/kube/clock.ts'
import { type Faulty, faulty } from '../../src/kube/faults.ts'
import { differences, stateOf } from './cluster.ts'
import { clusterFrom, installedByManifest, settings, watching } from './moving-bed.ts'

/** Every n-th write is one to die at; 1 takes minutes. */
const every = Number(process.env.MOVING_KILLED_EVERY ?? 47)
/** How many seeds of faults. */
const seeds = Number(process.env.MOVING_SEEDS ?? 1)

const before = installedByManifest(settings.withTypha)

/** Milliseconds for which everything may fail; after as many again every pause between two attempts is over. */
const stormMs = 120_000
const calmMs = 180_000

interface Trouble {
  kill?: { atWrite: number; withEffect: boolean }
  seed?: number
}

/** What came of it. With `kill`, of the process that followed. */
async function endOf({ kill, seed }: Trouble = {}) {
  const cluster = clusterFrom(await before, seed)
  const { seen } = await watching(cluster)
  let network: Faulty | undefined
  const rates = seed === undefined ? { rates: {} } : {}
  await cluster.start({
    systemRoots: '',
    through: transport => {
      network = faulty(transport, { random: seeded(seed ?? 1), clock: cluster.time.clock, ...rates, ...(kill && { kill }) })
      return network
    },
  })
  if (kill) {
    await cluster.time.run(() => network?.killed ?? false, 600_000)
    // A new process knows nothing of the one before.
    await cluster.start({ systemRoots: '' })
  } else if (seed !== undefined) {
    await cluster.time.pass(stormMs)
    network?.calm()
    await cluster.time.pass(calmMs)
  }
  await cluster.rest()
  const { writes, killed } = network!
  const end = { state: stateOf(cluster), writes, killed, twice: [...seen().twice] }
  cluster.close()
  return end
}

const faults = (expected: Map<string, string>, { state, twice }: { state: Map<string, string>; twice: string[] }): string[] => [
  ...differences(expected, state),
  ...twice.map(node => `${node} had two`),
]

test('a move ends the same wherever its operator is killed', { timeout: 1_800_000 }, async () => {
  const whole = await endOf()
  expect(whole.writes).toBeGreaterThan(60)
  expect(faults(whole.state, whole)).toEqual([])
  const failed: string[] = []
  for (let atWrite = 1; atWrite <= whole.writes; atWrite += every) {
    for (const withEffect of every === 1 ? [true, false] : [atWrite % 2 === 0]) {
      const broken = await endOf({ kill: { atWrite, withEffect } })
      const when = `killed ${withEffect ? 'after' : 'before'} write ${atWrite} of ${whole.writes}`
      if (!broken.killed) failed.push(`${when}: was not killed`)
      failed.push(...faults(whole.state, broken).map(fault => `${when}: ${fault}`))
    }
  }
  expect(failed).toEqual([])
})

test('a move ends the same under every seed of faults', { timeout: 1_800_000 }, async () => {
  const whole = await endOf()
  const failed: string[] = []
  for (let seed = 1; seed <= seeds; seed++)
    failed.push(...faults(whole.state, await endOf({ seed })).map(fault => `seed ${seed}: ${fault}`))
  expect(failed).toEqual([])
})

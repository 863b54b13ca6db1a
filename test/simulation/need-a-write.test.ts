/** The comparison that decides about every write, judged by the sandbox's own server-side apply. The same runs against a real server in test/real. */
import { expect, test } from 'vitest'
import { v3Kinds } from '../../api/index.ts'
import { Client } from '../../src/kube/client.ts'
import { seeded } from '../../src/kube/clock.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { VirtualTime } from '../../src/sandbox/virtual-time.ts'
import { kinds, wantedObjects } from '../need-a-write/objects.ts'
import { trial } from '../need-a-write/trial.ts'

const seed = Number(process.env.SEED ?? 1)
const verdicts = 5000

test(`of ${verdicts} random changes, the comparison misses none that applying would make, and finds none that it would not (SEED=${seed})`, async () => {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(seed) })
  const clientOf = (fieldManager: string) =>
    new Client({
      transport: sandbox.transport({ userAgent: fieldManager }),
      clock: time.clock,
      random: seeded(seed),
      fieldManager,
      kinds: kinds(),
    })
  const client = clientOf('calico-operator')
  for (const kind of v3Kinds) await client.apply(kind.crd(), { force: true })
  await time.pass(5000)
  const objects = wantedObjects({ scenario: 'default-v3crd', writer: 'go-operator' })
  const tally = await trial({ client, rival: clientOf('rival'), objects, seed, verdicts })
  expect(tally).toMatchObject({ falsePositives: [], falseNegatives: [], unsettled: [] })
  expect(tally.judged).toBeGreaterThanOrEqual(verdicts)
  // Both verdicts must have been met often, or the test says nothing.
  expect(tally.changes).toBeGreaterThan(verdicts / 2)
  expect(tally.judged - tally.changes).toBeGreaterThan(verdicts / 10)
}, 60_000)

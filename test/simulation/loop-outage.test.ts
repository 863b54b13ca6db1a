/** What becomes of a Calico while the API server is away, refuses a kind, or the clock jumps: no storm, no lie, and the rest goes on. */
import { expect, test } from 'vitest'
import { Unreachable } from '../../src/kube/errors.ts'
import { refOf } from '../../src/kube/objects.ts'
import { Bed, inWords } from './loop-bed.ts'
import { inSystem, installation, installationRef, secretRef, validatingWebhook } from './objects.ts'
import { disturbing, Line, Skew } from './trouble.ts'

const minutes = (count: number) => count * 60_000
const calicoNode = inSystem('apps/v1', 'DaemonSet', 'calico-node')

test('the API server is away for five minutes: it is asked now and then, and what changed meanwhile is put right when it is back', async () => {
  const bed = await Bed.of()
  const line = new Line()
  const { faults } = await bed.installed({}, { through: line.through })
  line.cut()
  const asked = line.asked
  await bed.changes(calicoNode, { spec: { template: { spec: { priorityClassName: 'system-cluster-critical' } } } })
  await bed.deletes(inSystem('v1', 'ConfigMap', 'cni-config'))
  await bed.changes(installationRef, { spec: { typhaMetricsPort: 9093 } })
  await bed.time.pass(minutes(5))
  const watches = bed.sandbox.requests.all.filter(({ verb, user }) => verb === 'watch' && user === 'operator').length
  // Each of some forty watches is tried about every half minute.
  expect((line.asked - asked) / watches).toBeLessThan(20)
  line.down = false
  const since = bed.clock.now()
  await bed.time.pass(15_000)
  expect(await bed.live(inSystem('v1', 'ConfigMap', 'cni-config'))).toBeDefined()
  await bed.becomesReady()
  expect((await bed.live(calicoNode))?.spec).toMatchObject({ template: { spec: { priorityClassName: 'system-node-critical' } } })
  expect(await bed.live(inSystem('v1', 'Service', 'calico-typha-metrics'))).toBeDefined()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True', observedGeneration: 2 }, Degraded: { status: 'False' } })
  expect(bed.writes({ since }).length).toBeLessThan(20)
  expect(faults).toEqual([])
})

test('when nothing has changed meanwhile, nothing is written afterwards, and nobody is told of a trouble that is over', async () => {
  const bed = await Bed.of()
  const line = new Line()
  await bed.installed({}, { through: line.through })
  line.cut()
  await bed.time.pass(minutes(5))
  line.down = false
  const since = bed.clock.now()
  await bed.time.pass(minutes(5))
  expect(bed.writes({ since }).map(inWords)).toEqual([])
  expect(bed.reads({ since }).map(inWords)).toEqual([])
})

test('an outage in the middle of an installation only delays it', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  const line = new Line()
  let writes = 0
  bed.operate({
    through: inner => {
      const through = line.through(inner)
      return {
        ...through,
        request: request => {
          if (request.method !== 'GET' && ++writes === 20) line.cut()
          return through.request(request)
        },
      }
    },
  })
  await bed.time.pass(minutes(2))
  expect(line.down).toBe(true)
  expect(await bed.live(calicoNode)).toBeUndefined()
  line.down = false
  await bed.time.pass(minutes(1))
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('a kind that may not be read is told with the right that is needed, and the rest goes on', async () => {
  const bed = await Bed.of()
  const allow = ['list', 'watch'].map(verb => bed.sandbox.forbid({ user: 'operator', verb, resource: 'bgpconfigurations' }))
  await bed.creates(installation())
  bed.operate()
  await bed.time.pass(minutes(1))
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    reason: 'ResourceReadError',
    message: expect.stringMatching(
      /cannot read bgpconfigurations\.projectcalico\.org: .*\. Grant the operator's service account get, list and watch of bgpconfigurations/,
    ),
  })
  // The tiers need nothing of it.
  expect(await bed.status('tiers')).toMatchObject({ Available: { status: 'True' } })
  expect(await bed.live(secretRef('tigera-ca-private'))).toBeDefined()
  for (const each of allow) each()
  await bed.time.pass(minutes(2))
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})

test('while a kind gives no answer nobody is told of a part that may not be asked for, and of the others what is known', async () => {
  const bed = await Bed.of()
  await bed.creates(installation())
  let trouble = true
  const failing = async () => {
    throw new Unreachable('the API server gives no answer', { code: 'ETIMEDOUT' })
  }
  bed.operate({ through: inner => disturbing(inner, ({ path }) => (trouble && path.includes('goldmanes') ? failing() : undefined)) })
  await bed.time.pass(minutes(5))
  expect(await bed.status('goldmane')).toBeUndefined()
  expect((await bed.status())!.Degraded!.message).toMatch(/cannot read goldmanes\.operator\.tigera\.io: the API server gives no answer/)
  expect(await bed.status('tiers')).toMatchObject({ Available: { status: 'True' } })
  trouble = false
  await bed.time.pass(minutes(2))
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
  expect(await bed.status('goldmane')).toBeUndefined()
})

test('a kind that may not be written is told with the right that is needed, and the rest goes on', async () => {
  const bed = await Bed.of()
  const allow = bed.sandbox.forbid({ user: 'operator', verb: 'patch', resource: 'poddisruptionbudgets' })
  await bed.creates(installation())
  bed.operate()
  await bed.becomesReady()
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    message: expect.stringMatching(
      /^PodDisruptionBudget calico-system\/calico-typha: cannot write: .*cannot patch resource "poddisruptionbudgets".*\. Grant/,
    ),
  })
  expect(await bed.live(calicoNode)).toBeDefined()
  expect(await bed.live(inSystem('apps/v1', 'Deployment', 'calico-typha'))).toBeDefined()
  const since = bed.clock.now()
  await bed.time.pass(minutes(20))
  expect(bed.writes({ since }).length).toBeLessThan(25)
  allow()
  await bed.time.pass(minutes(2))
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Degraded: { status: 'False' } })
})

test('while a webhook for everything does not answer, no object is tried again more than once in ten seconds; then all goes on', async () => {
  const bed = await Bed.of()
  await bed.creates(installation(), deadWebhook)
  bed.operate()
  await bed.time.pass(240_000)
  const tries = Map.groupBy(bed.writes(), ({ resource, namespace, name }) => `${resource} ${namespace} ${name}`)
  expect(tries.size).toBeGreaterThan(3)
  for (const [name, requests] of tries) {
    const retries = requests.map(({ time }) => time).slice(1)
    const gaps = retries.slice(1).map((time, index) => time - retries[index]!)
    expect(gaps.length, name).toBeGreaterThan(0)
    expect(Math.min(...gaps), `${name}: ${gaps}`).toBeGreaterThanOrEqual(10_000)
    expect(requests.length, name).toBeLessThan(9)
  }
  await bed.deletes(refOf(deadWebhook))
  await bed.time.pass(90_000)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Degraded: { status: 'False' } })
})

const deadWebhook = validatingWebhook('dead', {
  ...{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] },
  operations: ['CREATE', 'UPDATE'],
})

test('a clock that jumps a day back or a year forward disturbs nothing, and drift is put right all the same', async () => {
  const bed = await Bed.of()
  const skew = new Skew()
  const { faults } = await bed.installed({}, { clock: skew.clock })
  for (const jump of [-86_400_000, 200 * 86_400_000]) {
    skew.ms = jump
    const since = bed.clock.now() + 1
    await bed.time.pass(minutes(30))
    expect(bed.writes({ since }).map(inWords)).toEqual([])
    const drift = bed.clock.now()
    await bed.deletes(inSystem('v1', 'ConfigMap', 'cni-config'))
    await bed.time.pass(1_000)
    expect(bed.writes({ since: drift }).map(inWords)).toEqual(['patch configmaps cni-config 201'])
  }
  expect(faults).toEqual([])
})

import { expect, test } from 'vitest'
import { refusal, ScriptedTransport } from '../../test/scripted.ts'
import { Skew } from '../../test/simulation/trouble.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import type { Request } from '../kube/transport.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { UnsettledWorkloads } from './unsettled.ts'
import type { Workload } from './workload.ts'

const nothing = new Map()

const workload = (available: boolean): Workload =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', namespace: 'calico-system', generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: { app: 'x', tier: 'y' } } },
    status: { observedGeneration: 1, ...(available ? { availableReplicas: 1, readyReplicas: 1 } : { unavailableReplicas: 1 }) },
  }) as unknown as Workload
const pod = {
  metadata: { name: 'x-1', namespace: 'calico-system' },
  status: { phase: 'Failed', reason: 'Evicted' },
}

function looking(answer: (request: Request) => object = () => ({ body: { metadata: {}, items: [pod] } })) {
  const time = new VirtualTime()
  const skew = new Skew()
  const clock = skew.clock(time.clock)
  const transport = new ScriptedTransport(answer)
  const client = new Client({ transport, clock, random: seeded(1), fieldManager: 'x' })
  return { time, transport, workloads: new UnsettledWorkloads({ client, clock }), jump: (ms: number) => (skew.ms += ms) }
}

test('pods are looked at when a workload has been unsettled for five seconds, and then every ten', async () => {
  const { time, transport, workloads } = looking()
  expect(await workloads.look([workload(false)])).toEqual({ found: nothing, again: 5_000 })
  await time.pass(4_000)
  expect(await workloads.look([workload(false)])).toEqual({ found: nothing, again: 1_000 })
  await time.pass(1_000)
  const { found, again } = await workloads.look([workload(false)])
  expect([[...found.values()], again]).toEqual([[{ failing: true, text: 'x-1 Failed Evicted' }], 10_000])
  await time.pass(9_000)
  expect(await workloads.look([workload(false)])).toEqual({ found, again: 1_000 })
  expect(transport.asked).toHaveLength(1)
  await time.pass(1_000)
  await workloads.look([workload(false)])
  expect(transport.asked).toHaveLength(2)
  expect(transport.asked[0]).toMatchObject({
    path: '/api/v1/namespaces/calico-system/pods',
    query: { labelSelector: 'app=x,tier=y', limit: '100' },
  })
})

test('what is settled is not looked at, and what was settled in between begins anew', async () => {
  const { time, transport, workloads } = looking()
  expect(await workloads.look([workload(true)])).toEqual({ found: nothing })
  await workloads.look([workload(false)])
  await time.pass(4_000)
  await workloads.look([workload(true)])
  expect(await workloads.look([workload(false)])).toEqual({ found: nothing, again: 5_000 })
  expect(transport.asked).toEqual([])
})

test('pods that may not be listed are a finding, not a failure', async () => {
  const { time, workloads } = looking(() => refusal(403, 'Forbidden', 'pods is forbidden'))
  await workloads.look([workload(false)])
  await time.pass(5_000)
  const { found } = await workloads.look([workload(false)])
  expect([...found.values()]).toEqual([{ failing: false, text: 'its pods cannot be looked at: list pods: pods is forbidden (403)' }])
})

test('a clock that is set back begins anew', async () => {
  const { workloads, jump } = looking()
  await workloads.look([workload(false)])
  jump(-3_600_000)
  expect(await workloads.look([workload(false)])).toEqual({ found: nothing, again: 5_000 })
})

test('of a workload with many pods a table is read, and only of those that are not well the whole, the failing ones first', async () => {
  const columnDefinitions = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'].map(name => ({ name, type: 'string' }))
  const row = (name: string, ready: string, status: string) => ({ cells: [name, ready, status, '0', '1m', '<none>', 'n'] })
  const starting = Array.from({ length: 20 }, (_, index) => row(`starting-${index}`, '0/1', 'ContainerCreating'))
  const well = Array.from({ length: 40 }, (_, index) => row(`well-${index}`, '1/1', 'Running'))
  const pages = [
    [...starting, ...well],
    [row('bad', '0/1', 'CrashLoopBackOff'), row('going', '0/1', 'Terminating'), row('gone', '0/1', 'Error')],
  ]
  const { time, transport, workloads } = looking(({ path, query }: Request) => {
    const name = path.split('/pods/')[1]
    if (name === 'gone') return refusal(404, 'NotFound', 'pods "gone" not found')
    if (name)
      return {
        body: { metadata: { name }, spec: { nodeName: `node-of-${name}` }, status: { phase: name === 'bad' ? 'Failed' : 'Pending' } },
      }
    const next = query?.continue ? {} : { continue: 'more' }
    return { body: { kind: 'Table', columnDefinitions, rows: pages[query?.continue ? 1 : 0], metadata: next } }
  })
  const large = { ...workload(false), spec: { replicas: 63, selector: { matchLabels: { app: 'x' } } } } as unknown as Workload
  await workloads.look([large])
  await time.pass(5_000)
  const { found } = await workloads.look([large])
  const [{ failing, text }] = [...found.values()] as [{ failing: boolean; text: string }]
  expect(failing).toBe(true)
  expect(text).toMatch(/^node-of-bad Failed \(pod bad\); node-of-starting-.* and 5 more starting .*; 12 more pods$/)
  expect(transport.asked).toHaveLength(2 + 10)
  expect(transport.asked[0]).toMatchObject({ accept: expect.stringContaining('as=Table'), query: { includeObject: 'None' } })
})

test('what lasts is looked at less and less often', async () => {
  const { time, transport, workloads } = looking()
  for (let second = 0; second < 3_600; second += 5) {
    await workloads.look([workload(false)])
    await time.pass(5_000)
  }
  expect(transport.asked.length).toBeGreaterThan(60)
  expect(transport.asked.length).toBeLessThan(75)
})

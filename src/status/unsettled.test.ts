import { expect, test } from 'vitest'
import { refusal, ScriptedTransport } from '../../test/scripted.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { UnsettledWorkloads } from './unsettled.ts'
import type { Workload } from './workload.ts'

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

function looking(answer = () => ({ body: { metadata: {}, items: [pod] } }) as object) {
  const time = new VirtualTime()
  let offset = 0
  const clock = { now: () => time.clock.now() + offset, after: time.clock.after }
  const transport = new ScriptedTransport(answer)
  const client = new Client({ transport, clock, random: seeded(1), fieldManager: 'x' })
  return { time, transport, workloads: new UnsettledWorkloads({ client, clock }), jump: (ms: number) => (offset += ms) }
}

test('pods are looked at when a workload has been unsettled for five seconds, and then every ten', async () => {
  const { time, transport, workloads } = looking()
  expect(await workloads.look([workload(false)])).toEqual({ found: [], again: 5_000 })
  await time.pass(4_000)
  expect(await workloads.look([workload(false)])).toEqual({ found: [], again: 1_000 })
  await time.pass(1_000)
  const { found, again } = await workloads.look([workload(false)])
  expect([found[0]?.failing, again]).toEqual([['Pod calico-system/x-1 has failed (Evicted)'], 10_000])
  await time.pass(9_000)
  expect(await workloads.look([workload(false)])).toEqual({ found, again: 1_000 })
  expect(transport.asked).toHaveLength(1)
  await time.pass(1_000)
  await workloads.look([workload(false)])
  expect(transport.asked).toHaveLength(2)
  expect(transport.asked[0]).toMatchObject({
    path: '/api/v1/namespaces/calico-system/pods',
    query: { labelSelector: 'app=x,tier=y', limit: '50' },
  })
})

test('what is settled is not looked at, and what was settled in between begins anew', async () => {
  const { time, transport, workloads } = looking()
  expect(await workloads.look([workload(true)])).toEqual({ found: [] })
  await workloads.look([workload(false)])
  await time.pass(4_000)
  await workloads.look([workload(true)])
  expect(await workloads.look([workload(false)])).toEqual({ found: [], again: 5_000 })
  expect(transport.asked).toEqual([])
})

test('pods that may not be listed are a finding, not a failure', async () => {
  const { time, workloads } = looking(() => refusal(403, 'Forbidden', 'pods is forbidden'))
  await workloads.look([workload(false)])
  await time.pass(5_000)
  const { found } = await workloads.look([workload(false)])
  expect(found[0]?.starting).toEqual(['The pods of Deployment calico-system/x cannot be looked at: list pods: pods is forbidden (403)'])
})

test('a clock that is set back begins anew', async () => {
  const { workloads, jump } = looking()
  await workloads.look([workload(false)])
  jump(-3_600_000)
  expect(await workloads.look([workload(false)])).toEqual({ found: [], again: 5_000 })
})

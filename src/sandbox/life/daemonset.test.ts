import { beforeEach, describe, expect, test } from 'vitest'
import { apps, LifeBed, template, workload } from '../../../test/sandbox/life-bed.ts'
import type { DaemonSet } from '../../kube/kinds.ts'

const bed = new LifeBed()
const { send, podsOf, live, statuses } = bed

beforeEach(bed.reset)

describe('a DaemonSet', () => {
  const set = (spec: object = {}) => send<DaemonSet>('POST', `${apps}/daemonsets`, workload('ds', { template: template('a:1'), ...spec }))
  const now = async () => (await send<DaemonSet>('GET', `${apps}/daemonsets/ds`)).status

  test('gets a pod on each node that it is for, and says so', async () => {
    await live([
      { count: 2 },
      { count: 1, labels: { special: 'yes' } },
      { count: 1, taints: [{ key: 'k', effect: 'NoSchedule' }] },
      { count: 1, os: 'windows' },
    ])
    await set({ template: template('a:1', { nodeSelector: { 'kubernetes.io/os': 'linux' } }) })
    await bed.time.run(undefined, 5_000)
    const pods = await podsOf()
    expect(pods.map(({ spec }) => spec?.nodeName).sort()).toEqual(['node-0', 'node-1', 'node-2'])
    expect(pods[0]).toMatchObject({
      metadata: {
        ownerReferences: [{ kind: 'DaemonSet', name: 'ds', controller: true }],
        labels: { app: 'x', 'pod-template-generation': '1' },
      },
      status: { phase: 'Running', podIP: expect.stringMatching(/^10\.42\./), hostIP: expect.stringMatching(/^172\.31\.0\./) },
    })
    expect(await now()).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      observedGeneration: 1,
    })
  })

  test('is replaced one node after the other when its template changes', async () => {
    await live([{ count: 4 }], { stepMs: 100 })
    await set()
    await bed.time.run(undefined, 5_000)
    const seen = await statuses<DaemonSet['status']>(`${apps}/daemonsets`, 'ds', async () => {
      await send('PATCH', `${apps}/daemonsets/ds`, { spec: { template: { spec: { containers: [{ name: 'c', image: 'a:2' }] } } } })
      await bed.time.run(undefined, 60_000)
    })
    expect(Math.min(...seen.map(status => status?.numberAvailable ?? 0))).toBe(3)
    const rolling = seen.filter(status => status?.observedGeneration === 2).map(status => status?.updatedNumberScheduled ?? 0)
    expect([...new Set(rolling)]).toEqual([0, 1, 2, 3, 4])
    expect((await podsOf()).every(({ spec }) => spec?.containers[0]?.image === 'a:2')).toBe(true)
    expect(await now()).toMatchObject({ numberAvailable: 4, updatedNumberScheduled: 4, observedGeneration: 2 })
  })

  test('stays where it is when the new pods do not get ready, and goes on when they do', async () => {
    await live([{ count: 4 }])
    await set({ updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } })
    await bed.time.run(undefined, 5_000)
    const heal = bed.life.fail({ name: 'ds', node: 'node-1' }, 'ImagePullBackOff', 'Back-off pulling image')
    await bed.time.run(undefined, 5_000)
    const failing = (await podsOf()).find(({ spec }) => spec?.nodeName === 'node-1')
    expect(failing).toMatchObject({
      status: {
        phase: 'Pending',
        containerStatuses: [{ ready: false, state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } }],
      },
    })
    expect(await now()).toMatchObject({ numberReady: 3, numberUnavailable: 1 })
    heal()
    await bed.time.run(undefined, 5_000)
    expect(await now()).toMatchObject({ numberReady: 4 })
  })

  test('follows nodes that come, change and go, and takes its pods with it', async () => {
    await live([{ count: 2 }])
    await set({ template: template('a:1', { nodeSelector: { here: 'yes' } }) })
    await bed.time.run(undefined, 5_000)
    expect(await podsOf()).toEqual([])
    await send('PATCH', '/api/v1/nodes/node-1', { metadata: { labels: { here: 'yes' } } })
    await bed.time.run(undefined, 5_000)
    expect((await podsOf()).map(({ spec }) => spec?.nodeName)).toEqual(['node-1'])
    await send('PATCH', '/api/v1/nodes/node-1', { metadata: { labels: { here: null } } })
    await bed.time.run(undefined, 5_000)
    expect(await podsOf()).toEqual([])
    await send('PATCH', '/api/v1/nodes/node-0', { metadata: { labels: { here: 'yes' } } })
    await bed.time.run(undefined, 5_000)
    expect(await podsOf()).toHaveLength(1)
    await send('DELETE', `${apps}/daemonsets/ds`)
    await bed.time.run(undefined, 60_000)
    expect(await podsOf()).toEqual([])
  })
})

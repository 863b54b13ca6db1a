import { beforeEach, describe, expect, test } from 'vitest'
import { apps, LifeBed, template, workload } from '../../../test/sandbox/life-bed.ts'
import type { DaemonSet, Deployment, Job, Node, ReplicaSet, StatefulSet } from '../../kube/kinds.ts'

const bed = new LifeBed()
const { does, send, listed, podsOf, live, statuses } = bed

beforeEach(bed.reset)

describe('nodes', () => {
  test('have names, addresses and pod ranges that follow from their number, and get ready', async () => {
    await live([
      { count: 2, labels: { zone: 'a' }, providerID: 'aws:///{i}', families: ['IPv4', 'IPv6'] },
      { count: 1, os: 'windows' },
    ])
    const nodes = await listed<Node>('/api/v1/nodes')
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['node-0', 'node-1', 'node-2'])
    expect(nodes[1]).toMatchObject({
      metadata: { labels: { zone: 'a', 'kubernetes.io/os': 'linux' } },
      spec: { podCIDRs: ['10.42.1.0/24', 'fd00:42:0:1::/64'], providerID: 'aws:///1' },
      status: { addresses: [{ address: '172.31.0.2' }, { address: 'fd00:31::2' }, { type: 'Hostname' }] },
    })
    expect(nodes[0]!.metadata.labels).toHaveProperty(['node-role.kubernetes.io/control-plane'])
    expect(nodes[2]!.metadata.labels).toMatchObject({ 'kubernetes.io/os': 'windows' })
    for (const { status } of nodes) expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }))
  })

  test('tell how they are from time to time, if they are to', async () => {
    await live([{ count: 1 }], { heartbeatMs: 10_000 })
    const seen = await statuses<Node['status']>('/api/v1/nodes', 'node-0', () => bed.time.pass(35_000))
    const beats = new Set(seen.map(status => status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime))
    expect(beats.size).toBeGreaterThanOrEqual(3)
  })
})

describe('a Deployment', () => {
  const create = (spec: object = {}) =>
    send<Deployment>('POST', `${apps}/deployments`, workload('d', { template: template('a:1'), ...spec }))
  const now = async () => (await send<Deployment>('GET', `${apps}/deployments/d`)).status

  test('gets ReplicaSet and pods, spread over the nodes, and becomes available', async () => {
    await live([{ count: 3 }])
    await create({ replicas: 3 })
    await bed.time.run(undefined, 5_000)
    const [set] = await listed<ReplicaSet>(`${apps}/replicasets`)
    expect(set).toMatchObject({
      metadata: { name: expect.stringMatching(/^d-[a-z0-9]{10}$/), ownerReferences: [{ kind: 'Deployment', name: 'd' }] },
      spec: { replicas: 3 },
      status: { replicas: 3, readyReplicas: 3 },
    })
    expect(new Set((await podsOf()).map(({ spec }) => spec?.nodeName)).size).toBe(3)
    expect(await now()).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    })
  })

  test('rolls over to a new template without missing more than it may, and keeps the old ReplicaSet at none', async () => {
    await live([{ count: 3 }], { stepMs: 50 })
    await create({ replicas: 4, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } })
    await bed.time.run(undefined, 30_000)
    const seen = await statuses<Deployment['status']>(`${apps}/deployments`, 'd', async () => {
      await send('PATCH', `${apps}/deployments/d`, { spec: { template: { spec: { containers: [{ name: 'c', image: 'a:2' }] } } } })
      await bed.time.run(undefined, 60_000)
    })
    expect(Math.min(...seen.map(status => status?.availableReplicas ?? 0))).toBeGreaterThanOrEqual(3)
    expect(Math.max(...seen.map(status => status?.replicas ?? 0))).toBeLessThanOrEqual(5)
    const sets = await listed<ReplicaSet>(`${apps}/replicasets`)
    expect(sets.map(({ spec }) => spec?.replicas).sort()).toEqual([0, 4])
    expect((await podsOf()).map(({ spec }) => spec?.containers[0]?.image)).toEqual(Array(4).fill('a:2'))
    expect((await send<Deployment>('GET', `${apps}/deployments/d`)).metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '2',
    })
  })

  test('may stop before it starts again', async () => {
    await live([{ count: 2 }], { stepMs: 50 })
    await create({ replicas: 2, strategy: { type: 'Recreate' } })
    await bed.time.run(undefined, 30_000)
    const seen = await statuses<Deployment['status']>(`${apps}/deployments`, 'd', async () => {
      await send('PATCH', `${apps}/deployments/d`, { spec: { template: { spec: { containers: [{ name: 'c', image: 'a:2' }] } } } })
      await bed.time.run(undefined, 60_000)
    })
    expect(Math.min(...seen.map(status => status?.availableReplicas ?? 0))).toBe(0)
    expect(await now()).toMatchObject({ availableReplicas: 2, updatedReplicas: 2 })
  })

  test('says that it does not get on when its time is over', async () => {
    await live([{ count: 1 }])
    bed.life.fail({ namespace: 'default', selector: { app: 'x' } }, 'CrashLoopBackOff')
    await create({ progressDeadlineSeconds: 60 })
    await bed.time.run(undefined, 50_000)
    expect(await now()).toMatchObject({
      unavailableReplicas: 1,
      conditions: [
        { status: 'False', reason: 'MinimumReplicasUnavailable' },
        { status: 'True', reason: 'ReplicaSetUpdated' },
      ],
    })
    await bed.time.run(undefined, 30_000)
    expect((await now())?.conditions?.[1]).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
  })

  test('on the network of the nodes runs once on each, and waits for more nodes', async () => {
    await live([{ count: 1 }])
    const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'a:1', ports: [{ containerPort: 5473 }] }] }
    await create({ replicas: 2, template: template('a:1', spec) })
    await bed.time.run(undefined, 5_000)
    const pending = (await podsOf()).filter(({ status }) => status?.phase === 'Pending')
    expect(pending).toMatchObject([{ status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] } }])
    const { body } = await does(bed.transport.request({ method: 'GET', path: '/api/v1/nodes/node-0' }))
    const node = body as Node
    await send('POST', '/api/v1/nodes', { ...node, metadata: { name: 'another', labels: node.metadata.labels } })
    await bed.time.run(undefined, 5_000)
    expect((await podsOf()).map(({ spec }) => spec?.nodeName).sort()).toEqual(['another', 'node-0'])
  })
})

test('a StatefulSet gets its pods one after the other, by number', async () => {
  await live([{ count: 3 }])
  await send('POST', `${apps}/statefulsets`, workload('s', { replicas: 3, serviceName: 's', template: template('a:1') }))
  await bed.time.run(undefined, 5_000)
  const pods = await podsOf()
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['s-0', 's-1', 's-2'])
  expect(await send<StatefulSet>('GET', `${apps}/statefulsets/s`)).toMatchObject({
    status: { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 },
  })
})

test('a Job comes to its end', async () => {
  await live([{ count: 1 }])
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  await send('POST', jobs, {
    metadata: { name: 'j' },
    spec: { completions: 2, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'a' }] } } },
  })
  await bed.time.run(undefined, 5_000)
  expect(await send<Job>('GET', `${jobs}/j`)).toMatchObject({
    status: {
      succeeded: 2,
      completionTime: expect.any(String),
      conditions: [{ type: 'SuccessCriteriaMet' }, { type: 'Complete', status: 'True' }],
    },
  })
  expect((await podsOf()).map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded'])
})

test('Services get the addresses of their pods', async () => {
  await live([{ count: 2 }], { endpoints: true })
  await send('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'x' },
    spec: { selector: { app: 'x' }, ports: [{ port: 80, targetPort: 8080 }] },
  })
  await send('POST', `${apps}/daemonsets`, workload('ds', { template: template('a:1') }))
  await bed.time.run(undefined, 5_000)
  const slices = await listed<{
    metadata: { labels?: Record<string, string> }
    endpoints: { conditions: { ready: boolean } }[]
    ports: object[]
  }>('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices')
  const own = slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'x')
  expect(own).toMatchObject([{ ports: [{ port: 8080 }] }])
  expect(own[0]!.endpoints.map(({ conditions }) => conditions.ready)).toEqual([true, true])
})

test('thousands of nodes need no pods on the server', { timeout: 60_000 }, async () => {
  await live([{ count: 2_000 }], { pods: false })
  await send('POST', `${apps}/daemonsets`, workload('ds', { template: template('a:1') }))
  await send('POST', `${apps}/deployments`, workload('d', { replicas: 5, template: template('a:1') }))
  await bed.time.run(undefined, 5_000)
  expect(await send<DaemonSet>('GET', `${apps}/daemonsets/ds`)).toMatchObject({
    status: { numberAvailable: 2_000, desiredNumberScheduled: 2_000 },
  })
  expect(await send<Deployment>('GET', `${apps}/deployments/d`)).toMatchObject({ status: { availableReplicas: 5 } })
  expect(await podsOf()).toEqual([])
  await send('DELETE', `${apps}/deployments/d`)
  await bed.time.run(undefined, 5_000)
  expect(await listed(`${apps}/replicasets`)).toEqual([])
})

test('where nothing changes nothing is written', async () => {
  await live([{ count: 2 }])
  await send('POST', `${apps}/daemonsets`, workload('ds', { template: template('a:1') }))
  await send('POST', `${apps}/deployments`, workload('d', { template: template('a:1') }))
  await bed.time.run(undefined, 60_000)
  const revision = async () => (await send<{ metadata: { resourceVersion: string } }>('GET', '/api/v1/pods')).metadata.resourceVersion
  const before = await revision()
  await bed.time.pass(3_600_000)
  expect(await revision()).toBe(before)
})
